import { RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { readFlags } from '../cpu/flags.ts';
import { loadRealSegment, selectorOf } from '../cpu/segment.ts';
import { SLOT } from '../cpu/state-layout.ts';
import { readSystem16 } from '../cpu/system-memory.ts';
import { probePushes } from './far-pushes.ts';
import { push16 } from './stack.ts';

const CS_NUMBER = 1;
/** What an interrupt clears. */
const CLEARED = RFLAGS.IF | RFLAGS.TF | RFLAGS.RF | RFLAGS.AC;

/**
 * Enters the handler of a vector, as real mode does (Intel SDM volume 3B, section 21.1.4): FLAGS, CS and IP are pushed,
 * and CS:IP come from the vector table. A fault leaves everything as it was.
 * @param ip where the handler returns to
 */
export function interruptReal(cpu: Cpu, vector: number, ip: number): void {
  const { state } = cpu;
  if (vector * 4 + 3 > cpu.u32[SLOT.IDT_LIMIT]) raise(cpu, VECTOR.GP);
  probePushes(cpu, 3, 2);
  const entry = (state[SLOT.IDT_BASE] + vector * 4) | 0;
  const offset = readSystem16(cpu, entry);
  const selector = readSystem16(cpu, (entry + 2) | 0);
  push16(cpu, readFlags(cpu));
  push16(cpu, selectorOf(cpu, CS_NUMBER));
  push16(cpu, ip);
  state[SLOT.FLAGS] &= ~CLEARED;
  loadRealSegment(cpu, CS_NUMBER, selector);
  state[SLOT.RIP] = offset;
}
