import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { MSR_KIND } from '../cpu/msr-table.ts';
import { msrValue, readMsr, writeMsr } from '../cpu/msrs.ts';
import { deviceAccess } from '../cpu/pace.ts';
import { countersOfModel, readCounter } from '../cpu/performance-counters.ts';
import { REG, SLOT } from '../cpu/state-layout.ts';
import { readTimeStamp, timeStamp } from '../cpu/time-stamp.ts';
import { type Handler, NEXT } from './handler.ts';
import { requireSystem } from './privilege.ts';

const EAX = REG.AX * 2;
const ECX = REG.CX * 2;
const EDX = REG.DX * 2;
/** Bits of CR4: RDTSC is for privilege level 0 alone; RDPMC is for all. */
const CR4_TSD = 4;
const CR4_PCE = 0x100;
const TWO_32 = 2 ** 32;

function setPair(cpu: Cpu, low: number, high: number): void {
  cpu.u32[EAX] = low;
  cpu.u32[EDX] = high;
}

const rdtsc: Handler = (cpu) => {
  if ((cpu.state[SLOT.CR4] & CR4_TSD) !== 0) requireSystem(cpu);
  readTimeStamp(cpu);
  setPair(cpu, timeStamp[0], timeStamp[1]);
  return NEXT;
};

// What the processor does not have may be the affair of the machine; else it is an error of the program.
const rdmsr: Handler = (cpu) => {
  requireSystem(cpu);
  const index = cpu.u32[ECX];
  const msr = cpu.processor.msrs.get(index);
  if (msr !== undefined) {
    if (!readMsr(cpu, msr)) raise(cpu, VECTOR.GP);
    setPair(cpu, msrValue[0], msrValue[1]);
    return NEXT;
  }
  deviceAccess(cpu);
  const value = cpu.sink.rdmsr(index);
  if (value === undefined) raise(cpu, VECTOR.GP);
  setPair(cpu, Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn));
  return NEXT;
};

const wrmsr: Handler = (cpu) => {
  requireSystem(cpu);
  const { state, u32 } = cpu;
  const msr = cpu.processor.msrs.get(u32[ECX]);
  if (msr !== undefined) {
    if (!writeMsr(cpu, msr, state[EAX], state[EDX])) raise(cpu, VECTOR.GP);
    if (msr.kind === MSR_KIND.APIC_BASE && cpu.apicBase !== undefined) {
      deviceAccess(cpu);
      cpu.apicBase((BigInt(u32[SLOT.APIC_BASE + 1]) << 32n) | BigInt(u32[SLOT.APIC_BASE]));
    }
    return NEXT;
  }
  deviceAccess(cpu);
  const value = (BigInt(u32[EDX]) << 32n) | BigInt(u32[EAX]);
  if (!cpu.sink.wrmsr(u32[ECX], value)) raise(cpu, VECTOR.GP);
  return NEXT;
};

const rdpmc: Handler = (cpu) => {
  if ((cpu.state[SLOT.CR4] & CR4_PCE) === 0) requireSystem(cpu);
  const counters = countersOfModel(cpu.model);
  const asked = cpu.u32[ECX];
  // With bit 31 set, the Pentium 4 reads the lower half alone.
  const low = asked >= TWO_32 / 2 && counters > 2;
  const n = low ? asked - TWO_32 / 2 : asked;
  if (n >= counters) raise(cpu, VECTOR.GP);
  const value = readCounter(cpu, n);
  setPair(cpu, value % TWO_32, low ? 0 : Math.floor(value / TWO_32));
  return NEXT;
};

/** The time-stamp counter, performance counters and the other model-specific registers. */
export const MODEL_SPECIFIC: Record<string, Handler> = {
  RDTSC: rdtsc,
  RDMSR: rdmsr,
  WRMSR: wrmsr,
  RDPMC: rdpmc,
};
