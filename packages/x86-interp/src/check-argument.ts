import { showValue, VmError } from '@picovm/core';

/**
 * Refuses what is no integer of a range.
 * @param what the argument, for the message: `interrupt(): vector`
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkInteger(what: string, value: unknown, max: number): void {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max) return;
  const advice = typeof value === 'bigint' && value >= 0n && value <= max ? `: write ${value}` : '';
  throw wrong(what, `an integer from 0 to ${max}`, value, advice);
}

/** Refuses what is neither true nor false. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkBoolean(what: string, value: unknown): void {
  if (typeof value !== 'boolean') throw wrong(what, 'true or false', value);
}

/** The error for an argument. @param needed what it must be @param advice more to say at the end */
export function wrong(what: string, needed: string, value: unknown, advice = ''): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', `${what} must be ${needed}, not ${showValue(value)}${advice}`, { value });
}
