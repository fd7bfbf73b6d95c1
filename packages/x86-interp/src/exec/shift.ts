import type { Cpu } from '../cpu/cpu.ts';
import { carry, setCarries, setCarryOverflow, setResult } from '../cpu/flags.ts';
import { MODEL } from '../cpu/models.ts';
import { REG } from '../cpu/state-layout.ts';
import type { Binary } from './alu.ts';
import { type Handler, NEXT } from './handler.ts';
import { immediate, modify8, modify16, modify32, touch } from './operand.ts';

type Sizes<T> = readonly [T, T, T];

// The operations take an unsigned value (of 32 bits too) and a count that is not 0. OF follows from the last step,
// which the manuals define for a count of 1 only, and the CPUs do for every count.

function extend(value: number, size: number): number {
  return (value << (32 - size)) >> (32 - size);
}

function top(value: number, size: number): number {
  return (value >>> (size - 1)) & 1;
}

function rol(cpu: Cpu, value: number, count: number, size: number): number {
  const n = count % size;
  const result = n === 0 ? value : (value << n) | (value >>> (size - n));
  const cf = result & 1;
  setCarryOverflow(cpu, cf, cf ^ top(result, size));
  return result;
}

function ror(cpu: Cpu, value: number, count: number, size: number): number {
  const n = count % size;
  const result = n === 0 ? value : (value >>> n) | (value << (size - n));
  const cf = top(result, size);
  setCarryOverflow(cpu, cf, cf ^ ((result >>> (size - 2)) & 1));
  return result;
}

function rcl(cpu: Cpu, value: number, count: number, size: number): number {
  let result = value;
  let cf = carry(cpu);
  for (let n = count % (size + 1); n > 0; n--) {
    const out = top(result, size);
    result = (result << 1) | cf;
    cf = out;
  }
  setCarryOverflow(cpu, cf, cf ^ top(result, size));
  return result;
}

function rcr(cpu: Cpu, value: number, count: number, size: number): number {
  let result = value;
  let cf = carry(cpu);
  for (let n = count % (size + 1); n > 0; n--) {
    const out = result & 1;
    result = ((result & mask(size)) >>> 1) | (cf << (size - 1));
    cf = out;
  }
  setCarryOverflow(cpu, cf, top(result, size) ^ ((result >>> (size - 2)) & 1));
  return result;
}

function shl(cpu: Cpu, value: number, count: number, size: number): number {
  const result = count < 32 ? value << count : 0;
  const cf = count <= size ? (value >>> (size - count)) & 1 : 0;
  setResult(cpu, extend(result, size));
  setCarries(cpu, cf, cf ^ top(result, size), 0);
  return result;
}

function shr(cpu: Cpu, value: number, count: number, size: number): number {
  const result = count < 32 ? value >>> count : 0;
  const cf = count <= 32 ? (value >>> (count - 1)) & 1 : 0;
  setResult(cpu, extend(result, size));
  // The top bit before the last step: only a count of 1 leaves one there.
  setCarries(cpu, cf, (result >>> (size - 2)) & 1, 0);
  return result;
}

function sar(cpu: Cpu, value: number, count: number, size: number): number {
  const signed = extend(value, size);
  const n = count < 32 ? count : 31;
  const result = signed >> n;
  const cf = (signed >> (count <= 32 ? count - 1 : 31)) & 1;
  setResult(cpu, result);
  setCarries(cpu, cf, 0, 0);
  return result;
}

// Undocumented, 8086 only: all ones.
function setmo(cpu: Cpu, _value: number, _count: number, _size: number): number {
  setResult(cpu, -1);
  setCarries(cpu, 0, 0, 0);
  return -1;
}

type Operation = (cpu: Cpu, value: number, count: number, size: number) => number;

function mask(size: number): number {
  return size === 32 ? -1 : (1 << size) - 1;
}

// The 8086 shifts as often as it is told; the others take five bits of the count.
function countOf(cpu: Cpu, count: number): number {
  return cpu.model === MODEL.I8086 ? count : count & 31;
}

function shift(name: string, operation: Operation): Record<string, Sizes<Handler>> {
  const f8: Binary = (cpu, a, n) => operation(cpu, a, n, 8) & 0xff;
  const f16: Binary = (cpu, a, n) => operation(cpu, a, n, 16) & 0xffff;
  const f32: Binary = (cpu, a, n) => operation(cpu, a, n, 32);
  const by = (count: (cpu: Cpu, rec: number) => number): Sizes<Handler> => [
    (cpu, rec) => {
      const n = countOf(cpu, count(cpu, rec));
      if (n !== 0) modify8(cpu, rec, f8, n);
      else touch(cpu, rec, 1);
      return NEXT;
    },
    (cpu, rec) => {
      const n = countOf(cpu, count(cpu, rec));
      if (n !== 0) modify16(cpu, rec, f16, n);
      else touch(cpu, rec, 2);
      return NEXT;
    },
    (cpu, rec) => {
      const n = countOf(cpu, count(cpu, rec));
      if (n !== 0) modify32(cpu, rec, f32, n);
      else touch(cpu, rec, 4);
      return NEXT;
    },
  ];
  return { [`${name} E,I`]: by(immediate), [`${name} E,CL`]: by(countRegister) };
}

function countRegister(cpu: Cpu): number {
  return cpu.u8[REG.CX * 8];
}

/** Shifts and rotates of one operand. */
export const SHIFTS: Record<string, Sizes<Handler>> = {
  ...shift('ROL', rol),
  ...shift('ROR', ror),
  ...shift('RCL', rcl),
  ...shift('RCR', rcr),
  ...shift('SHL', shl),
  ...shift('SHR', shr),
  ...shift('SAR', sar),
  ...shift('SETMO', setmo),
};
