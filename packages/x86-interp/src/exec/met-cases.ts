import { FIRST_X87_CASE, LAST_CASE } from './hot-cases.ts';

// How many different cases of the hot switch guests have met. It tells loops, which need a few, from systems, which need most.

const met: Uint8Array = new Uint8Array(LAST_CASE + 1);
let general = 0;
let x87 = 0;

/** Notes what an instruction was decoded to. @param op a case or a handler */
export function meetCase(op: number): void {
  if (op > LAST_CASE || met[op] !== 0) return;
  met[op] = 1;
  if (op < FIRST_X87_CASE) general++;
  else x87++;
}

/** How many cases that are not of the x87 were met by any CPU so far. */
export function generalCasesMet(): number {
  return general;
}

/** How many of the x87 were. */
export function x87CasesMet(): number {
  return x87;
}
