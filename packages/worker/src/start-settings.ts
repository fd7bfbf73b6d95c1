import { VmError } from '@picovm/core';
import { checkSignal } from './client/check-signal.ts';

/** When the start of a machine is given up. */
export interface StartSettings {
  /**
   * Milliseconds until the machine must be built: until then its worker must have loaded its module and called
   * `serveMachine`, and the build function must be done. Above 0; default 30,000; `Infinity`: for ever.
   */
  readonly startTimeoutMs?: number;
  /** Gives up the start, even if the build function hangs. */
  readonly signal?: AbortSignal;
}

/** What follows the machine or its worker: the options of its build function, which may be left out if it needs none. */
// biome-ignore lint/complexity/noBannedTypes: {} is the type that an object of optional members extends.
export type StartArguments<O> = {} extends O
  ? [options?: O, settings?: StartSettings]
  : [options: O, settings?: StartSettings];

/** Settings with their defaults. */
export type StartLimits = StartSettings & { readonly startTimeoutMs: number };

const NAMES = ['startTimeoutMs', 'signal'];
const DEFAULT_START_TIMEOUT_MS = 30_000;

/** Refuses what is no setting, and adds the defaults. @throws VmError `ERR_INVALID_ARGUMENT` naming what is none */
export function checkStartSettings(settings: StartSettings): StartLimits {
  if (typeof settings !== 'object' || settings === null)
    throw invalid(`the start of a machine takes an object of settings, not ${String(settings)}`);
  const unknown = Object.keys(settings).find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw invalid(`the start of a machine has no setting '${unknown}': it has ${NAMES.join(', ')}`);
  const { startTimeoutMs = DEFAULT_START_TIMEOUT_MS, signal } = settings;
  if (typeof startTimeoutMs !== 'number' || !(startTimeoutMs > 0)) {
    throw invalid(`startTimeoutMs must be a number above 0, not ${String(startTimeoutMs)}`);
  }
  checkSignal(signal);
  return { startTimeoutMs, signal };
}

function invalid(message: string): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', message);
}
