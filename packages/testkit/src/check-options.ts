import { VmError } from '@picovm/core';
import { show } from './check.ts';

/** Refuses what a user gave. @throws VmError `ERR_INVALID_ARGUMENT` */
export function refuse(message: string): never {
  throw new VmError('ERR_INVALID_ARGUMENT', message);
}

/**
 * Refuses options that are no record, or among which is one that there is not: a name that is misspelt would leave out
 * what it asks for.
 * @param who begins the message: the function that takes them
 * @param known the names that there are
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkOptions(who: string, options: unknown, known: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null)
    refuse(`${who}: the options must be a record, not ${show(options)}`);
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) {
      refuse(`${who} has no option ${name}: there are ${Object.keys(known).join(', ')}`);
    }
  }
}

/** Refuses options that are given and are no functions. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkFunctions(who: string, options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && typeof value !== 'function') {
      refuse(`${who}: ${name} must be a function, not ${show(value)}`);
    }
  }
}

/** Refuses limits that are given and are no numbers above 0. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkLimits(who: string, limits: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(limits)) {
    if (value !== undefined && !(typeof value === 'number' && value > 0)) {
      refuse(`${who}: ${name} must be a number above 0, not ${show(value)}`);
    }
  }
}
