#include "enable_cap.h"

#include <linux/kvm.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <string>

#include "arguments.h"
#include "errors.h"

namespace {

// By number, because some are newer than some kernel headers. Left out of those that KVM has for x86:
// SGX_ATTRIBUTE (196), VM_COPY_ENC_CONTEXT_FROM (197), VM_MOVE_ENC_CONTEXT_FROM (206), whose arguments are descriptors, and
// HYPERV_ENLIGHTENED_VMCS (163), whose argument is an address.
constexpr uint32_t kVmCapabilities[] = {
    116,  // DISABLE_QUIRKS
    121,  // SPLIT_IRQCHIP
    128,  // MAX_VCPU_ID
    129,  // X2APIC_API
    143,  // X86_DISABLE_EXITS
    159,  // MSR_PLATFORM_INFO
    164,  // EXCEPTION_PAYLOAD
    168,  // MANUAL_DIRTY_LOG_PROTECT2
    182,  // HALT_POLL
    188,  // X86_USER_SPACE_MSR
    192,  // DIRTY_LOG_RING
    193,  // X86_BUS_LOCK_EXIT
    201,  // EXIT_HYPERCALL
    204,  // EXIT_ON_EMULATION_FAILURE
    212,  // PMU_CAPABILITY
    213,  // DISABLE_QUIRKS2
    218,  // X86_TRIPLE_FAULT_EVENT
    219,  // X86_NOTIFY_VMEXIT
    220,  // VM_DISABLE_NX_HUGE_PAGES
    223,  // DIRTY_LOG_RING_ACQ_REL
    237,  // X86_APIC_BUS_CYCLES_NS
};

constexpr uint32_t kVcpuCapabilities[] = {
    123,  // HYPERV_SYNIC
    148,  // HYPERV_SYNIC2
    175,  // HYPERV_DIRECT_TLBFLUSH
    190,  // ENFORCE_PV_FEATURE_CPUID
    199,  // HYPERV_ENFORCE_CPUID
};

constexpr uint32_t kDirtyRingCapabilities[] = {192, 223};

template <size_t count>
bool Has(const uint32_t (&capabilities)[count], uint32_t capability) {
  return std::find(std::begin(capabilities), std::end(capabilities), capability) != std::end(capabilities);
}

}  // namespace

bool IsPlainVmCapability(uint32_t capability) { return Has(kVmCapabilities, capability); }
bool IsPlainVcpuCapability(uint32_t capability) { return Has(kVcpuCapabilities, capability); }
bool IsDirtyRingCapability(uint32_t capability) { return Has(kDirtyRingCapabilities, capability); }

kvm_enable_cap CallEnableCap(const Napi::CallbackInfo& info, const Fd& fd, bool (*is_plain)(uint32_t)) {
  const Napi::Env env = info.Env();
  const Bytes bytes = BytesArgument(info, 0, "enable_cap");
  kvm_enable_cap cap;
  if (bytes.size != sizeof(cap)) ThrowArgument(env, "enable_cap: wrong size");
  std::memcpy(&cap, bytes.data, sizeof(cap));
  if (!is_plain(cap.cap)) {
    const std::string number = std::to_string(cap.cap);
    ThrowArgument(env, ("capability " + number +
                        " cannot be enabled here: KVM_ENABLE_CAP has none of that number for this kind of object, or its "
                        "argument is an address or a descriptor")
                           .c_str());
  }
  if (fd.Ioctl(KVM_ENABLE_CAP, &cap) < 0) ThrowErrno(env, "KVM_ENABLE_CAP", errno);
  return cap;
}
