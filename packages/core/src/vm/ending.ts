import type { VcpuDump } from '../accelerator/accelerator.ts';
import type { VmError } from '../errors.ts';
import type { ControlExit } from '../exits/exit.ts';
import { kvmExitName } from '../exits/exit-reasons.ts';
import { hex } from '../format.ts';
import type { RunOutcome } from './run-result.ts';

/** Why a run ends. */
export interface Ending {
  readonly outcome: RunOutcome;
  readonly exit?: ControlExit;
  readonly error?: VmError;
}

/** What an exit that nobody claims means for the run. */
export function endingOfExit(exit: ControlExit): Ending {
  if (exit.reason === 'halt') return { outcome: 'halted', exit };
  if (exit.reason === 'debug') return { outcome: 'stopped', exit };
  if (exit.reason === 'system-event' && exit.event !== 'crash') return { outcome: exit.event, exit };
  return { outcome: 'failed', exit };
}

/** An ending in one sentence. @param vcpu the id of the vCPU that `cpu` is of */
export function describeEnding({ outcome, exit, error }: Ending, cpu: VcpuDump, vcpu: number): string {
  const at = `at ${cpu.location}${vcpu === 0 ? '' : ` on vCPU ${vcpu}`}`;
  switch (outcome) {
    case 'halted':
      return exit?.reason === 'halt' ? `the guest halted ${at}` : `the guest halted: it jumps to itself ${at}`;
    case 'shutdown':
      return 'the guest powered off';
    case 'reset':
      return 'the guest asked for a reset';
    case 'stopped':
      return `the run was stopped${exit?.reason === 'debug' ? ' by a breakpoint' : ''}; the guest is ${at}`;
    case 'timeout':
      return `the time limit was reached; the guest is ${at}`;
    case 'aborted':
      return `the run was aborted; the guest is ${at}`;
    case 'max-exits':
      return `the limit of exits was reached; the guest is ${at}`;
    case 'failed':
      return `the guest failed ${at}: ${error?.message ?? (exit === undefined ? 'no reason given' : describeExit(exit))}`;
  }
}

function describeExit(exit: ControlExit): string {
  switch (exit.reason) {
    case 'shutdown':
      return 'triple fault';
    case 'system-event':
      return `the machine reported a ${exit.event}`;
    case 'internal-error':
      return `the accelerator cannot go on: ${exit.detail} (suberror ${exit.suberror})`;
    case 'entry-failed':
      return `the CPU refused the guest state (hardware reason ${hex(exit.hardwareReason)})`;
    case 'memory-fault':
      return `guest memory at ${hex(exit.address)} cannot be reached`;
    case 'unknown': {
      const name = exit.accelerator === 'kvm' ? kvmExitName(exit.code) : undefined;
      return `unknown exit ${exit.code}${name === undefined ? '' : ` (${name})`} of ${exit.accelerator}`;
    }
    default:
      return `nobody handles '${exit.reason}' exits`;
  }
}
