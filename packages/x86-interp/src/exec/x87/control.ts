import { CR0 } from '@picovm/core/x86';
import type { Cpu } from '../../cpu/cpu.ts';
import { raise, VECTOR } from '../../cpu/fault.ts';
import { MODEL } from '../../cpu/models.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { RECORD } from '../../decode/record.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { load16, store16 } from '../operand.ts';
import { available, note, ready, reportPending, updateError } from './exceptions.ts';
import { FSW_BITS, moveTop, physical, pop } from './state.ts';

const { REG } = RECORD;
const { FCW, FSW, FTW } = SLOT;
const { C1, SF, ES } = FSW_BITS;

/** The bits of the control word that can be set, and the one that always is. */
const FCW_BITS = 0x1f3f;
const FCW_ONE = 0x40;

/** Sets the control word. */
export function setControl(cpu: Cpu, value: number): void {
  cpu.state[FCW] = (value & FCW_BITS) | FCW_ONE;
}

/** What FNINIT does: the registers stay, but are empty. */
export function initialize(cpu: Cpu): void {
  const { state } = cpu;
  state.fill(0, FSW, SLOT.FOP_NOW + 1);
  setControl(cpu, 0x37f);
  updateError(cpu);
}

const fninit: Handler = (cpu) => {
  available(cpu);
  // FERR# ends with the error.
  clearExceptions(cpu);
  initialize(cpu);
  return NEXT;
};

const fnclex: Handler = (cpu) => {
  available(cpu);
  clearExceptions(cpu);
  return NEXT;
};

function clearExceptions(cpu: Cpu): void {
  cpu.state[FSW] &= ~(0x3f | SF);
  updateError(cpu);
}

const fldcw: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  setControl(cpu, load16(cpu, rec));
  updateError(cpu);
  return NEXT;
};

const fnstcw: Handler = (cpu, rec) => {
  available(cpu);
  store16(cpu, rec, cpu.state[FCW]);
  return NEXT;
};

const fnstsw: Handler = (cpu, rec) => {
  available(cpu);
  store16(cpu, rec, cpu.state[FSW]);
  return NEXT;
};

const fnstswAx: Handler = (cpu) => {
  available(cpu);
  cpu.u16[0] = cpu.state[FSW];
  return NEXT;
};

// FINCSTP and FDECSTP.
function turn(by: number): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    moveTop(cpu, by);
    cpu.state[FSW] &= ~C1;
    return NEXT;
  };
}

// FFREE, and FFREEP, which pops too.
function free(pops: boolean): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    cpu.state[FTW] &= ~(1 << physical(cpu, cpu.cache.code[rec + REG]));
    cpu.state[FSW] &= ~C1;
    if (pops) pop(cpu);
    return NEXT;
  };
}

const fnop: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  note(cpu, rec);
  return NEXT;
};

// What meant something to the 8087 and the 80287.
const nothing: Handler = (cpu) => {
  available(cpu);
  return NEXT;
};

const wait: Handler = (cpu) => {
  const both = CR0.MP | CR0.TS;
  if (cpu.model >= MODEL.I80286 && (cpu.state[SLOT.CR0] & both) === both) raise(cpu, VECTOR.NM);
  return (cpu.state[FSW] & ES) === 0 || cpu.model < MODEL.I80486 || reportPending(cpu) ? NEXT : STAY;
};

/** Control instructions. */
export const CONTROL: Record<string, Handler> = {
  FNINIT: fninit,
  FNCLEX: fnclex,
  'FLDCW Mw': fldcw,
  'FNSTCW Mw': fnstcw,
  'FNSTSW Mw': fnstsw,
  'FNSTSW AX': fnstswAx,
  FINCSTP: turn(1),
  FDECSTP: turn(-1),
  'FFREE STi': free(false),
  'FFREEP STi': free(true),
  FNOP: fnop,
  FNENI: nothing,
  FNDISI: nothing,
  FNSETPM: nothing,
  WAIT: wait,
};
