import type { Accelerator, ExitReason, Supports } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';

/** One thing that every accelerator must do. */
export interface AcceleratorCase {
  /** Names it, in reports and in the `skip` of {@link AcceleratorTestOptions}. Never changes. */
  readonly name: string;
  /** Why an accelerator need not do it, from what it declares to support; undefined if it must. */
  readonly unsupported?: (supports: Supports) => string | undefined;
  /** Throws, or rejects, if the accelerator does not do it. */
  readonly run: (accelerator: Accelerator<X86Vcpu>) => void | Promise<void>;
}

/** For cases about an exit that an accelerator may lack. */
export function needsExit(reason: ExitReason): (supports: Supports) => string | undefined {
  return ({ exits }) => (exits.has(reason) ? undefined : `supports.exits has no '${reason}'`);
}

/** For cases about counting instructions. */
export function needsInstructionCount({ instructionCount }: Supports): string | undefined {
  return instructionCount ? undefined : 'supports.instructionCount is false';
}
