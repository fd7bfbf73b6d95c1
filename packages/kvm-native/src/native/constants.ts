// Numbers of the KVM API (linux/kvm.h, asm/kvm.h; Documentation/virt/kvm/api.rst), by the kernel's own names. `KVM_CAP_*` are
// what `checkExtension` takes; api.rst says of each what it answers.

/** What `getApiVersion` answers. */
export const KVM_API_VERSION = 12;

/** Boolean: interrupt controllers in the kernel. */
export const KVM_CAP_IRQCHIP = 0;
/** Boolean: HLT exits. */
export const KVM_CAP_HLT = 1;
/** Boolean: `setNrMmuPages`. */
export const KVM_CAP_MMU_SHADOW_CACHE_CONTROL = 2;
/** Boolean: `setUserMemoryRegion`. */
export const KVM_CAP_USER_MEMORY = 3;
/** Boolean: `setTssAddr`. */
export const KVM_CAP_SET_TSS_ADDR = 4;
/** Boolean: `tprAccessReporting`, `setVapicAddr`. */
export const KVM_CAP_VAPIC = 6;
/** Boolean: `getSupportedCpuid`, `setCpuid2`. */
export const KVM_CAP_EXT_CPUID = 7;
/** Number: how many vCPUs a VM should have at most. */
export const KVM_CAP_NR_VCPUS = 9;
/** Number: how many memory slots a VM can have. */
export const KVM_CAP_NR_MEMSLOTS = 10;
/** Boolean: `getMpState`, `setMpState`. */
export const KVM_CAP_MP_STATE = 14;
/** Number: the page of a vCPU's mapping that has the ring of coalesced writes. */
export const KVM_CAP_COALESCED_MMIO = 15;
/** Boolean: what the host does to mapped memory reaches the guest. */
export const KVM_CAP_SYNC_MMU = 16;
/** Boolean: `nmi`. */
export const KVM_CAP_USER_NMI = 22;
/** Boolean: `setGuestDebug`. */
export const KVM_CAP_SET_GUEST_DEBUG = 23;
/** Boolean: `reinjectControl`. */
export const KVM_CAP_REINJECT_CONTROL = 24;
/** Number: how many entries `setGsiRouting` takes. */
export const KVM_CAP_IRQ_ROUTING = 25;
/** Boolean: `irqLineStatus`. */
export const KVM_CAP_IRQ_INJECT_STATUS = 26;
/** Number: how many banks of machine checks a vCPU can have. */
export const KVM_CAP_MCE = 31;
/** Boolean: `irqfd`. */
export const KVM_CAP_IRQFD = 32;
/** Boolean: `createPit2`. */
export const KVM_CAP_PIT2 = 33;
/** Boolean: `setBootCpuId`. */
export const KVM_CAP_SET_BOOT_CPU_ID = 34;
/** Boolean: `getPit2`, `setPit2`. */
export const KVM_CAP_PIT_STATE2 = 35;
/** Boolean: `ioeventfd`. */
export const KVM_CAP_IOEVENTFD = 36;
/** Boolean: `setIdentityMapAddr`. */
export const KVM_CAP_SET_IDENTITY_MAP_ADDR = 37;
/** Bits: `getClock`, `setClock`, and which flags they know: KVM_CLOCK_*. */
export const KVM_CAP_ADJUST_CLOCK = 39;
/** Boolean: `getVcpuEvents`, `setVcpuEvents`. */
export const KVM_CAP_VCPU_EVENTS = 41;
/** Boolean: model-specific registers of Hyper-V. */
export const KVM_CAP_HYPERV = 44;
/** Boolean: `getDebugregs`, `setDebugregs`. */
export const KVM_CAP_DEBUGREGS = 50;
/** Boolean: single steps leave the guest's own TF alone. */
export const KVM_CAP_X86_ROBUST_SINGLESTEP = 51;
/** Boolean: `enableCap` of a vCPU. */
export const KVM_CAP_ENABLE_CAP = 54;
/** Boolean: `getXsave`, `setXsave`. */
export const KVM_CAP_XSAVE = 55;
/** Boolean: `getXcrs`, `setXcrs`. */
export const KVM_CAP_XCRS = 56;
/** Boolean: `setTscKhz` of a vCPU. */
export const KVM_CAP_TSC_CONTROL = 60;
/** Boolean: `getTscKhz` of a vCPU. */
export const KVM_CAP_GET_TSC_KHZ = 61;
/** Number: how many vCPUs a VM can have. */
export const KVM_CAP_MAX_VCPUS = 66;
/** Boolean: `getOneReg`, `setOneReg`. */
export const KVM_CAP_ONE_REG = 70;
/** Boolean: the local APIC has TSC-deadline mode. */
export const KVM_CAP_TSC_DEADLINE_TIMER = 72;
/** Bits: which registers can cross with the exits: KVM_SYNC_X86_*. */
export const KVM_CAP_SYNC_REGS = 74;
/** Boolean: `kvmclockCtrl`. */
export const KVM_CAP_KVMCLOCK_CTRL = 76;
/** Boolean: `signalMsi`. */
export const KVM_CAP_SIGNAL_MSI = 77;
/** Boolean: KVM_MEM_READONLY. */
export const KVM_CAP_READONLY_MEM = 81;
/** Boolean: `irqfd` with a second eventfd. */
export const KVM_CAP_IRQFD_RESAMPLE = 82;
/** Boolean: `createDevice`. */
export const KVM_CAP_DEVICE_CTRL = 89;
/** Boolean: `getEmulatedCpuid`. */
export const KVM_CAP_EXT_EMUL_CPUID = 95;
/** Boolean: `enableCap` of a VM. */
export const KVM_CAP_ENABLE_CAP_VM = 98;
/** Boolean: `ioeventfd` with a length of 0, for addresses. */
export const KVM_CAP_IOEVENTFD_NO_LENGTH = 100;
/** Boolean: `checkExtension` of a VM. */
export const KVM_CAP_CHECK_EXTENSION_VM = 105;
/** Boolean: can be enabled: behaves as the manuals say where KVM did not. */
export const KVM_CAP_DISABLE_QUIRKS = 116;
/** Boolean: `smi`. */
export const KVM_CAP_X86_SMM = 117;
/** Number: how many address spaces a VM has. */
export const KVM_CAP_MULTI_ADDRESS_SPACE = 118;
/** Boolean: can be enabled: local APICs in the kernel, with so many routes for an I/O APIC outside. */
export const KVM_CAP_SPLIT_IRQCHIP = 121;
/** Boolean: `ioeventfd` with a length of 0, for ports, too. */
export const KVM_CAP_IOEVENTFD_ANY_LENGTH = 122;
/** Boolean: can be enabled for a vCPU: the synthetic interrupt controller. */
export const KVM_CAP_HYPERV_SYNIC = 123;
/** Boolean: `getDeviceAttr` of a vCPU. */
export const KVM_CAP_VCPU_ATTRIBUTES = 127;
/** Number: above the largest id of a vCPU. */
export const KVM_CAP_MAX_VCPU_ID = 128;
/** Bits: can be enabled: ids of local APICs with 32 bits. */
export const KVM_CAP_X2APIC_API = 129;
/** Boolean: `immediateExit` of `KvmRun`. */
export const KVM_CAP_IMMEDIATE_EXIT = 136;
/** Bits: can be enabled: KVM_X86_DISABLE_EXITS_*. */
export const KVM_CAP_X86_DISABLE_EXITS = 143;
/** Boolean: can be enabled for a vCPU: the same in its second version. */
export const KVM_CAP_HYPERV_SYNIC2 = 148;
/** Boolean: `getMsrFeatureIndexList`. */
export const KVM_CAP_GET_MSR_FEATURES = 153;
/** Boolean: `hypervEventfd`. */
export const KVM_CAP_HYPERV_EVENTFD = 154;
/** Number: `getNestedState`, and how many bytes it may take. */
export const KVM_CAP_NESTED_STATE = 157;
/** Boolean: can be enabled: whether guests can read MSR_PLATFORM_INFO. */
export const KVM_CAP_MSR_PLATFORM_INFO = 159;
/** Boolean: `registerCoalescedMmio` for ports. */
export const KVM_CAP_COALESCED_PIO = 162;
/** Boolean: can be enabled: exceptions that are pending are told from those under way. */
export const KVM_CAP_EXCEPTION_PAYLOAD = 164;
/** Boolean: `getSupportedHvCpuid` of a vCPU. */
export const KVM_CAP_HYPERV_CPUID = 167;
/** Bits: can be enabled: `clearDirtyLog`, KVM_DIRTY_LOG_*. */
export const KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 = 168;
/** Boolean: `setPmuEventFilter`. */
export const KVM_CAP_PMU_EVENT_FILTER = 173;
/** Boolean: can be enabled for a vCPU: TLB flushes of a nested guest. */
export const KVM_CAP_HYPERV_DIRECT_TLBFLUSH = 175;
/** Boolean: can be enabled: for how many nanoseconds a halted vCPU polls. */
export const KVM_CAP_HALT_POLL = 182;
/** Boolean: can be enabled: exits for model-specific registers, KVM_MSR_EXIT_REASON_*. */
export const KVM_CAP_X86_USER_SPACE_MSR = 188;
/** Boolean: `x86SetMsrFilter`. */
export const KVM_CAP_X86_MSR_FILTER = 189;
/** Boolean: can be enabled for a vCPU: only the features that CPUID tells of. */
export const KVM_CAP_ENFORCE_PV_FEATURE_CPUID = 190;
/** Boolean: `getSupportedHvCpuid` of `/dev/kvm`. */
export const KVM_CAP_SYS_HYPERV_CPUID = 191;
/** Number: how many bytes a ring of dirty pages can have. */
export const KVM_CAP_DIRTY_LOG_RING = 192;
/** Bits: can be enabled: exits for bus locks. */
export const KVM_CAP_X86_BUS_LOCK_EXIT = 193;
/** Boolean: can be enabled for a vCPU: of Hyper-V only what CPUID tells of. */
export const KVM_CAP_HYPERV_ENFORCE_CPUID = 199;
/** Boolean: `getSregs2`, `setSregs2`. */
export const KVM_CAP_SREGS2 = 200;
/** Bits: can be enabled: which hypercalls exit, a bit each. */
export const KVM_CAP_EXIT_HYPERCALL = 201;
/** Boolean: `getStatsFd`. */
export const KVM_CAP_BINARY_STATS_FD = 203;
/** Boolean: can be enabled: an exit for each instruction that KVM cannot emulate. */
export const KVM_CAP_EXIT_ON_EMULATION_FAILURE = 204;
/** Number: `getXsave2`, and how many bytes its area has; 0 stands for 4096. */
export const KVM_CAP_XSAVE2 = 208;
/** Boolean: `getDeviceAttr` of `/dev/kvm`. */
export const KVM_CAP_SYS_ATTRIBUTES = 209;
/** Bits: can be enabled: no performance counters. */
export const KVM_CAP_PMU_CAPABILITY = 212;
/** Bits: which quirks can be disabled. */
export const KVM_CAP_DISABLE_QUIRKS2 = 213;
/** Boolean: `setTscKhz` of a VM. */
export const KVM_CAP_VM_TSC_CONTROL = 214;
/** Boolean: can be enabled: `tripleFault` of `KvmVcpuEvents`. */
export const KVM_CAP_X86_TRIPLE_FAULT_EVENT = 218;
/** Bits: can be enabled: exits of guests that let nothing else happen. */
export const KVM_CAP_X86_NOTIFY_VMEXIT = 219;
/** Boolean: can be enabled: no mitigation of the iTLB multihit. */
export const KVM_CAP_VM_DISABLE_NX_HUGE_PAGES = 220;
/** Number: the same as KVM_CAP_DIRTY_LOG_RING, with stricter ordering. */
export const KVM_CAP_DIRTY_LOG_RING_ACQ_REL = 223;
/** Boolean: `preFaultMemory`. */
export const KVM_CAP_PRE_FAULT_MEMORY = 236;
/** Number: can be enabled: nanoseconds of a cycle of the APIC bus; the answer is the default. */
export const KVM_CAP_X86_APIC_BUS_CYCLES_NS = 237;

