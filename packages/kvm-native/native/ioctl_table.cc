#include "ioctl_table.h"

#include <linux/kvm.h>
#include <sys/ioctl.h>

// The kernel's own declarations of structures with an array at their end cannot be used from C++: there the array has a
// size, and with it the structure and the ioctls whose numbers hold that size are wrong. Others are newer than some kernel
// headers that this is built with. Both are given here by their number, direction and size.

namespace {

// A size for _IOR and its kin, which want a type.
template <size_t size>
struct Sized {
  uint8_t bytes[size];
};

constexpr uint64_t kMaxU32 = UINT32_MAX;

// Entries behind a count of 32 bits, by the size of their header and themselves.
constexpr uint32_t kCpuidHeader = 8, kCpuidEntry = sizeof(kvm_cpuid_entry2);
constexpr uint32_t kMsrsHeader = 8, kMsrEntry = sizeof(kvm_msr_entry);
constexpr uint32_t kRoutingHeader = 8, kRoutingEntry = sizeof(kvm_irq_routing_entry);
constexpr uint32_t kPmuFilterHeader = 32;
constexpr uint32_t kNestedHeader = 128, kNestedSize = 4;
static_assert(kCpuidEntry == 40 && kMsrEntry == 16 && kRoutingEntry == 48);

IoctlRow None(const char* method, const char* name, unsigned long request) {
  return {method, name, request, ArgumentKind::kNone};
}

IoctlRow Integer(const char* method, const char* name, unsigned long request, uint64_t max) {
  IoctlRow row{method, name, request, ArgumentKind::kInteger};
  row.max = max;
  return row;
}

IoctlRow Struct(const char* method, const char* name, unsigned long request) {
  return {method, name, request, ArgumentKind::kStruct, static_cast<uint32_t>(_IOC_SIZE(request))};
}

IoctlRow Counted(const char* method, const char* name, unsigned long request, ArgumentKind kind, uint32_t header,
                 uint32_t entry, uint32_t count_offset = 0) {
  return {method, name, request, kind, header, entry, count_offset};
}

}  // namespace

#define ROW(Kind, method, NAME) Kind(method, #NAME, NAME)

const std::vector<IoctlRow> kSystemIoctls = {
    ROW(None, "getApiVersion", KVM_GET_API_VERSION),
    Integer("checkExtension", "KVM_CHECK_EXTENSION", KVM_CHECK_EXTENSION, INT32_MAX),
    ROW(None, "getVcpuMmapSize", KVM_GET_VCPU_MMAP_SIZE),
    Counted("getMsrIndexList", "KVM_GET_MSR_INDEX_LIST", _IOWR(KVMIO, 0x02, Sized<4>), ArgumentKind::kRoom, 4, 4),
    Counted("getMsrFeatureIndexList", "KVM_GET_MSR_FEATURE_INDEX_LIST", _IOWR(KVMIO, 0x0a, Sized<4>),
            ArgumentKind::kRoom, 4, 4),
    Counted("getMsrs", "KVM_GET_MSRS", _IOWR(KVMIO, 0x88, Sized<8>), ArgumentKind::kEntries, kMsrsHeader, kMsrEntry),
    Counted("getSupportedCpuid", "KVM_GET_SUPPORTED_CPUID", _IOWR(KVMIO, 0x05, Sized<8>), ArgumentKind::kRoom,
            kCpuidHeader, kCpuidEntry),
    Counted("getEmulatedCpuid", "KVM_GET_EMULATED_CPUID", _IOWR(KVMIO, 0x09, Sized<8>), ArgumentKind::kRoom,
            kCpuidHeader, kCpuidEntry),
    Counted("getSupportedHvCpuid", "KVM_GET_SUPPORTED_HV_CPUID", _IOWR(KVMIO, 0xc1, Sized<8>), ArgumentKind::kRoom,
            kCpuidHeader, kCpuidEntry),
    ROW(Struct, "x86GetMceCapSupported", KVM_X86_GET_MCE_CAP_SUPPORTED),
};

