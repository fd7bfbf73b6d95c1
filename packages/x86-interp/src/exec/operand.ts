import type { Cpu } from '../cpu/cpu.ts';
import { locate8, locate16, locate32, read8, read16, read32, write8, write16, write32 } from '../cpu/memory.ts';
import { MODEL } from '../cpu/models.ts';
import { ACCESS } from '../cpu/page-walk.ts';
import { refill } from '../cpu/refill.ts';
import { probeWrite } from '../cpu/slow-memory.ts';
import type { Binary } from './alu.ts';

// Fields of the record (see RECORD and EA), as constants that V8 folds.
const RM = 2;
const EA = 3;
const DISP = 4;
const REG = 5;
const IMM = 6;

/** The offset of the memory operand, an int32. */
export function effectiveAddress(cpu: Cpu, rec: number): number {
  const { state } = cpu;
  const { code } = cpu.cache;
  const ea = code[rec + EA];
  const offset = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[rec + DISP]) | 0;
  return ea < 0 ? offset & 0xffff : offset;
}

/**
 * The offset of a further part of the memory operand, `displacement` bytes behind its beginning. From the 80386 on an
 * operand does not wrap: a part above FFFF is beyond the limit.
 */
export function partAddress(cpu: Cpu, rec: number, displacement: number): number {
  const offset = (effectiveAddress(cpu, rec) + displacement) | 0;
  return cpu.cache.code[rec + EA] < 0 && cpu.model < MODEL.I80386 ? offset & 0xffff : offset;
}

/** The segment of the memory operand, as the word where it begins in the state. */
export function segmentOf(cpu: Cpu, rec: number): number {
  return (cpu.cache.code[rec + EA] >> 18) & 0x1ff;
}

/** The r/m operand, 8 bits, unsigned. */
export function load8(cpu: Cpu, rec: number): number {
  const at = cpu.cache.code[rec + RM];
  return at >= 0 ? cpu.mem[at] : read8(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec));
}

/** The r/m operand, 16 bits, unsigned. */
export function load16(cpu: Cpu, rec: number): number {
  const at = cpu.cache.code[rec + RM];
  return at >= 0 ? cpu.view.getUint16(at, true) : read16(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec));
}

/** The r/m operand, 32 bits, signed. */
export function load32(cpu: Cpu, rec: number): number {
  const at = cpu.cache.code[rec + RM];
  return at >= 0 ? cpu.view.getInt32(at, true) : read32(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec));
}

/** Sets the r/m operand, 8 bits. */
export function store8(cpu: Cpu, rec: number, value: number): void {
  const at = cpu.cache.code[rec + RM];
  if (at >= 0) cpu.mem[at] = value;
  else write8(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec), value);
}

/** Sets the r/m operand, 16 bits. */
export function store16(cpu: Cpu, rec: number, value: number): void {
  const at = cpu.cache.code[rec + RM];
  if (at >= 0) cpu.view.setUint16(at, value, true);
  else write16(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec), value);
}

/** Sets the r/m operand, 32 bits. */
export function store32(cpu: Cpu, rec: number, value: number): void {
  const at = cpu.cache.code[rec + RM];
  if (at >= 0) cpu.view.setInt32(at, value, true);
  else write32(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec), value);
}

/**
 * Replaces the r/m operand by `f(operand, b)`. A fault of the write comes before `f` is called, so that flags and
 * memory stay as they were.
 */
export function modify8(cpu: Cpu, rec: number, f: Binary, b: number): void {
  const register = cpu.cache.code[rec + RM];
  const offset = effectiveAddress(cpu, rec);
  const segment = segmentOf(cpu, rec);
  let at = register >= 0 ? register : locate8(cpu, segment, offset);
  if (at < 0) at = refill(cpu, segment, offset, 1, ACCESS.WRITE);
  if (at >= 0) {
    cpu.mem[at] = f(cpu, cpu.mem[at], b);
    return;
  }
  probeWrite(cpu, segment, offset, 1);
  write8(cpu, segment, offset, f(cpu, read8(cpu, segment, offset), b));
}

/** The same, 16 bits. */
export function modify16(cpu: Cpu, rec: number, f: Binary, b: number): void {
  const register = cpu.cache.code[rec + RM];
  const offset = effectiveAddress(cpu, rec);
  const segment = segmentOf(cpu, rec);
  let at = register >= 0 ? register : locate16(cpu, segment, offset);
  if (at < 0) at = refill(cpu, segment, offset, 2, ACCESS.WRITE);
  if (at >= 0) {
    cpu.view.setUint16(at, f(cpu, cpu.view.getUint16(at, true), b), true);
    return;
  }
  probeWrite(cpu, segment, offset, 2);
  write16(cpu, segment, offset, f(cpu, read16(cpu, segment, offset), b));
}

/** The same, 32 bits. */
export function modify32(cpu: Cpu, rec: number, f: Binary, b: number): void {
  const register = cpu.cache.code[rec + RM];
  const offset = effectiveAddress(cpu, rec);
  const segment = segmentOf(cpu, rec);
  let at = register >= 0 ? register : locate32(cpu, segment, offset);
  if (at < 0) at = refill(cpu, segment, offset, 4, ACCESS.WRITE);
  if (at >= 0) {
    cpu.view.setInt32(at, f(cpu, cpu.view.getInt32(at, true), b), true);
    return;
  }
  probeWrite(cpu, segment, offset, 4);
  write32(cpu, segment, offset, f(cpu, read32(cpu, segment, offset), b));
}

/** Raises the fault that a change of the r/m operand of `size` bytes would raise, and reads it, if it is in memory. */
export function touch(cpu: Cpu, rec: number, size: 1 | 2 | 4): void {
  if (cpu.cache.code[rec + RM] >= 0) return;
  const offset = effectiveAddress(cpu, rec);
  const segment = segmentOf(cpu, rec);
  probeWrite(cpu, segment, offset, size);
  if (size === 1) read8(cpu, segment, offset);
  else if (size === 2) read16(cpu, segment, offset);
  else read32(cpu, segment, offset);
}

/** The register operand, 8 bits, unsigned. */
export function reg8(cpu: Cpu, rec: number): number {
  return cpu.mem[cpu.cache.code[rec + REG]];
}

/** The register operand, 16 bits, unsigned. */
export function reg16(cpu: Cpu, rec: number): number {
  return cpu.view.getUint16(cpu.cache.code[rec + REG], true);
}

/** The register operand, 32 bits, signed. */
export function reg32(cpu: Cpu, rec: number): number {
  return cpu.view.getInt32(cpu.cache.code[rec + REG], true);
}

/** Sets the register operand, 8 bits. */
export function setReg8(cpu: Cpu, rec: number, value: number): void {
  cpu.mem[cpu.cache.code[rec + REG]] = value;
}

/** Sets the register operand, 16 bits. */
export function setReg16(cpu: Cpu, rec: number, value: number): void {
  cpu.view.setUint16(cpu.cache.code[rec + REG], value, true);
}

/** Sets the register operand, 32 bits. */
export function setReg32(cpu: Cpu, rec: number, value: number): void {
  cpu.view.setInt32(cpu.cache.code[rec + REG], value, true);
}

/** The immediate. */
export function immediate(cpu: Cpu, rec: number): number {
  return cpu.cache.code[rec + IMM];
}