// Argument of KVM_CAP_X86_USER_SPACE_MSR, and the reason of an exit for an MSR: bits.
/** Exit for accesses that KVM refuses. */
export const KVM_MSR_EXIT_REASON_INVAL = 1;
/** Exit for registers that KVM does not know. */
export const KVM_MSR_EXIT_REASON_UNKNOWN = 2;
/** Exit for what `x86SetMsrFilter` does not allow. */
export const KVM_MSR_EXIT_REASON_FILTER = 4;

// Flags of x86SetMsrFilter and of its ranges.
/** A range is about reads. */
export const KVM_MSR_FILTER_READ = 1;
/** A range is about writes. */
export const KVM_MSR_FILTER_WRITE = 2;
/** What is in no range is allowed. */
export const KVM_MSR_FILTER_DEFAULT_ALLOW = 0;
/** What is in no range is not allowed. */
export const KVM_MSR_FILTER_DEFAULT_DENY = 1;

// Arguments of KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2: bits.
/** `getDirtyLog` clears nothing. */
export const KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE = 1;
/** All pages are in the log from the start. */
export const KVM_DIRTY_LOG_INITIALLY_SET = 2;

// Arguments of KVM_CAP_X86_DISABLE_EXITS: bits.
/** MWAIT waits on the processor. */
export const KVM_X86_DISABLE_EXITS_MWAIT = 1;
/** HLT halts the processor. */
export const KVM_X86_DISABLE_EXITS_HLT = 2;
/** PAUSE never exits. */
export const KVM_X86_DISABLE_EXITS_PAUSE = 4;
/** The guest reads the counters of sleep states. */
export const KVM_X86_DISABLE_EXITS_CSTATE = 8;

