#include <linux/kvm.h>

#include <cerrno>
#include <cstring>

#include "page.h"
#include "run.h"

namespace {

// What the kernel says, without the flexible array that C++ gives a size.
struct RingHead {
  uint32_t first;
  uint32_t last;
};
constexpr uint32_t kEntries = (kPageSize - sizeof(RingHead)) / sizeof(kvm_coalesced_mmio);
static_assert(sizeof(kvm_coalesced_mmio) == 24 && kEntries == 170);

}  // namespace

// The ring is that of the VM: all its vCPUs show the same page. The kernel writes at `last`, and nobody but its user at
// `first`.
int VcpuState::TakeCoalesced(uint8_t* out, size_t room) {
  if (run_ == nullptr) return -EBADF;
  const size_t offset = vm_->coalesced_page * kPageSize;
  if (offset == 0 || offset + kPageSize > vm_->vcpu_mmap_size) return -ENXIO;
  uint8_t* const page = reinterpret_cast<uint8_t*>(run_) + offset;
  auto* const head = reinterpret_cast<RingHead*>(page);
  uint32_t first = __atomic_load_n(&head->first, __ATOMIC_RELAXED);
  const uint32_t last = __atomic_load_n(&head->last, __ATOMIC_ACQUIRE);
  if (first >= kEntries || last >= kEntries) return -EPROTO;
  size_t count = 0;
  for (; first != last && count < room; count++) {
    std::memcpy(out + count * sizeof(kvm_coalesced_mmio), page + sizeof(RingHead) + first * sizeof(kvm_coalesced_mmio),
                sizeof(kvm_coalesced_mmio));
    first = (first + 1) % kEntries;
  }
  __atomic_store_n(&head->first, first, __ATOMIC_RELEASE);
  return static_cast<int>(count);
}
