#pragma once

#include <linux/kvm.h>
#include <napi.h>
#include <sys/ioctl.h>

#include <cstdint>

// `struct kvm_cpuid2` without its entries. The kernel's own declaration cannot be used from C++: there the flexible
// array at its end has a size, and with it the structure and the ioctls whose numbers hold that size are wrong.
struct CpuidHeader {
  uint32_t nent;
  uint32_t padding;
};

constexpr unsigned long kGetSupportedCpuid = _IOWR(KVMIO, 0x05, CpuidHeader);
constexpr unsigned long kSetCpuid2 = _IOW(KVMIO, 0x90, CpuidHeader);
constexpr unsigned long kGetCpuid2 = _IOWR(KVMIO, 0x91, CpuidHeader);

// A Uint8Array that holds a `struct kvm_cpuid2`: 8 bytes of header, 40 an entry. Both throw a TypeError unless the
// array's length is that of some number of entries.

// With `nent` set to the number of entries that there is room for.
uint8_t* CpuidBufferToFill(const Napi::CallbackInfo& info, size_t index);
// With `nent` checked against the array's length.
uint8_t* CpuidBufferToRead(const Napi::CallbackInfo& info, size_t index);
