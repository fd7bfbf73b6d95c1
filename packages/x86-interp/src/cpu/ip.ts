import { RECORD, RECORD_SHIFT } from '../decode/record.ts';
import type { Cpu } from './cpu.ts';
import { SLOT } from './state-layout.ts';

/** The IP of the instruction that runs. */
export function currentIp(cpu: Cpu): number {
  return ((cpu.state[SLOT.PC] - cpu.pcBase) >> RECORD_SHIFT) + cpu.ipBase;
}

/** The IP of the instruction that follows it. May be 10000h at the end of a segment. */
export function nextIp(cpu: Cpu, rec: number): number {
  return (currentIp(cpu) + (cpu.cache.code[rec + RECORD.LENGTH] >> RECORD_SHIFT)) | 0;
}
