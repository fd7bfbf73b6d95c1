import { type Layout, layout, u8, u32, u64 } from './layout.ts';

/** `struct kvm_vcpu_events`: what is pending, under way or masked in a vCPU. Numbers are 0 or 1 where nothing else is said. */
export interface KvmVcpuEvents {
  exception: {
    /** Its delivery has begun. */
    injected: number;
    /** The vector. */
    nr: number;
    hasErrorCode: number;
    /** Told apart from `injected` only with KVM_CAP_EXCEPTION_PAYLOAD. */
    pending: number;
    errorCode: number;
  };
  interrupt: {
    injected: number;
    /** The vector. */
    nr: number;
    /** INT n, and not an external interrupt. */
    soft: number;
    /** KVM_X86_SHADOW_INT_*: bits. */
    shadow: number;
  };
  nmi: { injected: number; pending: number; masked: number };
  /** Of the SIPI that a vCPU waits with: the page of its start. */
  sipiVector: number;
  /** KVM_VCPUEVENT_VALID_*: what KVM_SET_VCPU_EVENTS is to look at. */
  flags: number;
  smi: { smm: number; pending: number; smmInsideNmi: number; latchedInit: number };
  tripleFault: { pending: number };
  exceptionHasPayload: number;
  /** For a page fault CR2, for a debug exception DR6. */
  exceptionPayload: bigint;
}

export const VCPU_EVENTS: Layout<KvmVcpuEvents> = layout<KvmVcpuEvents>('kvm_vcpu_events', 64, {
  exception: [
    0,
    layout<KvmVcpuEvents['exception']>('exception', 8, {
      injected: [0, u8],
      nr: [1, u8],
      hasErrorCode: [2, u8],
      pending: [3, u8],
      errorCode: [4, u32],
    }),
  ],
  interrupt: [
    8,
    layout<KvmVcpuEvents['interrupt']>('interrupt', 4, {
      injected: [0, u8],
      nr: [1, u8],
      soft: [2, u8],
      shadow: [3, u8],
    }),
  ],
  nmi: [12, layout<KvmVcpuEvents['nmi']>('nmi', 4, { injected: [0, u8], pending: [1, u8], masked: [2, u8] })],
  sipiVector: [16, u32],
  flags: [20, u32],
  smi: [
    24,
    layout<KvmVcpuEvents['smi']>('smi', 4, {
      smm: [0, u8],
      pending: [1, u8],
      smmInsideNmi: [2, u8],
      latchedInit: [3, u8],
    }),
  ],
  tripleFault: [28, layout<KvmVcpuEvents['tripleFault']>('triple_fault', 1, { pending: [0, u8] })],
  exceptionHasPayload: [55, u8],
  exceptionPayload: [56, u64],
});
