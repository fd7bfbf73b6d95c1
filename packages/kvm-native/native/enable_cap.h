#pragma once

#include <linux/kvm.h>
#include <napi.h>

#include <cstdint>

#include "fd.h"

// Whether a capability's arguments are plain numbers. Of some they are addresses or descriptors, which JavaScript does not
// get to name.
bool IsPlainVmCapability(uint32_t capability);
bool IsPlainVcpuCapability(uint32_t capability);
// Whether it is one of the two that give vCPUs rings of dirty pages, of as many bytes as the first argument says.
bool IsDirtyRingCapability(uint32_t capability);

// (struct kvm_enable_cap): KVM_ENABLE_CAP of a capability for which `is_plain` is true. Returns what was enabled.
kvm_enable_cap CallEnableCap(const Napi::CallbackInfo& info, const Fd& fd, bool (*is_plain)(uint32_t));
