import { noEvents, type X86DebugRegisters, type X86Events } from '@picovm/core/x86';
import {
  KVM_VCPUEVENT_VALID_NMI_PENDING,
  KVM_VCPUEVENT_VALID_SHADOW,
  KVM_VCPUEVENT_VALID_TRIPLE_FAULT,
  KVM_X86_SHADOW_INT_MOV_SS,
  KVM_X86_SHADOW_INT_STI,
} from '../native/constants.ts';
import type { KvmDebugregs } from '../structures/debugregs.ts';
import type { KvmVcpuEvents } from '../structures/vcpu-events.ts';

// Events and debug registers as KVM has them, and as states have them.

export function toDebugregs({ dr0, dr1, dr2, dr3, dr6, dr7 }: X86DebugRegisters): KvmDebugregs {
  return { db: [dr0, dr1, dr2, dr3], dr6, dr7, flags: 0n };
}

export function debugRegisters({ db, dr6, dr7 }: KvmDebugregs): X86DebugRegisters {
  const [dr0, dr1, dr2, dr3] = db;
  return { dr0, dr1, dr2, dr3, dr6, dr7 };
}

const SHADOWS = { none: 0, sti: KVM_X86_SHADOW_INT_STI, 'mov-ss': KVM_X86_SHADOW_INT_MOV_SS };

/**
 * A shutdown is none of KVM's events: it is the exit that comes of one.
 * @param tripleFaults whether triple faults are events of the VM (KVM_CAP_X86_TRIPLE_FAULT_EVENT): then one that was about to
 *   end the last run is forgotten
 */
export function toVcpuEvents({ exception, interrupt, ...events }: X86Events, tripleFaults: boolean): KvmVcpuEvents {
  const valid = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW;
  return {
    exception: {
      injected: exception === null ? 0 : 1,
      nr: exception?.vector ?? 0,
      hasErrorCode: exception === null || exception.errorCode === null ? 0 : 1,
      pending: 0,
      errorCode: exception?.errorCode ?? 0,
    },
    interrupt: {
      injected: interrupt === null ? 0 : 1,
      nr: interrupt ?? 0,
      soft: 0,
      shadow: SHADOWS[events.interruptShadow],
    },
    nmi: { injected: 0, pending: events.nmiPending ? 1 : 0, masked: events.nmiMasked ? 1 : 0 },
    sipiVector: 0,
    flags: tripleFaults ? valid | KVM_VCPUEVENT_VALID_TRIPLE_FAULT : valid,
    smi: { smm: 0, pending: 0, smmInsideNmi: 0, latchedInit: 0 },
    tripleFault: { pending: 0 },
    exceptionHasPayload: 0,
    exceptionPayload: 0n,
  };
}

/** An `INT n` whose delivery was interrupted is no event: RIP is still at it, and it begins anew. */
export function readEvents({ exception, interrupt, nmi }: KvmVcpuEvents): X86Events {
  const { injected, pending, nr, hasErrorCode, errorCode } = exception;
  const { shadow } = interrupt;
  return {
    ...noEvents(),
    exception: injected || pending ? { vector: nr, errorCode: hasErrorCode ? errorCode : null } : null,
    interrupt: interrupt.injected && !interrupt.soft ? interrupt.nr : null,
    interruptShadow: (shadow & SHADOWS['mov-ss']) !== 0 ? 'mov-ss' : shadow !== 0 ? 'sti' : 'none',
    nmiPending: nmi.injected !== 0 || nmi.pending !== 0,
    nmiMasked: nmi.masked !== 0,
  };
}