// Flags of memory slots.
/** The slot has a log of the pages that are written. */
export const KVM_MEM_LOG_DIRTY_PAGES = 1;
/** Writes to the slot are KVM_EXIT_MMIO. */
export const KVM_MEM_READONLY = 2;

/** The first PIC, interrupts 0 to 7. */
export const KVM_IRQCHIP_PIC_MASTER = 0;
/** The second PIC, interrupts 8 to 15. */
export const KVM_IRQCHIP_PIC_SLAVE = 1;
/** The I/O APIC. */
export const KVM_IRQCHIP_IOAPIC = 2;

/** To a line of a controller. */
export const KVM_IRQ_ROUTING_IRQCHIP = 1;
/** As a message to the local APICs. */
export const KVM_IRQ_ROUTING_MSI = 2;
/** To a synthetic interrupt of Hyper-V. */
export const KVM_IRQ_ROUTING_HV_SINT = 4;

/** Ends it. */
export const KVM_IRQFD_FLAG_DEASSIGN = 1;
/** There is a second eventfd. */
export const KVM_IRQFD_FLAG_RESAMPLE = 2;

/** Only writes of `datamatch` count. */
export const KVM_IOEVENTFD_FLAG_DATAMATCH = 1;
/** The address is a port. */
export const KVM_IOEVENTFD_FLAG_PIO = 2;
/** Ends it. */
export const KVM_IOEVENTFD_FLAG_DEASSIGN = 4;

