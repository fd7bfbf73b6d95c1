import { type Handler, NEXT, STAY } from '../handler.ts';
import { immediate } from '../operand.ts';
import { enterMmx, enterSse, wroteMmx } from './enter.ts';
import { registerOperand, rmRegister, source64, source128 } from './operand.ts';

/**
 * Sets the `bytes` bytes (8 or 16) at the arena offset `to` from themselves and those at `from`, which may be the same. One
 * function serves a mnemonic's MMX and SSE forms.
 */
export type Operation = (view: DataView, to: number, from: number, bytes: number) => void;

/** Shifts the `bytes` bytes at the arena offset `to` by 0 to 64 bits, where 64 stands for all greater counts too. */
export type Shift = (view: DataView, to: number, count: number, bytes: number) => void;

/** More than any element has. */
const MAX_SHIFT = 64;

// What the handlers below call is another function for each mnemonic, and so is not inlined: they call it once.

/** The handler of an operation on an MMX register. */
export function mmx(operation: Operation): Handler {
  return (cpu, rec) => {
    if (!enterMmx(cpu)) return STAY;
    const from = source64(cpu, rec);
    const to = registerOperand(cpu, rec);
    operation(cpu.view, to, from, 8);
    wroteMmx(cpu, to);
    return NEXT;
  };
}

/** The handler of an operation on an XMM register. */
export function sse(operation: Operation): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const from = source128(cpu, rec);
    operation(cpu.view, registerOperand(cpu, rec), from, 16);
    return NEXT;
  };
}

/** The handlers of operations on MMX and XMM registers, by mnemonic and shape. */
export function mmxAndSse(operations: Readonly<Record<string, Operation>>): Record<string, Handler> {
  const handlers: Record<string, Handler> = {};
  for (const [mnemonic, operation] of Object.entries(operations)) {
    handlers[`${mnemonic} P,Q`] = mmx(operation);
    handlers[`${mnemonic} V,W`] = sse(operation);
  }
  return handlers;
}

// The count is all of 64 bits.
function countAt(view: DataView, at: number): number {
  const low = view.getInt32(at, true);
  return (view.getInt32(at + 4, true) | (low & -MAX_SHIFT)) === 0 ? low : MAX_SHIFT;
}

function mmxShift(shift: Shift): Handler {
  return (cpu, rec) => {
    if (!enterMmx(cpu)) return STAY;
    const count = countAt(cpu.view, source64(cpu, rec));
    const to = registerOperand(cpu, rec);
    shift(cpu.view, to, count, 8);
    wroteMmx(cpu, to);
    return NEXT;
  };
}

function sseShift(shift: Shift): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    const count = countAt(cpu.view, source128(cpu, rec));
    shift(cpu.view, registerOperand(cpu, rec), count, 16);
    return NEXT;
  };
}

function mmxShiftImmediate(shift: Shift): Handler {
  return (cpu, rec) => {
    if (!enterMmx(cpu)) return STAY;
    const to = rmRegister(cpu, rec);
    shift(cpu.view, to, Math.min(immediate(cpu, rec), MAX_SHIFT), 8);
    wroteMmx(cpu, to);
    return NEXT;
  };
}

function sseShiftImmediate(shift: Shift): Handler {
  return (cpu, rec) => {
    enterSse(cpu);
    shift(cpu.view, rmRegister(cpu, rec), Math.min(immediate(cpu, rec), MAX_SHIFT), 16);
    return NEXT;
  };
}

/** The handlers of shifts by a register, memory or an immediate, by mnemonic and shape. */
export function shifts(operations: Readonly<Record<string, Shift>>): Record<string, Handler> {
  const handlers: Record<string, Handler> = {};
  for (const [mnemonic, shift] of Object.entries(operations)) {
    handlers[`${mnemonic} P,Q`] = mmxShift(shift);
    handlers[`${mnemonic} V,W`] = sseShift(shift);
    handlers[`${mnemonic} N,I`] = mmxShiftImmediate(shift);
    handlers[`${mnemonic} U,I`] = sseShiftImmediate(shift);
  }
  return handlers;
}