// Numbers that another ioctl returns later are at most INT32_MAX, or it would seem to fail then.
const std::vector<IoctlRow> kVmIoctls = {
    Integer("checkExtension", "KVM_CHECK_EXTENSION", KVM_CHECK_EXTENSION, INT32_MAX),
    Integer("setTssAddr", "KVM_SET_TSS_ADDR", KVM_SET_TSS_ADDR, kMaxU32),
    ROW(Struct, "setIdentityMapAddr", KVM_SET_IDENTITY_MAP_ADDR),
    Integer("setNrMmuPages", "KVM_SET_NR_MMU_PAGES", KVM_SET_NR_MMU_PAGES, INT32_MAX),
    ROW(None, "getNrMmuPages", KVM_GET_NR_MMU_PAGES),
    Integer("setBootCpuId", "KVM_SET_BOOT_CPU_ID", KVM_SET_BOOT_CPU_ID, kMaxU32),
    ROW(None, "createIrqchip", KVM_CREATE_IRQCHIP),
    ROW(Struct, "getIrqchip", KVM_GET_IRQCHIP),
    ROW(Struct, "setIrqchip", KVM_SET_IRQCHIP),
    ROW(Struct, "irqLine", KVM_IRQ_LINE),
    ROW(Struct, "irqLineStatus", KVM_IRQ_LINE_STATUS),
    ROW(Struct, "signalMsi", KVM_SIGNAL_MSI),
    Counted("setGsiRouting", "KVM_SET_GSI_ROUTING", _IOW(KVMIO, 0x6a, Sized<8>), ArgumentKind::kEntries,
            kRoutingHeader, kRoutingEntry),
    ROW(Struct, "createPit2", KVM_CREATE_PIT2),
    ROW(Struct, "getPit2", KVM_GET_PIT2),
    ROW(Struct, "setPit2", KVM_SET_PIT2),
    // Its number says that it has no argument, but the kernel reads 32 bytes.
    {"reinjectControl", "KVM_REINJECT_CONTROL", KVM_REINJECT_CONTROL, ArgumentKind::kStruct,
     sizeof(kvm_reinject_control)},
    ROW(Struct, "getClock", KVM_GET_CLOCK),
    ROW(Struct, "setClock", KVM_SET_CLOCK),
    Integer("setTscKhz", "KVM_SET_TSC_KHZ", KVM_SET_TSC_KHZ, INT32_MAX),
    ROW(None, "getTscKhz", KVM_GET_TSC_KHZ),
    ROW(Struct, "registerCoalescedMmio", KVM_REGISTER_COALESCED_MMIO),
    ROW(Struct, "unregisterCoalescedMmio", KVM_UNREGISTER_COALESCED_MMIO),
    None("resetDirtyRings", "KVM_RESET_DIRTY_RINGS", _IO(KVMIO, 0xc7)),
    Counted("setPmuEventFilter", "KVM_SET_PMU_EVENT_FILTER", _IOW(KVMIO, 0xb2, Sized<32>), ArgumentKind::kEntries,
            kPmuFilterHeader, 8, 4),
};