/** Ends it. */
export const KVM_HYPERV_EVENTFD_DEASSIGN = 1;

/** Flag of `createPit2`: port 61H is answered. */
export const KVM_PIT_SPEAKER_DUMMY = 1;
/** The timer raises no interrupts. */
export const KVM_PIT_FLAGS_HPET_LEGACY = 1;
/** The speaker is on. */
export const KVM_PIT_FLAGS_SPEAKER_DATA_ON = 2;

/** All vCPUs see this very value. */
export const KVM_CLOCK_TSC_STABLE = 2;
/** `realtime` counts. */
export const KVM_CLOCK_REALTIME = 4;
/** `hostTsc` counts. */
export const KVM_CLOCK_HOST_TSC = 8;

// `control` of KVM_SET_GUEST_DEBUG: bits.
/** Without it all else is off. */
export const KVM_GUESTDBG_ENABLE = 1;
/** KVM_EXIT_DEBUG after each instruction. */
export const KVM_GUESTDBG_SINGLESTEP = 2;
/** KVM_EXIT_DEBUG for INT3. */
export const KVM_GUESTDBG_USE_SW_BP = 0x10000;
/** KVM_EXIT_DEBUG by `debugreg`. */
export const KVM_GUESTDBG_USE_HW_BP = 0x20000;
/** The guest gets a debug exception. */
export const KVM_GUESTDBG_INJECT_DB = 0x40000;
/** The guest gets a breakpoint exception. */
export const KVM_GUESTDBG_INJECT_BP = 0x80000;
/** No interrupts while stepping (Linux 5.16). */
export const KVM_GUESTDBG_BLOCKIRQ = 0x100000;

