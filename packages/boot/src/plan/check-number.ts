import { hex, showValue, VmError } from '@picovm/core';

/** Refuses what is no integer from 0 to `most`. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkNumber(what: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= most) return;
  throw new VmError('ERR_INVALID_ARGUMENT', `${what} is a number from 0 to ${hex(most)}, not ${showValue(value)}`);
}
