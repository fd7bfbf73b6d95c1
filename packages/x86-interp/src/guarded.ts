import { VmError } from '@picovm/core';
import type { Cpu } from './cpu/cpu.ts';
import { lookAtEvents } from './cpu/pace.ts';

/**
 * To be called if a function of the user threw while the CPU was inside an instruction. It ends the run once that has
 * ended: `run` throws then, as `ERR_DEVICE`. The first failure counts. @param what names the function for the message
 */
export function failed(cpu: Cpu, what: string, cause: unknown): void {
  const message = `${what} threw: ${cause instanceof Error ? cause.message : String(cause)}`;
  cpu.failure ??= new VmError('ERR_DEVICE', message, { cause });
  lookAtEvents(cpu);
}

/** Refuses a promise, because the guest does not wait for it. @throws TypeError */
export function refusePromise(answer: unknown): void {
  if (typeof (answer as { then?: unknown } | null | undefined)?.then !== 'function') return;
  // Unheeded, its rejection would end the whole process.
  Promise.resolve(answer).catch(() => {});
  throw new TypeError('it gives a promise, and the guest does not wait for one: make it synchronous');
}

/** Calls a function of the user that has nothing to answer. */
export function guarded(cpu: Cpu, what: string, call: () => unknown): void {
  cpu.hooksInside++;
  try {
    refusePromise(call());
  } catch (cause) {
    failed(cpu, what, cause);
  } finally {
    cpu.hooksInside--;
  }
}
