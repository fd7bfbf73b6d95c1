import type { Cpu } from '../../cpu/cpu.ts';
import { raise, VECTOR } from '../../cpu/fault.ts';
import { read32, write32 } from '../../cpu/memory.ts';
import { checkRead, checkWrite } from '../../cpu/segment-access.ts';
import { probeRead, probeWrite } from '../../cpu/slow-memory.ts';
import { SEG, SLOT } from '../../cpu/state-layout.ts';
import { locateReadWide, locateWide } from '../../cpu/wide-memory.ts';
import { effectiveAddress, segmentOf } from '../operand.ts';

// Operands of MMX and SSE instructions are arena offsets, wherever they are: of a register, of guest memory itself, or of a
// copy of what cannot be read in place. An operation is then one loop over `cpu.view`, `cpu.mem` or `cpu.state`. What follows the
// bytes that were asked for is not to be touched: it may be behind the end of the arena.

// Fields of the record (see RECORD), as constants that V8 folds.
const RM = 2;
const REG = 5;
const { BASE } = SEG;
const { SIMD_OPERAND, TLB_MODE } = SLOT;
/** The value of `SLOT.TLB_MODE` with alignment checks. */
const ALIGNED_ONLY = 2;

/** The register operand (P, V), as an arena offset. */
export function registerOperand(cpu: Cpu, rec: number): number {
  return cpu.cache.code[rec + REG];
}

/** The r/m operand of a form that has a register there (N, U), as an arena offset. */
export function rmRegister(cpu: Cpu, rec: number): number {
  return cpu.cache.code[rec + RM];
}

/** Whether the r/m operand is in memory. */
export function isMemoryOperand(cpu: Cpu, rec: number): boolean {
  return cpu.cache.code[rec + RM] < 0;
}

/** The r/m operand (Q, W), 16 bytes, as an arena offset. #GP if it is in memory, and not aligned to 16 bytes. */
export function source128(cpu: Cpu, rec: number): number {
  const register = cpu.cache.code[rec + RM];
  if (register >= 0) return register;
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  // That comes before all other faults of the operand.
  if (((cpu.state[segment + BASE] + offset) & 15) !== 0) raise(cpu, VECTOR.GP);
  return readWide(cpu, segment, offset, 16);
}

/** The same, at any address. */
export function source128Unaligned(cpu: Cpu, rec: number): number {
  return sourceWide(cpu, rec, 16);
}

/** The r/m operand, 8 bytes, as an arena offset. */
export function source64(cpu: Cpu, rec: number): number {
  return sourceWide(cpu, rec, 8);
}

/** The r/m operand, 4 bytes, as an arena offset. */
export function source32(cpu: Cpu, rec: number): number {
  return sourceWide(cpu, rec, 4);
}

function sourceWide(cpu: Cpu, rec: number, size: 4 | 8 | 16): number {
  const register = cpu.cache.code[rec + RM];
  return register >= 0 ? register : readWide(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec), size);
}

function readWide(cpu: Cpu, segment: number, offset: number, size: 4 | 8 | 16): number {
  const at = locateReadWide(cpu, segment, offset, size);
  return at >= 0 ? at : copyOperand(cpu, segment, offset, size);
}

// What cannot be read in place: across pages, a device, or not in the TLB yet. Faults come before any device is read.
function copyOperand(cpu: Cpu, segment: number, offset: number, size: 4 | 8 | 16): number {
  const { state } = cpu;
  if (size === 16) checkAlignment(cpu, checkRead(cpu, segment, offset, 16));
  if (size > 4) probeRead(cpu, segment, offset, size);
  for (let i = 0; i < size; i += 4) state[SIMD_OPERAND + (i >> 2)] = read32(cpu, segment, (offset + i) | 0);
  return cpu.base + SIMD_OPERAND * 4;
}

/** Sets the r/m operand from 16 bytes at an arena offset. #GP if it is in memory, and not aligned to 16 bytes. */
export function store128(cpu: Cpu, rec: number, from: number): void {
  const register = cpu.cache.code[rec + RM];
  if (register >= 0) {
    copy128(cpu.view, register, from);
    return;
  }
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  if (((cpu.state[segment + BASE] + offset) & 15) !== 0) raise(cpu, VECTOR.GP);
  const at = locateWide(cpu, segment, offset, 16);
  if (at >= 0) copy128(cpu.view, at, from);
  else writeWide(cpu, segment, offset, from, 16);
}

/** The same, at any address. */
export function store128Unaligned(cpu: Cpu, rec: number, from: number): void {
  const at = target(cpu, rec, 16);
  if (at >= 0) copy128(cpu.view, at, from);
  else writeWide(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec), from, 16);
}

/** Sets the r/m operand from 8 bytes at an arena offset. What a register has above them stays. */
export function store64(cpu: Cpu, rec: number, from: number): void {
  const at = target(cpu, rec, 8);
  if (at >= 0) copy64(cpu.view, at, from);
  else writeWide(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec), from, 8);
}

/** Sets the r/m operand from 4 bytes at an arena offset. What a register has above them stays. */
export function store32Bits(cpu: Cpu, rec: number, from: number): void {
  const { view } = cpu;
  const at = target(cpu, rec, 4);
  if (at >= 0) view.setInt32(at, view.getInt32(from, true), true);
  else writeWide(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec), from, 4);
}

// The arena offset of the r/m operand if it may be written in place, or -1.
function target(cpu: Cpu, rec: number, size: 4 | 8 | 16): number {
  const register = cpu.cache.code[rec + RM];
  return register >= 0 ? register : locateWide(cpu, segmentOf(cpu, rec), effectiveAddress(cpu, rec), size);
}

// What cannot be written in place. All of it is written, or nothing.
function writeWide(cpu: Cpu, segment: number, offset: number, from: number, size: 4 | 8 | 16): void {
  if (size === 16) checkAlignment(cpu, checkWrite(cpu, segment, offset, 16));
  if (size > 4) probeWrite(cpu, segment, offset, size);
  for (let i = 0; i < size; i += 4) write32(cpu, segment, (offset + i) | 0, cpu.view.getInt32(from + i, true));
}

// The general check is for operands of up to 8 bytes: PUSHA has 16 too.
function checkAlignment(cpu: Cpu, linear: number): void {
  if (cpu.state[TLB_MODE] === ALIGNED_ONLY && (linear & 15) !== 0) raise(cpu, VECTOR.AC);
}

/** Copies 8 bytes inside the arena. */
export function copy64(view: DataView, to: number, from: number): void {
  const low = view.getInt32(from, true);
  const high = view.getInt32(from + 4, true);
  view.setInt32(to, low, true);
  view.setInt32(to + 4, high, true);
}

/** Copies 16 bytes inside the arena. */
export function copy128(view: DataView, to: number, from: number): void {
  copy64(view, to, from);
  copy64(view, to + 8, from + 8);
}
