import type { ControlExit, InternalErrorExit } from '@picovm/core';
import {
  KVM_EXIT_DEBUG,
  KVM_EXIT_FAIL_ENTRY,
  KVM_EXIT_HLT,
  KVM_EXIT_HYPERCALL,
  KVM_EXIT_INTERNAL_ERROR,
  KVM_EXIT_IRQ_WINDOW_OPEN,
  KVM_EXIT_MEMORY_FAULT,
  KVM_EXIT_SHUTDOWN,
  KVM_EXIT_SYSTEM_EVENT,
  KVM_INTERNAL_ERROR_DELIVERY_EV,
  KVM_INTERNAL_ERROR_EMULATION,
  KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES,
  KVM_INTERNAL_ERROR_SIMUL_EX,
  KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON,
  KVM_SYSTEM_EVENT_CRASH,
  KVM_SYSTEM_EVENT_RESET,
  KVM_SYSTEM_EVENT_SHUTDOWN,
} from '../native/constants.ts';
import type { KvmExit } from '../structures/exits.ts';
import type { KvmRun } from '../structures/kvm-run.ts';

/** The exits that say nothing but their names, made once. */
export const SLICE_END: ControlExit = Object.freeze({ reason: 'slice-end' });
export const KICKED: ControlExit = Object.freeze({ reason: 'kicked' });
export const IRQ_WINDOW: ControlExit = Object.freeze({ reason: 'irq-window' });
const SHUTDOWN: ControlExit = Object.freeze({ reason: 'shutdown' });
const HALT: ControlExit = Object.freeze({ reason: 'halt', interruptsEnabled: false });
const HALT_WITH_INTERRUPTS: ControlExit = Object.freeze({ reason: 'halt', interruptsEnabled: true });

/** What an exit says that is no question. @param code its KVM_EXIT_* number, which restoring a state may have made */
export function controlExit(code: number, run: KvmRun): ControlExit {
  switch (code) {
    case KVM_EXIT_HLT:
      return run.ifFlag === 0 ? HALT : HALT_WITH_INTERRUPTS;
    case KVM_EXIT_IRQ_WINDOW_OPEN:
      return IRQ_WINDOW;
    case KVM_EXIT_SHUTDOWN:
      return SHUTDOWN;
    default:
      return detailed(run.exit(), code);
  }
}

/** KVM_RUN failed: nothing that a guest does is thrown, and it fails for what guests do, too. */
export function failedEntry(errno: number): ControlExit {
  return { reason: 'internal-error', suberror: 0, detail: `KVM_RUN failed with errno ${errno}` };
}

function detailed(exit: KvmExit, code: number): ControlExit {
  switch (exit.exitReason) {
    case KVM_EXIT_SYSTEM_EVENT:
      return systemEvent(exit.type);
    case KVM_EXIT_INTERNAL_ERROR:
      return internalError(exit.suberror, exit.data);
    case KVM_EXIT_FAIL_ENTRY:
      return { reason: 'entry-failed', hardwareReason: exit.hardwareEntryFailureReason };
    case KVM_EXIT_HYPERCALL:
      return { reason: 'hypercall', number: exit.nr, args: exit.args };
    case KVM_EXIT_DEBUG:
      return { reason: 'debug', address: exit.pc, dr6: exit.dr6 };
    case KVM_EXIT_MEMORY_FAULT:
      return { reason: 'memory-fault', address: exit.gpa, size: exit.size };
    default:
      return { reason: 'unknown', accelerator: 'kvm', code };
  }
}

function systemEvent(type: number): ControlExit {
  switch (type) {
    case KVM_SYSTEM_EVENT_SHUTDOWN:
      return { reason: 'system-event', event: 'shutdown' };
    case KVM_SYSTEM_EVENT_RESET:
      return { reason: 'system-event', event: 'reset' };
    case KVM_SYSTEM_EVENT_CRASH:
      return { reason: 'system-event', event: 'crash' };
    default:
      return { reason: 'unknown', accelerator: 'kvm', code: KVM_EXIT_SYSTEM_EVENT };
  }
}

const SUBERRORS: Readonly<Record<number, string>> = {
  [KVM_INTERNAL_ERROR_EMULATION]: 'KVM_INTERNAL_ERROR_EMULATION',
  [KVM_INTERNAL_ERROR_SIMUL_EX]: 'KVM_INTERNAL_ERROR_SIMUL_EX',
  [KVM_INTERNAL_ERROR_DELIVERY_EV]: 'KVM_INTERNAL_ERROR_DELIVERY_EV',
  [KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON]: 'KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON',
};

function internalError(suberror: number, data: readonly bigint[]): InternalErrorExit {
  const name = SUBERRORS[suberror] ?? 'an internal error of KVM';
  const instruction = suberror === KVM_INTERNAL_ERROR_EMULATION ? instructionBytes(data) : undefined;
  const words = data.map((word) => `0x${word.toString(16)}`).join(' ');
  const detail = [
    name,
    ...(instruction === undefined ? [] : [`at the instruction bytes ${instruction}`]),
    ...(words === '' ? [] : [`(data ${words})`]),
  ];
  return { reason: 'internal-error', suberror, detail: detail.join(' ') };
}

// The instruction that KVM could not emulate: its length in the first byte of the second word, then up to 15 bytes.
function instructionBytes(data: readonly bigint[]): string | undefined {
  if (data.length < 3 || (data[0] & KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES) === 0n) return undefined;
  const bytes = new Uint8Array(BigUint64Array.of(data[1], data[2]).buffer);
  return Array.from(bytes.subarray(1, 1 + Math.min(bytes[0], 15)), (byte) => byte.toString(16).padStart(2, '0')).join(
    ' ',
  );
}