const std::vector<IoctlRow> kVcpuIoctls = {
    ROW(Struct, "getRegs", KVM_GET_REGS),
    ROW(Struct, "setRegs", KVM_SET_REGS),
    ROW(Struct, "getSregs", KVM_GET_SREGS),
    ROW(Struct, "setSregs", KVM_SET_SREGS),
    Struct("getSregs2", "KVM_GET_SREGS2", _IOR(KVMIO, 0xcc, Sized<320>)),
    Struct("setSregs2", "KVM_SET_SREGS2", _IOW(KVMIO, 0xcd, Sized<320>)),
    ROW(Struct, "getFpu", KVM_GET_FPU),
    ROW(Struct, "setFpu", KVM_SET_FPU),
    {"getXsave", "KVM_GET_XSAVE", _IOR(KVMIO, 0xa4, Sized<4096>), ArgumentKind::kXsave},
    {"getXsave2", "KVM_GET_XSAVE2", _IOR(KVMIO, 0xcf, Sized<4096>), ArgumentKind::kXsave},
    {"setXsave", "KVM_SET_XSAVE", _IOW(KVMIO, 0xa5, Sized<4096>), ArgumentKind::kXsave},
    ROW(Struct, "getXcrs", KVM_GET_XCRS),
    ROW(Struct, "setXcrs", KVM_SET_XCRS),
    ROW(Struct, "getDebugregs", KVM_GET_DEBUGREGS),
    ROW(Struct, "setDebugregs", KVM_SET_DEBUGREGS),
    ROW(Struct, "getVcpuEvents", KVM_GET_VCPU_EVENTS),
    ROW(Struct, "setVcpuEvents", KVM_SET_VCPU_EVENTS),
    ROW(Struct, "getMpState", KVM_GET_MP_STATE),
    ROW(Struct, "setMpState", KVM_SET_MP_STATE),
    ROW(Struct, "getLapic", KVM_GET_LAPIC),
    ROW(Struct, "setLapic", KVM_SET_LAPIC),
    ROW(Struct, "interrupt", KVM_INTERRUPT),
    ROW(None, "nmi", KVM_NMI),
    ROW(None, "smi", KVM_SMI),
    ROW(Struct, "setGuestDebug", KVM_SET_GUEST_DEBUG),
    ROW(Struct, "translate", KVM_TRANSLATE),
    Counted("getMsrs", "KVM_GET_MSRS", _IOWR(KVMIO, 0x88, Sized<8>), ArgumentKind::kEntries, kMsrsHeader, kMsrEntry),
    Counted("setMsrs", "KVM_SET_MSRS", _IOW(KVMIO, 0x89, Sized<8>), ArgumentKind::kEntries, kMsrsHeader, kMsrEntry),
    Counted("getCpuid2", "KVM_GET_CPUID2", _IOWR(KVMIO, 0x91, Sized<8>), ArgumentKind::kRoom, kCpuidHeader,
            kCpuidEntry),
    Counted("setCpuid2", "KVM_SET_CPUID2", _IOW(KVMIO, 0x90, Sized<8>), ArgumentKind::kEntries, kCpuidHeader,
            kCpuidEntry),
    Counted("getSupportedHvCpuid", "KVM_GET_SUPPORTED_HV_CPUID", _IOWR(KVMIO, 0xc1, Sized<8>), ArgumentKind::kRoom,
            kCpuidHeader, kCpuidEntry),
    Integer("setTscKhz", "KVM_SET_TSC_KHZ", KVM_SET_TSC_KHZ, INT32_MAX),
    ROW(None, "getTscKhz", KVM_GET_TSC_KHZ),
    ROW(None, "kvmclockCtrl", KVM_KVMCLOCK_CTRL),
    // Its count has 64 bits, of which no list fills the upper half.
    Counted("getRegList", "KVM_GET_REG_LIST", _IOWR(KVMIO, 0xb0, Sized<8>), ArgumentKind::kRoom, 8, 8),
    {"getNestedState", "KVM_GET_NESTED_STATE", _IOWR(KVMIO, 0xbe, Sized<kNestedHeader>), ArgumentKind::kNested,
     kNestedHeader, 0, kNestedSize},
    {"setNestedState", "KVM_SET_NESTED_STATE", _IOW(KVMIO, 0xbf, Sized<kNestedHeader>), ArgumentKind::kNested,
     kNestedHeader, 0, kNestedSize},
    ROW(Struct, "x86SetupMce", KVM_X86_SETUP_MCE),
    ROW(Struct, "x86SetMce", KVM_X86_SET_MCE),
    ROW(Struct, "tprAccessReporting", KVM_TPR_ACCESS_REPORTING),
    ROW(Struct, "setVapicAddr", KVM_SET_VAPIC_ADDR),
    Struct("preFaultMemory", "KVM_PRE_FAULT_MEMORY", _IOWR(KVMIO, 0xd5, Sized<64>)),
};
