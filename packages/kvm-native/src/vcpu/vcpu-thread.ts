import type { ControlExit, RunBudget } from '@picovm/core';

/** A vCPU that runs in a thread of its own, as far as that thread's questions are concerned. */
export interface Asker {
  /** Whatever is to be done before it enters the guest. */
  prepare(): void;
  /** Answers what it left the guest for. @returns undefined if that was a question */
  serve(code: number): ControlExit | undefined;
}

/** The thread that a vCPU runs in, as the vCPU sees it. */
export interface VcpuThread {
  /** Who answers what this vCPU asks. */
  join(asker: Asker): void;
  /** Keeps the vCPU out of the guest until the result is disposed. */
  hold(): Disposable;
  /** Completes the instruction that the last exit interrupted, if it has its answer. Only while held. */
  complete(): void;
  /**
   * Forgets what the vCPU asks, and the instruction that asks it: nobody hears of it, nor of what it writes. Writes that wait
   * from before it come first. Only while held.
   */
  discard(): void;
  /** Makes `run` return `kicked`. */
  kick(): void;
  /** Lets all vCPUs of the VM run, and answers what they ask. */
  run(budget: RunBudget): ControlExit;
  /** Whether they run. */
  going(): boolean;
}

/** In place of what `hold` gives, for a vCPU that has no thread of its own. */
export const NOT_HELD: Disposable = { [Symbol.dispose]: () => {} };
