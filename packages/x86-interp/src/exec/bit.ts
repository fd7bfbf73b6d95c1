import type { Cpu } from '../cpu/cpu.ts';
import { overflow, setCarryOverflow, setComparison, setResult } from '../cpu/flags.ts';
import { read16, read32, write16, write32 } from '../cpu/memory.ts';
import { probeWrite } from '../cpu/slow-memory.ts';
import { RECORD } from '../decode/record.ts';
import { type Handler, NEXT } from './handler.ts';
import { effectiveAddress, immediate, load16, load32, reg16, reg32, segmentOf, setReg16, setReg32 } from './operand.ts';

type Sizes = readonly [Handler, Handler, Handler];
/** What becomes of the bit: `(value, bit mask) => value`; undefined: nothing, it is only tested. */
type Change = ((value: number, bit: number) => number) | undefined;

// A bit offset in a register reaches beyond the operand in memory: whole units before or behind it.
function bitOperation(change: Change, fromRegister: boolean): Sizes {
  const word: Handler = (cpu, rec) => {
    const index = fromRegister ? (reg16(cpu, rec) << 16) >> 16 : immediate(cpu, rec);
    const bit = 1 << (index & 15);
    const at = cpu.cache.code[rec + RECORD.RM];
    if (at >= 0) {
      const value = cpu.view.getUint16(at, true);
      if (change !== undefined) cpu.view.setUint16(at, change(value, bit), true);
      return test(cpu, value, bit);
    }
    const segment = segmentOf(cpu, rec);
    const offset = unitOffset(cpu, rec, fromRegister ? (index >> 4) * 2 : 0);
    if (change !== undefined) probeWrite(cpu, segment, offset, 2);
    const value = read16(cpu, segment, offset);
    if (change !== undefined) write16(cpu, segment, offset, change(value, bit));
    return test(cpu, value, bit);
  };
  const doubleWord: Handler = (cpu, rec) => {
    const index = fromRegister ? reg32(cpu, rec) : immediate(cpu, rec);
    const bit = 1 << (index & 31);
    const at = cpu.cache.code[rec + RECORD.RM];
    if (at >= 0) {
      const value = cpu.view.getInt32(at, true);
      if (change !== undefined) cpu.view.setInt32(at, change(value, bit), true);
      return test(cpu, value, bit);
    }
    const segment = segmentOf(cpu, rec);
    const offset = unitOffset(cpu, rec, fromRegister ? (index >> 5) * 4 : 0);
    if (change !== undefined) probeWrite(cpu, segment, offset, 4);
    const value = read32(cpu, segment, offset);
    if (change !== undefined) write32(cpu, segment, offset, change(value, bit));
    return test(cpu, value, bit);
  };
  return [word, word, doubleWord];
}

function unitOffset(cpu: Cpu, rec: number, displacement: number): number {
  const offset = (effectiveAddress(cpu, rec) + displacement) | 0;
  return cpu.cache.code[rec + RECORD.EA] < 0 ? offset & 0xffff : offset;
}

function test(cpu: Cpu, value: number, bit: number): 0 {
  setCarryOverflow(cpu, (value & bit) !== 0 ? 1 : 0, overflow(cpu));
  return NEXT;
}

const set = (value: number, bit: number): number => value | bit;
const clear = (value: number, bit: number): number => value & ~bit;
const complement = (value: number, bit: number): number => value ^ bit;

// BSF and BSR of 0 set ZF and leave the destination alone.
const scanForward: Handler = (cpu, rec) => {
  const value = load16(cpu, rec);
  if (value !== 0) setReg16(cpu, rec, 31 - Math.clz32(value & -value));
  setResult(cpu, value);
  return NEXT;
};
const scanForward32: Handler = (cpu, rec) => {
  const value = load32(cpu, rec);
  if (value !== 0) setReg32(cpu, rec, 31 - Math.clz32(value & -value));
  setResult(cpu, value);
  return NEXT;
};
const scanReverse: Handler = (cpu, rec) => {
  const value = load16(cpu, rec);
  if (value !== 0) setReg16(cpu, rec, 31 - Math.clz32(value));
  setResult(cpu, value);
  return NEXT;
};
const scanReverse32: Handler = (cpu, rec) => {
  const value = load32(cpu, rec);
  if (value !== 0) setReg32(cpu, rec, 31 - Math.clz32(value));
  setResult(cpu, value);
  return NEXT;
};

// The bits of each pair, of each group of four, of each byte are counted at once.
function count(value: number): number {
  const pairs = value - ((value >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  const bytes = (fours + (fours >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bytes, 0x01010101) >>> 24;
}

const countBits: Handler = (cpu, rec) => {
  const value = load16(cpu, rec);
  setReg16(cpu, rec, count(value));
  setComparison(cpu, value === 0 ? 1 : 0, 0, 0);
  return NEXT;
};
const countBits32: Handler = (cpu, rec) => {
  const value = load32(cpu, rec);
  setReg32(cpu, rec, count(value));
  setComparison(cpu, value === 0 ? 1 : 0, 0, 0);
  return NEXT;
};

/** Bit tests, scans and counts. */
export const BITS: Record<string, Sizes> = {
  'BT E,G': bitOperation(undefined, true),
  'BT E,I': bitOperation(undefined, false),
  'BTS E,G': bitOperation(set, true),
  'BTS E,I': bitOperation(set, false),
  'BTR E,G': bitOperation(clear, true),
  'BTR E,I': bitOperation(clear, false),
  'BTC E,G': bitOperation(complement, true),
  'BTC E,I': bitOperation(complement, false),
  BSF: [scanForward, scanForward, scanForward32],
  BSR: [scanReverse, scanReverse, scanReverse32],
  POPCNT: [countBits, countBits, countBits32],
};
