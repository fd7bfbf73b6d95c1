import type { Cpu } from '../../cpu/cpu.ts';
import { locate16, locate64, locateRead64, read16, read32, write16, write32 } from '../../cpu/memory.ts';
import { probeRead, probeWrite } from '../../cpu/slow-memory.ts';
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
  probeRead(cpu, segment, offset, 8);
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
  operand.low = read64(cpu, segment, offset);
  operand.high = cpu.temp;
  operand.signExp = read16(cpu, segment, (offset + 8) | 0);
}

/** Raises the fault that a write of 80 bits would raise: they are 64 and 16. */
export function probeOperand80(cpu: Cpu, segment: number, offset: number): void {
  const rest = (offset + 8) | 0;
  if (locate64(cpu, segment, offset) >= 0 && locate16(cpu, segment, rest) >= 0) return;
  probeWrite(cpu, segment, offset, 8);
  probeWrite(cpu, segment, rest, 2);
}

/** Writes {@link operand}, or nothing if there is a fault. */
export function writeOperand80(cpu: Cpu, segment: number, offset: number): void {
  probeOperand80(cpu, segment, offset);
  write64(cpu, segment, offset, operand.high, operand.low);
  write16(cpu, segment, (offset + 8) | 0, operand.signExp);
}

/** The words of an area in memory that an instruction reads or writes as a whole. */
export const area: Int32Array = new Int32Array(128);

/** Reads bytes of the memory operand into {@link area}: a multiple of 2, of an area of words if it is none of 4. */
export function readArea(cpu: Cpu, rec: number, bytes: number): void {
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  probeRead(cpu, segment, offset, bytes);
  if ((bytes & 2) === 0) {
    for (let i = 0; i < bytes; i += 4) area[i >> 2] = read32(cpu, segment, (offset + i) | 0);
  } else {
    for (let i = 0; i < bytes; i += 4) {
      const low = read16(cpu, segment, (offset + i) | 0);
      area[i >> 2] = low | (i + 2 < bytes ? read16(cpu, segment, (offset + i + 2) | 0) << 16 : 0);
    }
  }
}

/** Writes bytes of {@link area} to the memory operand: a multiple of 2. Nothing is written if there is a fault. */
export function writeArea(cpu: Cpu, rec: number, bytes: number): void {
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  probeWrite(cpu, segment, offset, bytes);
  if ((bytes & 2) === 0) {
    for (let i = 0; i < bytes; i += 4) write32(cpu, segment, (offset + i) | 0, area[i >> 2]);
  } else {
    // An area of words need not be aligned to double words.
    for (let i = 0; i < bytes; i += 2) write16(cpu, segment, (offset + i) | 0, area[i >> 2] >>> ((i & 2) << 3));
  }
}
