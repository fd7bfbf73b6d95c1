#include <linux/kvm.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "page.h"
#include "run.h"

namespace {

// Newer than some kernel headers that this is built with (Documentation/virt/kvm/api.rst, 8.29).
struct DirtyGfn {
  uint32_t flags;
  uint32_t slot;
  uint64_t offset;
};
static_assert(sizeof(DirtyGfn) == 16);
constexpr off_t kRingPage = 64;
constexpr uint32_t kDirty = 1;
constexpr uint32_t kHarvested = 2;

}  // namespace

int VcpuState::MapDirtyRing() {
  const size_t size = vm_->dirty_ring_size;
  if (size == 0) return 0;
  void* ring = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), kRingPage * static_cast<off_t>(kPageSize));
  if (ring == MAP_FAILED) return errno;
  dirty_ring_ = ring;
  dirty_ring_size_ = size;
  return 0;
}

void VcpuState::UnmapDirtyRing() {
  if (dirty_ring_ != nullptr) ::munmap(dirty_ring_, dirty_ring_size_);
  dirty_ring_ = nullptr;
}

// The kernel writes places that are neither dirty nor harvested, and its user those that are dirty. It looks at what was
// harvested when it is told to, by KVM_RESET_DIRTY_RINGS.
int VcpuState::TakeDirty(uint8_t* out, size_t room) {
  if (run_ == nullptr) return -EBADF;
  if (dirty_ring_ == nullptr) return -ENXIO;
  auto* const places = static_cast<DirtyGfn*>(dirty_ring_);
  const size_t places_count = dirty_ring_size_ / sizeof(DirtyGfn);
  size_t count = 0;
  for (; count < room; count++) {
    DirtyGfn& place = places[dirty_next_ % places_count];
    if (__atomic_load_n(&place.flags, __ATOMIC_ACQUIRE) != kDirty) break;
    std::memcpy(out + count * sizeof(place), &place, sizeof(place));
    __atomic_store_n(&place.flags, kHarvested, __ATOMIC_RELEASE);
    dirty_next_++;
  }
  return static_cast<int>(count);
}
