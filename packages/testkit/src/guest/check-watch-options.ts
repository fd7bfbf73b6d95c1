import type { RunOptions, Vm } from '@picovm/core';
import { show } from '../check.ts';
import { checkFunctions, checkLimits, checkOptions, refuse } from '../check-options.ts';
import type { WatchOptions } from './watch-options.ts';

const OPTIONS: Readonly<Record<keyof WatchOptions, true>> = {
  screen: true,
  serial: true,
  send: true,
  timeoutMs: true,
  maxExits: true,
};

const RUN_OPTIONS: Readonly<Record<keyof RunOptions, true>> = {
  timeoutMs: true,
  maxExits: true,
  sliceMs: true,
  signal: true,
};

/** Refuses what cannot be watched, and options that are none. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkWatchOptions(vm: unknown, options: unknown): asserts options is WatchOptions {
  const { observe, run } = (vm ?? {}) as Partial<Vm>;
  if (typeof observe !== 'function' || typeof run !== 'function') {
    refuse(
      `watchGuest needs a Vm, not ${show(vm)}: of a machine that is made of parts give its vm, such as pico(…).vm`,
    );
  }
  checkOptions('watchGuest', options, OPTIONS);
  const { screen, serial, send, timeoutMs, maxExits } = options as WatchOptions;
  for (const [name, value] of Object.entries({ screen, serial })) {
    if (value !== undefined && typeof value !== 'function') {
      refuse(`watchGuest: ${name} must be a function, such as () => log.text, not ${show(value)}`);
    }
  }
  checkFunctions('watchGuest', { send });
  checkLimits('watchGuest', { timeoutMs, maxExits });
}

/** Refuses limits of a run that are none. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkRunOptions(method: string, options: unknown): asserts options is RunOptions {
  checkOptions(method, options, RUN_OPTIONS);
  const { timeoutMs, maxExits } = options as RunOptions;
  checkLimits(method, { timeoutMs, maxExits });
}
