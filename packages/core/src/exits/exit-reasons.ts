import type { ExitReason } from './exit.ts';

/** What is known of an exit reason, for people who read a table or a trace. */
export interface ExitReasonInfo {
  /** KVM's name for it; undefined where it does not reach user space there, or is ours alone. */
  readonly kvmName?: string;
  /** KVM's number for it (`linux/kvm.h`). */
  readonly kvm?: number;
  /** The basic exit reason of VT-x behind it (Intel SDM volume 3D, appendix C). */
  readonly vmx?: number;
  /** What it is, in a few words. */
  readonly description: string;
}

/** Every exit reason, in the order of KVM's numbers. */
export const EXIT_REASONS: Readonly<Record<ExitReason, ExitReasonInfo>> = {
  unknown: { kvmName: 'KVM_EXIT_UNKNOWN', kvm: 0, description: 'a reason without a name' },
  io: { kvmName: 'KVM_EXIT_IO', kvm: 2, vmx: 30, description: 'port access (IN, OUT, INS, OUTS)' },
  hypercall: { kvmName: 'KVM_EXIT_HYPERCALL', kvm: 3, vmx: 18, description: 'call to the host (VMCALL)' },
  debug: { kvmName: 'KVM_EXIT_DEBUG', kvm: 4, vmx: 0, description: 'breakpoint or single step' },
  halt: { kvmName: 'KVM_EXIT_HLT', kvm: 5, vmx: 12, description: 'HLT' },
  mmio: { kvmName: 'KVM_EXIT_MMIO', kvm: 6, vmx: 48, description: 'access to an address that is not memory' },
  'irq-window': {
    kvmName: 'KVM_EXIT_IRQ_WINDOW_OPEN',
    kvm: 7,
    vmx: 7,
    description: 'the guest can take an external interrupt',
  },
  shutdown: { kvmName: 'KVM_EXIT_SHUTDOWN', kvm: 8, vmx: 2, description: 'triple fault' },
  'entry-failed': { kvmName: 'KVM_EXIT_FAIL_ENTRY', kvm: 9, vmx: 33, description: 'the CPU refused the guest state' },
  kicked: { kvmName: 'KVM_EXIT_INTR', kvm: 10, vmx: 1, description: 'the host asked the vCPU to leave the guest' },
  'internal-error': { kvmName: 'KVM_EXIT_INTERNAL_ERROR', kvm: 17, description: 'the accelerator cannot go on' },
  'system-event': { kvmName: 'KVM_EXIT_SYSTEM_EVENT', kvm: 24, description: 'power-off, reset or crash' },
  rdmsr: { kvmName: 'KVM_EXIT_X86_RDMSR', kvm: 29, vmx: 31, description: 'RDMSR of an unknown register' },
  wrmsr: { kvmName: 'KVM_EXIT_X86_WRMSR', kvm: 30, vmx: 32, description: 'WRMSR to an unknown register' },
  'memory-fault': { kvmName: 'KVM_EXIT_MEMORY_FAULT', kvm: 39, description: 'guest memory that cannot be reached' },
  cpuid: { vmx: 10, description: 'CPUID' },
  'slice-end': { description: 'the time or instruction budget is used up' },
};

/** KVM's name for one of its exit numbers that has no reason of its own here; undefined if the number is unknown. */
export function kvmExitName(code: number): string | undefined {
  return KVM_EXIT_NAMES[code];
}

// linux/kvm.h. Those of other architectures keep their numbers, because a reader may meet them in KVM's sources.
const KVM_EXIT_NAMES: Readonly<Record<number, string>> = {
  0: 'KVM_EXIT_UNKNOWN',
  1: 'KVM_EXIT_EXCEPTION',
  2: 'KVM_EXIT_IO',
  3: 'KVM_EXIT_HYPERCALL',
  4: 'KVM_EXIT_DEBUG',
  5: 'KVM_EXIT_HLT',
  6: 'KVM_EXIT_MMIO',
  7: 'KVM_EXIT_IRQ_WINDOW_OPEN',
  8: 'KVM_EXIT_SHUTDOWN',
  9: 'KVM_EXIT_FAIL_ENTRY',
  10: 'KVM_EXIT_INTR',
  11: 'KVM_EXIT_SET_TPR',
  12: 'KVM_EXIT_TPR_ACCESS',
  13: 'KVM_EXIT_S390_SIEIC',
  14: 'KVM_EXIT_S390_RESET',
  15: 'KVM_EXIT_DCR',
  16: 'KVM_EXIT_NMI',
  17: 'KVM_EXIT_INTERNAL_ERROR',
  18: 'KVM_EXIT_OSI',
  19: 'KVM_EXIT_PAPR_HCALL',
  20: 'KVM_EXIT_S390_UCONTROL',
  21: 'KVM_EXIT_WATCHDOG',
  22: 'KVM_EXIT_S390_TSCH',
  23: 'KVM_EXIT_EPR',
  24: 'KVM_EXIT_SYSTEM_EVENT',
  25: 'KVM_EXIT_S390_STSI',
  26: 'KVM_EXIT_IOAPIC_EOI',
  27: 'KVM_EXIT_HYPERV',
  28: 'KVM_EXIT_ARM_NISV',
  29: 'KVM_EXIT_X86_RDMSR',
  30: 'KVM_EXIT_X86_WRMSR',
  31: 'KVM_EXIT_DIRTY_RING_FULL',
  32: 'KVM_EXIT_AP_RESET_HOLD',
  33: 'KVM_EXIT_X86_BUS_LOCK',
  34: 'KVM_EXIT_XEN',
  35: 'KVM_EXIT_RISCV_SBI',
  36: 'KVM_EXIT_RISCV_CSR',
  37: 'KVM_EXIT_NOTIFY',
  38: 'KVM_EXIT_LOONGARCH_IOCSR',
  39: 'KVM_EXIT_MEMORY_FAULT',
};
