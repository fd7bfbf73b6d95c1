import type { Cpu } from '../cpu/cpu.ts';
import { notePort } from '../cpu/debug-registers.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { MODE } from '../cpu/mode.ts';
import { SEG, TR } from '../cpu/state-layout.ts';
import { readSystem16 } from '../cpu/system-memory.ts';
import { iopl } from './privilege.ts';

const TSS_IS_WIDE = 8;
const IO_MAP = 0x66;
const MINIMUM_LIMIT = 0x67;

/**
 * Raises #GP(0) if the program may not access a port: above IOPL, and always in virtual-8086 mode, the I/O permission
 * bit map of the TSS decides (Intel SDM volume 1, section 19.5.2). Notes the access for breakpoints.
 * @param access `READ` or `WRITE` of `ACCESS`
 */
export function checkPort(cpu: Cpu, port: number, size: number, access: number): void {
  if ((cpu.cpl > iopl(cpu) || cpu.mode === MODE.V86) && !mapAllows(cpu, port, size)) raise(cpu, VECTOR.GP);
  if (cpu.watchPorts !== 0) notePort(cpu, port, size, access);
}

// Two bytes of the map are read in any case, and must be inside the TSS.
function mapAllows(cpu: Cpu, port: number, size: number): boolean {
  const limit = cpu.u32[TR + SEG.LIMIT];
  if ((cpu.state[TR + SEG.ATTRIBUTES] & TSS_IS_WIDE) === 0 || limit < MINIMUM_LIMIT) return false;
  const base = cpu.state[TR + SEG.BASE];
  const at = readSystem16(cpu, (base + IO_MAP) | 0) + (port >> 3);
  if (at + 1 > limit) return false;
  const bits = readSystem16(cpu, (base + at) | 0);
  return ((bits >> (port & 7)) & ((1 << size) - 1)) === 0;
}