/** It runs. */
export const KVM_MP_STATE_RUNNABLE = 0;
/** It waits for an INIT. */
export const KVM_MP_STATE_UNINITIALIZED = 1;
/** It waits for a SIPI. */
export const KVM_MP_STATE_INIT_RECEIVED = 2;
/** It waits for an interrupt. */
export const KVM_MP_STATE_HALTED = 3;
/** It is about to start. */
export const KVM_MP_STATE_SIPI_RECEIVED = 4;

// Which registers cross with the exits: bits of `kvmValidRegs` and `kvmDirtyRegs`.
/** `syncRegs`. */
export const KVM_SYNC_X86_REGS = 1n;
/** `syncSregs`. */
export const KVM_SYNC_X86_SREGS = 2n;
/** `syncEvents`. */
export const KVM_SYNC_X86_EVENTS = 4n;

/** `pdptrs` counts. */
export const KVM_SREGS2_FLAGS_PDPTRS_VALID = 1n;

/** The entry is for one subleaf. */
export const KVM_CPUID_FLAG_SIGNIFCANT_INDEX = 1;
/** The answer changes from call to call. Not in newer kernels. */
export const KVM_CPUID_FLAG_STATEFUL_FUNC = 2;
/** It is the next answer. Not in newer kernels. */
export const KVM_CPUID_FLAG_STATE_READ_NEXT = 4;

/** Only asks. */
export const KVM_CREATE_DEVICE_TEST = 1;
/** Devices of the host (Documentation/virt/kvm/devices/vfio.rst). */
export const KVM_DEV_TYPE_VFIO = 4;
/** The group of attributes that are files. */
export const KVM_DEV_VFIO_FILE = 1;
/** Adds a file. */
export const KVM_DEV_VFIO_FILE_ADD = 1;
/** Takes a file out. */
export const KVM_DEV_VFIO_FILE_DEL = 2;

// The attribute of a vCPU: the offset of its time-stamp counter.
/** The group of attributes of the time-stamp counter. */
export const KVM_VCPU_TSC_CTRL = 0;
/** What is added to the host's counter. */
export const KVM_VCPU_TSC_OFFSET = 0;

// An attribute of `/dev/kvm`, of group 0: the components of XSAVE that guests may have.
/** An attribute of `/dev/kvm`, of group 0: the components of XSAVE that guests may have. */
export const KVM_X86_XCOMP_GUEST_SUPP = 0;

/** Only these events. */
export const KVM_PMU_EVENT_ALLOW = 0;
/** All but these events. */
export const KVM_PMU_EVENT_DENY = 1;

