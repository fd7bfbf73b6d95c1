import type { RunOutcome, RunResult, Vm } from '@picovm/core';

/** How a guest ended by its own will. After that it has nothing to go on with: behind its last `HLT` is no program. */
export interface GuestEnd {
  readonly outcome: 'halted' | 'shutdown' | 'reset';
  /** In one sentence. */
  readonly message: string;
}

const OUTCOMES: readonly RunOutcome[] = ['halted', 'shutdown', 'reset'] satisfies GuestEnd['outcome'][];

/** Whether a guest that came to this ended by its own will. */
export function isGuestEnd(end: { readonly outcome: unknown; readonly message: unknown }): end is GuestEnd {
  return OUTCOMES.includes(end.outcome as RunOutcome) && typeof end.message === 'string';
}

/** The result of a guest that ended already: the state as it is, with nothing run. */
export async function resultOfEnded(vm: Vm, { outcome, message }: GuestEnd): Promise<RunResult> {
  const result = await vm.run({ signal: AbortSignal.abort() });
  return { ...result, outcome, message };
}
