import type { Cpu } from '../cpu/cpu.ts';
import { setCarries, setResult } from '../cpu/flags.ts';
import { REG } from '../cpu/state-layout.ts';
import type { Binary } from './alu.ts';
import { type Handler, NEXT } from './handler.ts';
import { immediate, modify16, modify32, reg16, reg32, touch } from './operand.ts';

// `a` is the operand that is shifted, `cpu.temp` the one whose bits come in, `n` the count, 1 to 31. Counts above 16
// of a word are undefined; what comes in then are the bits of the other operand again, as on some processors.

function left16(cpu: Cpu, a: number, n: number): number {
  const b = cpu.temp;
  const result = (n <= 16 ? ((a << 16) | b) >>> (16 - n) : ((b << 16) | b) >>> (32 - n)) & 0xffff;
  finish16(cpu, a, result, n <= 16 ? (a >>> (16 - n)) & 1 : 0);
  return result;
}

function right16(cpu: Cpu, a: number, n: number): number {
  const b = cpu.temp;
  const result = (n <= 16 ? ((b << 16) | a) >>> n : ((b << 16) | b) >>> (n - 16)) & 0xffff;
  finish16(cpu, a, result, n <= 16 ? (a >>> (n - 1)) & 1 : 0);
  return result;
}

function finish16(cpu: Cpu, before: number, result: number, cf: number): void {
  setResult(cpu, (result << 16) >> 16);
  setCarries(cpu, cf, ((result ^ before) >>> 15) & 1, 0);
}

function left32(cpu: Cpu, a: number, n: number): number {
  const result = (a << n) | (cpu.temp >>> (32 - n));
  finish32(cpu, a, result, (a >>> (32 - n)) & 1);
  return result;
}

function right32(cpu: Cpu, a: number, n: number): number {
  const result = (a >>> n) | (cpu.temp << (32 - n));
  finish32(cpu, a, result, (a >>> (n - 1)) & 1);
  return result;
}

function finish32(cpu: Cpu, before: number, result: number, cf: number): void {
  setResult(cpu, result);
  setCarries(cpu, cf, (result ^ before) >>> 31, 0);
}

type Count = (cpu: Cpu, rec: number) => number;

function word(f: Binary, count: Count): Handler {
  return (cpu, rec) => {
    const n = count(cpu, rec) & 31;
    cpu.temp = reg16(cpu, rec);
    if (n !== 0) modify16(cpu, rec, f, n);
    else touch(cpu, rec, 2);
    return NEXT;
  };
}

function doubleWord(f: Binary, count: Count): Handler {
  return (cpu, rec) => {
    const n = count(cpu, rec) & 31;
    cpu.temp = reg32(cpu, rec);
    if (n !== 0) modify32(cpu, rec, f, n);
    else touch(cpu, rec, 4);
    return NEXT;
  };
}

function countRegister(cpu: Cpu): number {
  return cpu.u8[REG.CX * 8];
}

function sizes(f16: Binary, f32: Binary, count: Count): readonly [Handler, Handler, Handler] {
  const w = word(f16, count);
  return [w, w, doubleWord(f32, count)];
}

/** SHLD and SHRD. */
export const DOUBLE_SHIFTS: Record<string, readonly [Handler, Handler, Handler]> = {
  'SHLD E,G,I': sizes(left16, left32, immediate),
  'SHLD E,G,CL': sizes(left16, left32, countRegister),
  'SHRD E,G,I': sizes(right16, right32, immediate),
  'SHRD E,G,CL': sizes(right16, right32, countRegister),
};
