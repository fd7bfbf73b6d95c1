import { ARITHMETIC } from './arithmetic.ts';
import { BCD } from './bcd.ts';
import { BITS } from './bit.ts';
import { CONDITIONAL_MOVES } from './conditional-move.ts';
import { CONTROL } from './control.ts';
import { DATA } from './data.ts';
import { DESCRIPTOR_QUERIES } from './descriptor-query.ts';
import { FAR } from './far.ts';
import { FAST_CALLS } from './fast-call.ts';
import { FLAG_INSTRUCTIONS } from './flag-instructions.ts';
import type { Handler } from './handler.ts';
import { HINTS } from './hints.ts';
import { IDENTIFY } from './identify.ts';
import { RETURNS } from './iret.ts';
import { MISCELLANEOUS } from './misc.ts';
import { MONITOR } from './monitor.ts';
import { MODEL_SPECIFIC } from './msr.ts';
import { MULTIPLY_DIVIDE } from './muldiv.ts';
import { PORTS } from './port.ts';
import { PUSH_POP } from './push-pop.ts';
import { SHIFTS } from './shift.ts';
import { DOUBLE_SHIFTS } from './shift-double.ts';
import { SIMD } from './simd/handlers.ts';
import { INTERRUPTS, undefinedOpcode } from './software-interrupt.ts';
import { STRINGS } from './string.ts';
import { SWAPPED_MOVES } from './swapped-move.ts';
import { SYSTEM } from './system.ts';
import { SYSTEM_SEGMENTS } from './system-segments.ts';
import { X87 } from './x87/handlers.ts';

/** Numbers below are cases of the hot switch. */
const FIRST_HANDLER = 512;

/** All handlers, by their number. */
export const HANDLERS: Handler[] = new Array<Handler>(FIRST_HANDLER).fill(undefinedOpcode);
/** The numbers of the handlers for 8, 16 and 32 bits, by mnemonic and shape of operands. */
export const HANDLER_NAMES: Map<string, [number, number, number]> = new Map();

/** The number of what raises #UD. */
export const OP_UD: number = register('#UD', [undefinedOpcode, undefinedOpcode, undefinedOpcode])[0];

for (const group of [
  ARITHMETIC,
  SHIFTS,
  DOUBLE_SHIFTS,
  MULTIPLY_DIVIDE,
  BCD,
  DATA,
  BITS,
  PUSH_POP,
  CONTROL,
  FAR,
  INTERRUPTS,
  STRINGS,
  PORTS,
  MISCELLANEOUS,
  SYSTEM,
  SYSTEM_SEGMENTS,
  DESCRIPTOR_QUERIES,
  FLAG_INSTRUCTIONS,
  RETURNS,
  FAST_CALLS,
  IDENTIFY,
  MODEL_SPECIFIC,
  CONDITIONAL_MOVES,
  SWAPPED_MOVES,
  HINTS,
  MONITOR,
  X87,
  SIMD,
]) {
  for (const [name, handler] of Object.entries(group)) {
    register(name, typeof handler === 'function' ? [handler, handler, handler] : handler);
  }
}

function register(name: string, handlers: readonly [Handler, Handler, Handler]): [number, number, number] {
  const numbers = handlers.map((handler) => HANDLERS.push(handler) - 1) as [number, number, number];
  HANDLER_NAMES.set(name, numbers);
  return numbers;
}
