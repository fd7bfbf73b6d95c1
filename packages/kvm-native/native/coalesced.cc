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

// Its page in a vCPU's mapping, or null.
uint8_t* RingPage(kvm_run* run, const VmState& vm) {
  const size_t offset = vm.coalesced_page * kPageSize;
  if (offset == 0 || offset + kPageSize > vm.vcpu_mmap_size) return nullptr;
  return reinterpret_cast<uint8_t*>(run) + offset;
}

}  // namespace

// The ring is that of the VM: all its vCPUs show the same page. The kernel writes at `last`, and nobody but its user at
// `first`.
int VcpuState::TakeCoalesced(uint8_t* out, size_t room) {
  if (run_ == nullptr) return -EBADF;
  uint8_t* const page = RingPage(run_, *vm_);
  if (page == nullptr) return -ENXIO;
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

bool VcpuState::HasCoalesced() const {
  uint8_t* const page = RingPage(run_, *vm_);
  if (page == nullptr) return false;
  const auto* const head = reinterpret_cast<const RingHead*>(page);
  return __atomic_load_n(&head->first, __ATOMIC_RELAXED) != __atomic_load_n(&head->last, __ATOMIC_ACQUIRE);
}
