import type { CpuidExit } from '@picovm/core';
import type { Cpu } from '../cpu/cpu.ts';
import { answerCpuid } from '../cpu/cpuid.ts';
import { read32, write32 } from '../cpu/memory.ts';
import { MODEL } from '../cpu/models.ts';
import { APIC_ENABLE, MISC_ENABLE } from '../cpu/msr-table.ts';
import { deviceAccess } from '../cpu/pace.ts';
import { probeWrite } from '../cpu/slow-memory.ts';
import { REG, SLOT } from '../cpu/state-layout.ts';
import { type Handler, NEXT } from './handler.ts';
import { effectiveAddress, partAddress, segmentOf } from './operand.ts';

const EAX = REG.AX * 2;
const ECX = REG.CX * 2;
const EDX = REG.DX * 2;
const EBX = REG.BX * 2;

/** Bits of leaf 80000001, EDX, of leaf 1, ECX, and of leaf 1, EDX. */
const XD = 0x100000;
const MONITOR = 8;
const APIC = 0x200;
/** The highest leaf of old, which some systems cannot do without. */
const LIMITED = 3;

/** The processor's own answer to CPUID, less what the system has switched off by IA32_MISC_ENABLE; and with the machine's APIC. */
function answer(cpu: Cpu, exit: CpuidExit): void {
  const { state, processor } = cpu;
  const enabled = state[SLOT.MISC_ENABLE];
  const limit = (enabled & MISC_ENABLE.LIMIT_CPUID) !== 0 ? LIMITED : Number.POSITIVE_INFINITY;
  answerCpuid(processor.cpuid, exit.leaf, exit.subleaf, limit, exit);
  if (exit.leaf === 1 && cpu.model === MODEL.PENTIUM_4 && (enabled & MISC_ENABLE.MONITOR) === 0)
    exit.ecx = (exit.ecx & ~MONITOR) >>> 0;
  if (exit.leaf === 1 && hasApic(cpu)) exit.edx = (exit.edx | APIC) >>> 0;
  if (exit.leaf === 0x80000001 && (state[SLOT.MISC_ENABLE + 1] & MISC_ENABLE.XD_DISABLE_HIGH) !== 0)
    exit.edx = (exit.edx & ~XD) >>> 0;
}

// The Pentium has no register that could disable it.
function hasApic({ apicBase, model, state }: Cpu): boolean {
  if (apicBase === undefined || model < MODEL.PENTIUM) return false;
  return model < MODEL.PENTIUM_PRO || (state[SLOT.APIC_BASE] & APIC_ENABLE) !== 0;
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

// The 8 bytes are written in any case: with ECX:EBX, or with what they were.
const cmpxchg8b: Handler = (cpu, rec) => {
  const { state } = cpu;
  const segment = segmentOf(cpu, rec);
  const low = effectiveAddress(cpu, rec);
  const high = partAddress(cpu, rec, 4);
  probeWrite(cpu, segment, low, 8);
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

/** CPUID, and CMPXCHG8B. */
export const IDENTIFY: Record<string, Handler> = {
  CPUID: cpuid,
  CMPXCHG8B: cmpxchg8b,
};
