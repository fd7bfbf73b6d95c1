import type { HaltExit } from '@picovm/core';
import { CR0, RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { carry, overflow, readFlags, setCarryOverflow, writeLowFlags } from '../cpu/flags.ts';
import { MODEL } from '../cpu/models.ts';
import { SLOT } from '../cpu/state-layout.ts';
import { RECORD } from '../decode/record.ts';
import { leaveWith } from './events.ts';
import { done, type Handler, NEXT } from './handler.ts';
import { load16 } from './operand.ts';
import { requireSystem } from './privilege.ts';

const AH = 1;
const HALT_ENABLED: HaltExit = Object.freeze({ reason: 'halt', interruptsEnabled: true });
const HALT_DISABLED: HaltExit = Object.freeze({ reason: 'halt', interruptsEnabled: false });

function changeFlag(mask: number, set: boolean): Handler {
  return ({ state }) => {
    state[SLOT.FLAGS] = set ? state[SLOT.FLAGS] | mask : state[SLOT.FLAGS] & ~mask;
    return NEXT;
  };
}

/** Stops the CPU until an interrupt comes. */
export function waitForInterrupt(cpu: Cpu): void {
  leaveWith(cpu, (cpu.state[SLOT.FLAGS] & RFLAGS.IF) !== 0 ? HALT_ENABLED : HALT_DISABLED);
}

const hlt: Handler = (cpu) => {
  requireSystem(cpu);
  waitForInterrupt(cpu);
  return NEXT;
};

// There is no coprocessor: ESC reads its memory operand and does nothing, unless the system says that it emulates one.
const esc: Handler = (cpu, rec) => {
  if (cpu.model >= MODEL.I80286 && (cpu.state[SLOT.CR0] & (CR0.EM | CR0.TS)) !== 0) raise(cpu, VECTOR.NM);
  if (cpu.cache.code[rec + RECORD.RM] < 0) load16(cpu, rec);
  return NEXT;
};

/** Flags, HLT, and what does next to nothing. */
export const MISCELLANEOUS: Record<string, Handler> = {
  NOP: () => NEXT,
  CLC: (cpu) => done(setCarryOverflow(cpu, 0, overflow(cpu))),
  STC: (cpu) => done(setCarryOverflow(cpu, 1, overflow(cpu))),
  CMC: (cpu) => done(setCarryOverflow(cpu, carry(cpu) ^ 1, overflow(cpu))),
  CLD: changeFlag(RFLAGS.DF, false),
  STD: changeFlag(RFLAGS.DF, true),
  SAHF: (cpu) => done(writeLowFlags(cpu, cpu.u8[AH])),
  LAHF: (cpu) => {
    cpu.u8[AH] = readFlags(cpu);
    return NEXT;
  },
  SALC: (cpu) => {
    cpu.u8[0] = -carry(cpu);
    return NEXT;
  },
  HLT: hlt,
  ESC: esc,
};
