import type { VcpuDump } from '../accelerator/accelerator.ts';
import type { VmError } from '../errors.ts';
import type { ControlExit } from '../exits/exit.ts';
import type { AccessRecord } from '../exits/recent-accesses.ts';
import type { VmCounters } from './counters.ts';

/**
 * How a run ended.
 * - `halted`: the guest can make no more progress: `HLT` or `jmp $` that no interrupt can end
 * - `shutdown`, `reset`: the guest asked the machine to power off or to restart
 * - `failed`: triple fault, an exit that nobody claims, a crash, a device that threw, or a first vCPU that was disposed
 * - `stopped`: `vm.stop()`, an exit handler that said so, or a breakpoint of the host
 * - `timeout`, `aborted`, `max-exits`: the limits that `run` was given
 */
export type RunOutcome = 'halted' | 'shutdown' | 'reset' | 'failed' | 'stopped' | 'timeout' | 'aborted' | 'max-exits';

/**
 * What `vm.run` gives: never an exception for what a guest did.
 * @typeParam D the dump of the accelerator's vCPUs, with the names of its registers
 */
export interface RunResult<D extends VcpuDump = VcpuDump> {
  /** How it ended, for programs. */
  readonly outcome: RunOutcome;
  /** One sentence for people. */
  readonly message: string;
  /** The exit that ended the run (`slice-end` for a guest found in `jmp $`); undefined if a limit or the host did. */
  readonly exit: ControlExit | undefined;
  /** Id of the vCPU whose exit ended the run; 0 if none did. */
  readonly vcpu: number;
  /** The state of that vCPU when the run ended. If it was disposed meanwhile, there are no registers in it. */
  readonly cpu: D;
  /** The last accesses to ports and MMIO, the oldest first. */
  readonly recentAccesses: readonly AccessRecord[];
  /** All counters, as they were at the end. */
  readonly counters: VmCounters;
  /** Set if a device or a handler threw, an access was refused, or the first vCPU was disposed: that ended the run. */
  readonly error: VmError | undefined;
}
