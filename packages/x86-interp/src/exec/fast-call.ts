import { RFLAGS } from '@picovm/core/x86';
import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { MODE } from '../cpu/mode.ts';
import { setSegmentRegister } from '../cpu/segment.ts';
import { ATTR, CS, REG, SLOT, SS } from '../cpu/state-layout.ts';
import { setCpl, updateMode } from '../cpu/switch-mode.ts';
import { type Flow, type Handler, JUMP } from './handler.ts';
import { requireSystem } from './privilege.ts';

// SYSENTER and SYSEXIT (Intel SDM volume 2B): to level 0 and back with flat segments that are in no table.

const ALL = 0xffffffff;
/** Code, execute and read, accessed; data, read and write, accessed: present segments of 32 bits. */
const FLAT_CODE = 0x9b | ATTR.DB | ATTR.G;
const FLAT_DATA = 0x93 | ATTR.DB | ATTR.G;

// The selectors follow each other: code, then stack.
function enterFlat(cpu: Cpu, code: number, stack: number, cpl: number, ip: number, sp: number): Flow {
  const dpl = cpl << ATTR.DPL_SHIFT;
  setSegmentRegister(cpu, CS, code | cpl, 0, ALL, FLAT_CODE | dpl);
  setSegmentRegister(cpu, SS, stack | cpl, 0, ALL, FLAT_DATA | dpl);
  cpu.state[REG.SP * 2] = sp;
  cpu.state[SLOT.RIP] = ip;
  setCpl(cpu, cpl);
  return JUMP;
}

// The selector that both begin with; null means that the system does not use them.
function baseSelector(cpu: Cpu): number {
  const selector = cpu.state[SLOT.SYSENTER_CS] & 0xfffc;
  if (cpu.mode === MODE.REAL || selector === 0) raise(cpu, VECTOR.GP);
  return selector;
}

const sysenter: Handler = (cpu) => {
  const { state } = cpu;
  const code = baseSelector(cpu);
  state[SLOT.FLAGS] &= ~(RFLAGS.VM | RFLAGS.IF | RFLAGS.RF);
  updateMode(cpu);
  return enterFlat(cpu, code, (code + 8) & 0xffff, 0, state[SLOT.SYSENTER_EIP], state[SLOT.SYSENTER_ESP]);
};

const sysexit: Handler = (cpu) => {
  const code = baseSelector(cpu);
  requireSystem(cpu);
  const { state } = cpu;
  const user = (code + 16) & 0xffff;
  return enterFlat(cpu, user, (user + 8) & 0xffff, 3, state[REG.DX * 2], state[REG.CX * 2]);
};

/** SYSENTER and SYSEXIT. */
export const FAST_CALLS: Record<string, Handler> = { SYSENTER: sysenter, SYSEXIT: sysexit };
