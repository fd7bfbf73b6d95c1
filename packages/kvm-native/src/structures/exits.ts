import * as K from '../native/constants.ts';

/** An exit of KVM's (api.rst, chapter 5), told apart by `exitReason`, KVM_EXIT_*. Fields are the kernel's. */
export type KvmExit =
  | { exitReason: typeof K.KVM_EXIT_IO; direction: number; size: number; port: number; count: number; data: Uint8Array }
  | { exitReason: typeof K.KVM_EXIT_MMIO; physAddr: number; data: Uint8Array; len: number; isWrite: number }
  | { exitReason: typeof K.KVM_EXIT_HYPERCALL; nr: bigint; args: readonly bigint[]; longmode: number }
  | { exitReason: typeof K.KVM_EXIT_DEBUG; exception: number; pc: bigint; dr6: bigint; dr7: bigint }
  | { exitReason: typeof K.KVM_EXIT_FAIL_ENTRY; hardwareEntryFailureReason: bigint; cpu: number }
  | { exitReason: typeof K.KVM_EXIT_EXCEPTION; exception: number; errorCode: number }
  | { exitReason: typeof K.KVM_EXIT_TPR_ACCESS; rip: bigint; isWrite: number }
  | { exitReason: typeof K.KVM_EXIT_INTERNAL_ERROR; suberror: number; data: readonly bigint[] }
  | { exitReason: typeof K.KVM_EXIT_SYSTEM_EVENT; type: number; data: readonly bigint[] }
  | { exitReason: typeof K.KVM_EXIT_IOAPIC_EOI; vector: number }
  | {
      exitReason: typeof K.KVM_EXIT_X86_RDMSR | typeof K.KVM_EXIT_X86_WRMSR;
      /** KVM_MSR_EXIT_REASON_*. */
      reason: number;
      index: number;
      data: bigint;
    }
  | { exitReason: typeof K.KVM_EXIT_MEMORY_FAULT; flags: bigint; gpa: number; size: number }
  | { exitReason: typeof K.KVM_EXIT_NOTIFY; flags: number }
  | { exitReason: KvmPlainExitReason };

/** The exits that say nothing but their names. */
export type KvmPlainExitReason =
  | typeof K.KVM_EXIT_HLT
  | typeof K.KVM_EXIT_IRQ_WINDOW_OPEN
  | typeof K.KVM_EXIT_SHUTDOWN
  | typeof K.KVM_EXIT_INTR
  | typeof K.KVM_EXIT_SET_TPR
  | typeof K.KVM_EXIT_NMI
  | typeof K.KVM_EXIT_X86_BUS_LOCK
  | typeof K.KVM_EXIT_DIRTY_RING_FULL
  | typeof K.KVM_EXIT_UNKNOWN;

/**
 * @param view the part of `struct kvm_run` that differs from exit to exit
 * @param ioData the bytes of an I/O exit's elements
 */
export function decodeExit(exitReason: number, view: DataView, ioData: Uint8Array): KvmExit {
  const u8 = (at: number): number => view.getUint8(at);
  const u32 = (at: number): number => view.getUint32(at, true);
  const u64 = (at: number): bigint => view.getBigUint64(at, true);
  const words = (at: number, count: number): bigint[] => Array.from({ length: count }, (_, i) => u64(at + i * 8));
  switch (exitReason) {
    case K.KVM_EXIT_IO: {
      const [size, count] = [u8(1), u32(4)];
      return {
        exitReason,
        direction: u8(0),
        size,
        port: view.getUint16(2, true),
        count,
        data: ioData.slice(0, size * count),
      };
    }
    case K.KVM_EXIT_MMIO: {
      const len = u32(16);
      const data = Uint8Array.from({ length: Math.min(len, 8) }, (_, i) => u8(8 + i));
      return { exitReason, physAddr: Number(u64(0)), data, len, isWrite: u8(20) };
    }
    case K.KVM_EXIT_HYPERCALL:
      return { exitReason, nr: u64(0), args: words(8, 6), longmode: u32(64) };
    case K.KVM_EXIT_DEBUG:
      return { exitReason, exception: u32(0), pc: u64(8), dr6: u64(16), dr7: u64(24) };
    case K.KVM_EXIT_FAIL_ENTRY:
      return { exitReason, hardwareEntryFailureReason: u64(0), cpu: u32(8) };
    case K.KVM_EXIT_EXCEPTION:
      return { exitReason, exception: u32(0), errorCode: u32(4) };
    case K.KVM_EXIT_TPR_ACCESS:
      return { exitReason, rip: u64(0), isWrite: u32(8) };
    case K.KVM_EXIT_INTERNAL_ERROR:
      return { exitReason, suberror: u32(0), data: words(8, Math.min(u32(4), 16)) };
    case K.KVM_EXIT_SYSTEM_EVENT:
      return { exitReason, type: u32(0), data: words(8, Math.min(u32(4), 16)) };
    case K.KVM_EXIT_IOAPIC_EOI:
      return { exitReason, vector: u8(0) };
    case K.KVM_EXIT_X86_RDMSR:
    case K.KVM_EXIT_X86_WRMSR:
      return { exitReason, reason: u32(8), index: u32(12), data: u64(16) };
    case K.KVM_EXIT_MEMORY_FAULT:
      return { exitReason, flags: u64(0), gpa: Number(u64(8)), size: Number(u64(16)) };
    case K.KVM_EXIT_NOTIFY:
      return { exitReason, flags: u32(0) };
    default:
      return { exitReason: exitReason as KvmPlainExitReason };
  }
}
