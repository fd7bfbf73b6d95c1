#pragma once

#include <napi.h>

#include "fd.h"

// KVM_HAS_DEVICE_ATTR and its kin (Documentation/virt/kvm/api.rst, 4.80 and 4.81) for descriptors of several kinds. The
// kernel takes the address of a value whose size depends on the attribute, so that each caller says which it knows.

// (group, attr) -> whether it is there. No address is passed.
Napi::Value HasAttr(const Napi::CallbackInfo& info, const Fd& fd);
// (group, attr) -> bigint, for attributes of 64 bits.
Napi::Value GetAttr64(const Napi::CallbackInfo& info, const Fd& fd);
// (group, attr, bigint), likewise.
Napi::Value SetAttr64(const Napi::CallbackInfo& info, const Fd& fd);
