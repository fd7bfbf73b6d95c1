#pragma once

#include <linux/kvm.h>
#include <napi.h>
#include <sys/ioctl.h>

#include <cstddef>
#include <cstdint>

// The head of the structures that are a count and so many entries: `struct kvm_cpuid2`, `struct kvm_msrs`. The kernel's
// own declarations cannot be used from C++: there the flexible array at the end has a size, and with it the structure
// and the ioctls whose numbers hold that size are wrong.
struct CountHeader {
  uint32_t count;
  uint32_t padding;
};

constexpr unsigned long kGetSupportedCpuid = _IOWR(KVMIO, 0x05, CountHeader);
constexpr unsigned long kSetCpuid2 = _IOW(KVMIO, 0x90, CountHeader);
constexpr unsigned long kGetCpuid2 = _IOWR(KVMIO, 0x91, CountHeader);
constexpr unsigned long kGetMsrs = _IOWR(KVMIO, 0x88, CountHeader);
constexpr unsigned long kSetMsrs = _IOW(KVMIO, 0x89, CountHeader);

// A Uint8Array that holds such a structure. Both throw a TypeError unless the array's length is that of some number of
// entries of `entry_size` bytes.

// With the count set to the number of entries that there is room for.
uint8_t* CountedBufferToFill(const Napi::CallbackInfo& info, size_t index, const char* what, size_t entry_size);
// With the count checked against the array's length.
uint8_t* CountedBufferToRead(const Napi::CallbackInfo& info, size_t index, const char* what, size_t entry_size);