/** Something that KVM does not know. */
export const KVM_EXIT_UNKNOWN = 0;
/** An exception. Not in newer kernels. */
export const KVM_EXIT_EXCEPTION = 1;
/** A port was read or written. */
export const KVM_EXIT_IO = 2;
/** A hypercall of KVM_CAP_EXIT_HYPERCALL. */
export const KVM_EXIT_HYPERCALL = 3;
/** A step or breakpoint of `setGuestDebug`. */
export const KVM_EXIT_DEBUG = 4;
/** HLT, with no interrupt controller in the kernel. */
export const KVM_EXIT_HLT = 5;
/** An address was read or written that is in no slot. */
export const KVM_EXIT_MMIO = 6;
/** An interrupt can be injected, as `requestInterruptWindow` asked. */
export const KVM_EXIT_IRQ_WINDOW_OPEN = 7;
/** A triple fault. */
export const KVM_EXIT_SHUTDOWN = 8;
/** The processor did not enter the guest. */
export const KVM_EXIT_FAIL_ENTRY = 9;
/** The time is up, or `immediateExit` was set. */
export const KVM_EXIT_INTR = 10;
/** The task priority was set. */
export const KVM_EXIT_SET_TPR = 11;
/** The task priority was touched, as `tprAccessReporting` asked. */
export const KVM_EXIT_TPR_ACCESS = 12;
/** An NMI of the host. */
export const KVM_EXIT_NMI = 16;
/** KVM cannot go on: KVM_INTERNAL_ERROR_*. */
export const KVM_EXIT_INTERNAL_ERROR = 17;
/** The guest asked for a shutdown or reset, or crashed. */
export const KVM_EXIT_SYSTEM_EVENT = 24;
/** An interrupt was served that came from an I/O APIC outside. */
export const KVM_EXIT_IOAPIC_EOI = 26;
/** A model-specific register was read, and KVM_CAP_X86_USER_SPACE_MSR asked to hear of it. */
export const KVM_EXIT_X86_RDMSR = 29;
/** Likewise written. */
export const KVM_EXIT_X86_WRMSR = 30;
/** A ring of dirty pages is full. */
export const KVM_EXIT_DIRTY_RING_FULL = 31;
/** A bus lock. */
export const KVM_EXIT_X86_BUS_LOCK = 33;
/** The guest let nothing else happen for too long. */
export const KVM_EXIT_NOTIFY = 37;
/** Memory cannot be reached. */
export const KVM_EXIT_MEMORY_FAULT = 39;

/** A port is read. */
export const KVM_EXIT_IO_IN = 0;
/** A port is written. */
export const KVM_EXIT_IO_OUT = 1;

/** An instruction that KVM cannot emulate. */
export const KVM_INTERNAL_ERROR_EMULATION = 1;
/** Exceptions at once. */
export const KVM_INTERNAL_ERROR_SIMUL_EX = 2;
/** An exit while an event was delivered. */
export const KVM_INTERNAL_ERROR_DELIVERY_EV = 3;
/** The processor exited for a reason that KVM does not know. */
export const KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON = 4;
/** Bit of the first data word: the next two words hold the instruction's length and bytes. */
export const KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES = 1n;

/** A shutdown. */
export const KVM_SYSTEM_EVENT_SHUTDOWN = 1;
/** A reset. */
export const KVM_SYSTEM_EVENT_RESET = 2;
/** A crash. */
export const KVM_SYSTEM_EVENT_CRASH = 3;

/** `nmi.pending` counts. */
export const KVM_VCPUEVENT_VALID_NMI_PENDING = 1;
/** `sipiVector` counts. */
export const KVM_VCPUEVENT_VALID_SIPI_VECTOR = 2;
/** `interrupt.shadow` counts. */
export const KVM_VCPUEVENT_VALID_SHADOW = 4;
/** `smi` counts. */
export const KVM_VCPUEVENT_VALID_SMM = 8;
/** `exceptionPayload` and `exception.pending` count. */
export const KVM_VCPUEVENT_VALID_PAYLOAD = 16;
/** `tripleFault` counts. */
export const KVM_VCPUEVENT_VALID_TRIPLE_FAULT = 32;

/** After MOV SS. */
export const KVM_X86_SHADOW_INT_MOV_SS = 1;
/** After STI. */
export const KVM_X86_SHADOW_INT_STI = 2;

/** The kind of a register that KVM_GET_ONE_REG takes on x86, from Linux 6.18 on: a model-specific one. */
export const KVM_X86_REG_TYPE_MSR = 2;
/** Likewise one of KVM's own: 0 is the guest's shadow-stack pointer. */
export const KVM_X86_REG_TYPE_KVM = 3;
