#pragma once

#include <napi.h>

#include "fd.h"

// KVM_X86_SET_MSR_FILTER (Documentation/virt/kvm/api.rst, 4.97), from (flags, ranges, bitmaps): `ranges` is a Uint8Array of
// three numbers of 32 bits a range (flags, how many registers, the first of them), `bitmaps` an array of as many
// Uint8Arrays, of whole 64-bit words.
Napi::Value CallSetMsrFilter(const Napi::CallbackInfo& info, const Fd& vm);
