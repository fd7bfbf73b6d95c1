import type { Cpu } from '../../cpu/cpu.ts';
import { locate64, locateRead64, read16, read32, write16, write32 } from '../../cpu/memory.ts';
import { probeWrite } from '../../cpu/slow-memory.ts';
import { effectiveAddress, segmentOf } from '../operand.ts';

/** The 80 bits that `readOperand80` read, and that `writeOperand80` writes. */
export const operand = { signExp: 0, high: 0, low: 0 };

/** Reads 64 bits. @returns the lower half; the upper one is in `cpu.temp` */
export function read64(cpu: Cpu, segment: number, offset: number): number {
  const at = locateRead64(cpu, segment, offset);
  if (at >= 0) {
    cpu.temp = cpu.view.getInt32(at + 4, true);
    return cpu.view.getInt32(at, true);
  }
  const low = read32(cpu, segment, offset);
  cpu.temp = read32(cpu, segment, (offset + 4) | 0);
  return low;
}

/** Writes 64 bits, or nothing if there is a fault. */
export function write64(cpu: Cpu, segment: number, offset: number, high: number, low: number): void {
  const at = locate64(cpu, segment, offset);
  if (at >= 0) {
    cpu.view.setInt32(at, low, true);
    cpu.view.setInt32(at + 4, high, true);
    return;
  }
  probeWrite(cpu, segment, offset, 8);
  write32(cpu, segment, offset, low);
  write32(cpu, segment, (offset + 4) | 0, high);
}

/** Reads the memory operand of 80 bits into {@link operand}. */
export function readOperand80(cpu: Cpu, segment: number, offset: number): void {
  operand.low = read32(cpu, segment, offset);
  operand.high = read32(cpu, segment, (offset + 4) | 0);
  operand.signExp = read16(cpu, segment, (offset + 8) | 0);
}

/** Writes {@link operand}, or nothing if there is a fault. */
export function writeOperand80(cpu: Cpu, segment: number, offset: number): void {
  probeWrite(cpu, segment, offset, 10);
  write32(cpu, segment, offset, operand.low);
  write32(cpu, segment, (offset + 4) | 0, operand.high);
  write16(cpu, segment, (offset + 8) | 0, operand.signExp);
}

/** The words of an area in memory that an instruction reads or writes as a whole. */
export const area: Int32Array = new Int32Array(128);

/** Reads `count` words of 32 bits of the memory operand, from `displacement` on, into {@link area}. */
export function readArea(cpu: Cpu, rec: number, displacement: number, count: number): void {
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  for (let i = 0; i < count; i++) area[i] = read32(cpu, segment, (offset + displacement + i * 4) | 0);
}

/** Writes bytes of {@link area} to the memory operand: a multiple of 2. Nothing is written if there is a fault. */
export function writeArea(cpu: Cpu, rec: number, bytes: number): void {
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  probeWrite(cpu, segment, offset, bytes);
  for (let i = 0; i + 4 <= bytes; i += 4) write32(cpu, segment, (offset + i) | 0, area[i >> 2]);
  if ((bytes & 2) !== 0) write16(cpu, segment, (offset + bytes - 2) | 0, area[bytes >> 2]);
}
