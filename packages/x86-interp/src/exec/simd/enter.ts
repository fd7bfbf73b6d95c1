import { CR0 } from '@picovm/core/x86';
import type { Cpu } from '../../cpu/cpu.ts';
import { raise, VECTOR } from '../../cpu/fault.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { reportPending } from '../x87/exceptions.ts';

// Constants of this module, because V8 folds those, but not imported ones, into compiled code.
const { FSW, FTW, CR0: CR0_SLOT, CR4: CR4_SLOT } = SLOT;
const { EM, TS } = CR0;
/** The system saves the XMM registers with FXSAVE. */
const OSFXSR = 0x200;
const TOP = 0x3800;
const ALL_VALID = 0xff;

/** To be called first by instructions on XMM registers: raises #UD and #NM (Intel SDM volume 3A, section 13.1). */
export function enterSse(cpu: Cpu): void {
  const { state } = cpu;
  if (((state[CR0_SLOT] & (EM | TS)) | (~state[CR4_SLOT] & OSFXSR)) !== 0) refuseSse(cpu);
}

function refuseSse(cpu: Cpu): never {
  const { state } = cpu;
  if ((state[CR0_SLOT] & EM) !== 0 || (state[CR4_SLOT] & OSFXSR) === 0) raise(cpu, VECTOR.UD);
  return raise(cpu, VECTOR.NM);
}

/**
 * To be called first by instructions on MMX registers: raises #UD, #NM, and #MF for a pending error of the x87 (Intel SDM
 * volume 3A, section 12.1). An instruction on both MMX and XMM registers calls `enterSse` before.
 * @returns false if the CPU waits for the interrupt that tells of that error: the instruction stays (`STAY`)
 */
export function enterMmx(cpu: Cpu): boolean {
  const { state } = cpu;
  if ((state[CR0_SLOT] & (EM | TS)) !== 0) raise(cpu, (state[CR0_SLOT] & EM) !== 0 ? VECTOR.UD : VECTOR.NM);
  return (state[FSW] & 0x80) === 0 || reportPending(cpu);
}

/** Makes the x87's registers those of MMX, when nothing can fault any more: TOP is 0, and none is empty. */
export function useMmx({ state }: Cpu): void {
  state[FSW] &= ~TOP;
  state[FTW] = ALL_VALID;
}

/**
 * The same, after an MMX register was written: what the x87 sees in it is then a NaN or an infinity (section 12.2).
 * @param register its arena offset
 */
export function wroteMmx(cpu: Cpu, register: number): void {
  useMmx(cpu);
  cpu.state[(register - cpu.base + 8) >> 2] = 0xffff;
}

/** Makes the x87's registers empty: EMMS. */
export function leaveMmx({ state }: Cpu): void {
  state[FSW] &= ~TOP;
  state[FTW] = 0;
}
