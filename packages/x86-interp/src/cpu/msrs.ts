import type { X86Msr } from '@picovm/core/x86';
import { controlWritten } from './control-written.ts';
import type { Cpu } from './cpu.ts';
import { MODEL } from './models.ts';
import { MISC_ENABLE, MSR_KIND, type Msr } from './msr-table.ts';
import { readCounter, setCounter, setCounterControl } from './performance-counters.ts';
import { SLOT } from './state-layout.ts';
import { updateMode } from './switch-mode.ts';
import { readTimeStamp, setTimeStamp, timeStamp } from './time-stamp.ts';

const TWO_32 = 2 ** 32;
/** In the states of a vCPU these have places of their own. */
const ELSEWHERE: ReadonlySet<number> = new Set([0x10, 0x1b, 0xc0000080]);

/** What was read last: the low half and the high one. */
export const msrValue: Uint32Array = new Uint32Array(2);

/** Reads a model-specific register into {@link msrValue}. @returns whether it can be read */
export function readMsr(cpu: Cpu, msr: Msr): boolean {
  switch (msr.kind) {
    case MSR_KIND.WRITE_ONLY:
      return false;
    case MSR_KIND.TIME_STAMP:
      readTimeStamp(cpu);
      msrValue.set(timeStamp);
      return true;
    case MSR_KIND.COUNTER: {
      const count = readCounter(cpu, counterOf(msr));
      msrValue[0] = count % TWO_32;
      msrValue[1] = Math.floor(count / TWO_32);
      return true;
    }
    default:
      msrValue[0] = msr.slot < 0 ? msr.reset[0] : cpu.u32[msr.slot];
      msrValue[1] = msr.slot < 0 ? msr.reset[1] : cpu.u32[msr.slot + 1];
      return true;
  }
}

/** Writes a model-specific register as WRMSR does. @returns whether the value can be written */
export function writeMsr(cpu: Cpu, msr: Msr, low: number, high: number): boolean {
  if (msr.kind === MSR_KIND.READ_ONLY || !canHold(msr, low, high)) return false;
  switch (msr.kind) {
    case MSR_KIND.TIME_STAMP:
      // The upper half can be written since the last models of the Pentium 4, and before the P6 family.
      setTimeStamp(cpu, low >>> 0, isP6(cpu) ? 0 : high >>> 0);
      return true;
    case MSR_KIND.COUNTER:
      // The P6 family extends the sign of the lower half.
      setMsr(cpu, msr, low, isP6(cpu) ? (low >> 31) & msr.writable[1] : high);
      return true;
    case MSR_KIND.EFER: {
      if (low !== 0 && (cpu.state[SLOT.MISC_ENABLE + 1] & MISC_ENABLE.XD_DISABLE_HIGH) !== 0) return false;
      const before = cpu.state[SLOT.EFER];
      setMsr(cpu, msr, low, high);
      updateMode(cpu);
      controlWritten(cpu, SLOT.EFER, before);
      return true;
    }
    default:
      setMsr(cpu, msr, low, high);
      return true;
  }
}

/** Whether a value has no bits that the register does not have, and means something. */
function canHold({ writable, ignored, valid }: Msr, low: number, high: number): boolean {
  const reserved = (low & ~(writable[0] | ignored[0])) | (high & ~(writable[1] | ignored[1]));
  return reserved === 0 && valid(low, high);
}

function setMsr(cpu: Cpu, msr: Msr, low: number, high: number): void {
  const { slot, writable } = msr;
  if (slot < 0) return;
  if (msr.kind === MSR_KIND.COUNTER) setCounter(cpu, counterOf(msr), (low >>> 0) + (high >>> 0) * TWO_32);
  else if (msr.kind === MSR_KIND.COUNTER_CONTROL) setCounterControl(cpu, slot, low);
  else {
    cpu.state[slot] = (cpu.state[slot] & ~writable[0]) | (low & writable[0]);
    cpu.state[slot + 1] = (cpu.state[slot + 1] & ~writable[1]) | (high & writable[1]);
  }
}

function counterOf({ slot }: Msr): number {
  return (slot - SLOT.COUNTERS) / 2;
}

function isP6({ model }: Cpu): boolean {
  return model >= MODEL.PENTIUM_PRO && model < MODEL.PENTIUM_4;
}

/** Sets all model-specific registers to their values after RESET, but those that are elsewhere in a state. */
export function resetMsrs(cpu: Cpu): void {
  for (const msr of kept(cpu)) cpu.state.set(msr.reset, msr.slot);
}

/** The registers that are not as after RESET, as a state of the vCPU has them. */
export function changedMsrs(cpu: Cpu): X86Msr[] {
  const changed: X86Msr[] = [];
  for (const msr of kept(cpu)) {
    readMsr(cpu, msr);
    if (msrValue[0] === msr.reset[0] >>> 0 && msrValue[1] === msr.reset[1] >>> 0) continue;
    changed.push({ index: msr.index, value: (BigInt(msrValue[1]) << 32n) | BigInt(msrValue[0]) });
  }
  return changed.sort((a, b) => a.index - b.index);
}

/** Sets the registers named, and all others to their values after RESET. The number of instructions must be set by then. */
export function restoreMsrs(cpu: Cpu, msrs: readonly X86Msr[]): void {
  resetMsrs(cpu);
  for (const { index, value } of msrs) {
    const msr = cpu.processor.msrs.get(index);
    if (msr !== undefined) setMsr(cpu, msr, lowOf(value), highOf(value));
  }
}

/** Whether a register of a state of a vCPU can be had here. */
export function canHaveMsr(cpu: Cpu, { index, value }: X86Msr): boolean {
  const msr = cpu.processor.msrs.get(index);
  return msr !== undefined && msr.slot >= 0 && !ELSEWHERE.has(index) && canHold(msr, lowOf(value), highOf(value));
}

function kept(cpu: Cpu): Msr[] {
  return [...cpu.processor.msrs.values()].filter(({ index, slot }) => slot >= 0 && !ELSEWHERE.has(index));
}

function lowOf(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

function highOf(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}
