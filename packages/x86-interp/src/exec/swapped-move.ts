import { done, type Handler } from './handler.ts';
import { load16, load32, reg16, reg32, setReg16, setReg32, store16, store32 } from './operand.ts';

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}

/** The four bytes of a value in the opposite order. @returns an int32 */
export function swap32(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

const load: Handler = (cpu, rec) => done(setReg16(cpu, rec, swap16(load16(cpu, rec))));
const loadWide: Handler = (cpu, rec) => done(setReg32(cpu, rec, swap32(load32(cpu, rec))));
const store: Handler = (cpu, rec) => done(store16(cpu, rec, swap16(reg16(cpu, rec))));
const storeWide: Handler = (cpu, rec) => done(store32(cpu, rec, swap32(reg32(cpu, rec))));

/** Moves to and from memory with the bytes swapped. */
export const SWAPPED_MOVES: Record<string, readonly [Handler, Handler, Handler]> = {
  'MOVBE G,M': [load, load, loadWide],
  'MOVBE M,G': [store, store, storeWide],
};
