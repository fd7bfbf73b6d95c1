import type { CpuidExit } from '@picovm/core';
import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { read32, write32 } from '../cpu/memory.ts';
import { MODEL } from '../cpu/models.ts';
import { deviceAccess } from '../cpu/pace.ts';
import { probeWrite } from '../cpu/slow-memory.ts';
import { REG, SLOT } from '../cpu/state-layout.ts';
import { instructionsOf } from './events.ts';
import { type Handler, NEXT } from './handler.ts';
import { effectiveAddress, partAddress, segmentOf } from './operand.ts';
import { requireSystem } from './privilege.ts';

const EAX = REG.AX * 2;
const ECX = REG.CX * 2;
const EDX = REG.DX * 2;
const EBX = REG.BX * 2;

/** IA32_TIME_STAMP_COUNTER and IA32_APIC_BASE (Intel SDM volume 4, table 2-2). */
const MSR_TSC = 0x10;
const MSR_APIC_BASE = 0x1b;
/** The time-stamp counter is for privilege level 0 alone. */
const CR4_TSD = 4;
const TWO_32 = 2 ** 32;

/** Family, model and stepping (EAX), and features (EDX), of leaf 1. */
const SIGNATURE = { [MODEL.I80486]: 0x421, [MODEL.PENTIUM]: 0x521 } as Readonly<Record<number, number>>;
/** FPU; TSC, MSR, CX8. */
const FEATURES = { [MODEL.I80486]: 1, [MODEL.PENTIUM]: 0x131 } as Readonly<Record<number, number>>;

// "GenuineIntel", in the order EBX, EDX, ECX.
const VENDOR = [0x756e6547, 0x49656e69, 0x6c65746e];

/** The processor's own answer to CPUID. Leaves above the last give zeros. */
function answer(cpu: Cpu, exit: CpuidExit): void {
  exit.eax = exit.ebx = exit.ecx = exit.edx = 0;
  if (exit.leaf === 0) {
    exit.eax = 1;
    [exit.ebx, exit.edx, exit.ecx] = VENDOR;
  } else if (exit.leaf === 1) {
    exit.eax = SIGNATURE[cpu.model];
    exit.edx = FEATURES[cpu.model];
  }
}

const cpuid: Handler = (cpu) => {
  const exit: { -readonly [K in keyof CpuidExit]: CpuidExit[K] } = cpu.cpuidExit;
  exit.leaf = cpu.u32[EAX];
  exit.subleaf = cpu.u32[ECX];
  answer(cpu, exit);
  if (cpu.asksCpuid) {
    deviceAccess(cpu);
    cpu.sink.cpuid(exit);
  }
  cpu.u32[EAX] = exit.eax;
  cpu.u32[EBX] = exit.ebx;
  cpu.u32[ECX] = exit.ecx;
  cpu.u32[EDX] = exit.edx;
  return NEXT;
};

/** The time-stamp counter: it counts instructions. */
function tsc(cpu: Cpu): bigint {
  const offset = (BigInt(cpu.u32[SLOT.TSC_OFFSET + 1]) << 32n) | BigInt(cpu.u32[SLOT.TSC_OFFSET]);
  return BigInt.asUintN(64, BigInt(instructionsOf(cpu)) + offset);
}

function setPair(cpu: Cpu, value: bigint): void {
  cpu.u32[EAX] = Number(value & 0xffffffffn);
  cpu.u32[EDX] = Number(value >> 32n);
}

const rdtsc: Handler = (cpu) => {
  if ((cpu.state[SLOT.CR4] & CR4_TSD) !== 0) requireSystem(cpu);
  const { u32 } = cpu;
  // In numbers as long as nobody wrote the counter, to allocate nothing.
  if (u32[SLOT.TSC_OFFSET] === 0 && u32[SLOT.TSC_OFFSET + 1] === 0) {
    const count = instructionsOf(cpu);
    u32[EAX] = count % TWO_32;
    u32[EDX] = Math.floor(count / TWO_32);
  } else setPair(cpu, tsc(cpu));
  return NEXT;
};

const rdmsr: Handler = (cpu) => {
  requireSystem(cpu);
  const index = cpu.u32[ECX];
  if (index === MSR_TSC) setPair(cpu, tsc(cpu));
  else if (index === MSR_APIC_BASE) setPair(cpu, apicBase(cpu));
  else {
    deviceAccess(cpu);
    const value = cpu.sink.rdmsr(index);
    if (value === undefined) raise(cpu, VECTOR.GP);
    setPair(cpu, BigInt.asUintN(64, value));
  }
  return NEXT;
};

function apicBase(cpu: Cpu): bigint {
  return (BigInt(cpu.u32[SLOT.APIC_BASE + 1]) << 32n) | BigInt(cpu.u32[SLOT.APIC_BASE]);
}

const wrmsr: Handler = (cpu) => {
  requireSystem(cpu);
  const index = cpu.u32[ECX];
  const value = (BigInt(cpu.u32[EDX]) << 32n) | BigInt(cpu.u32[EAX]);
  if (index === MSR_TSC) {
    const offset = BigInt.asUintN(64, value - BigInt(instructionsOf(cpu)));
    cpu.u32[SLOT.TSC_OFFSET] = Number(offset & 0xffffffffn);
    cpu.u32[SLOT.TSC_OFFSET + 1] = Number(offset >> 32n);
  } else if (index === MSR_APIC_BASE) {
    cpu.u32[SLOT.APIC_BASE] = cpu.u32[EAX];
    cpu.u32[SLOT.APIC_BASE + 1] = cpu.u32[EDX];
  } else {
    deviceAccess(cpu);
    if (!cpu.sink.wrmsr(index, value)) raise(cpu, VECTOR.GP);
  }
  return NEXT;
};

// The 8 bytes are written in any case: with ECX:EBX, or with what they were.
const cmpxchg8b: Handler = (cpu, rec) => {
  const { state } = cpu;
  const segment = segmentOf(cpu, rec);
  const low = effectiveAddress(cpu, rec);
  const high = partAddress(cpu, rec, 4);
  probeWrite(cpu, segment, low, 4);
  probeWrite(cpu, segment, high, 4);
  const a = read32(cpu, segment, low);
  const d = read32(cpu, segment, high);
  const equal = a === state[EAX] && d === state[EDX];
  write32(cpu, segment, low, equal ? state[EBX] : a);
  write32(cpu, segment, high, equal ? state[ECX] : d);
  if (!equal) {
    state[EAX] = a;
    state[EDX] = d;
  }
  setZero(cpu, equal);
  return NEXT;
};

// ZF alone: SF and PF have words of their own.
function setZero({ state }: Cpu, zero: boolean): void {
  state[SLOT.LF_ZERO] = zero ? 0 : 1;
}

/** CPUID, the time-stamp counter, MSRs, CMPXCHG8B. */
export const IDENTIFY: Record<string, Handler> = {
  CPUID: cpuid,
  RDTSC: rdtsc,
  RDMSR: rdmsr,
  WRMSR: wrmsr,
  CMPXCHG8B: cmpxchg8b,
};
