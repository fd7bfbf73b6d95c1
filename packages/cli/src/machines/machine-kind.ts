import type { Accelerator } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { Attend } from '../attendance.ts';
import type { Machine, MachineOutput } from './machine.ts';
import type { MachinePlan } from './machine-plan.ts';

/** What a snapshot says of a machine. */
export interface MachineDescription {
  /** What it is built from, as data. */
  readonly plan: MachinePlan;
  /** What has to be given to `resume`, besides the file and its devices. */
  readonly resumeOptions: readonly string[];
}

/** A machine that the command can build, and how it does so. */
export interface MachineKind<M extends Machine = Machine> extends MachineDescription {
  /**
   * Builds it.
   * @throws UsageError (as a rejection) naming the option that cannot be, or VmError
   */
  build(accelerator: Accelerator<X86Vcpu>, output?: MachineOutput): Promise<M>;
  /** Attends to the guest while it runs. Default: standard input feeds COM1, if that is asked for. */
  readonly attend?: Attend<M>;
}
