import type { Cpu } from '../../cpu/cpu.ts';
import { setComparison } from '../../cpu/flags.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { RECORD } from '../../decode/record.ts';
import { compare, ORDER } from '../../float/compare.ts';
import { Float, setZero } from '../../float/float.ts';
import { FLAG } from '../../float/status.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { effectiveAddress, segmentOf } from '../operand.ts';
import { readSource, SOURCE, unpackSource } from './arithmetic.ts';
import { begin, note, noteMemory, ready, settle, status, underflow } from './exceptions.ts';
import { FSW_BITS, isEmpty, load, physical, pop } from './state.ts';

const { REG } = RECORD;
const { FSW } = SLOT;
const { C0, C1, C2, C3 } = FSW_BITS;
const CODES = C0 | C2 | C3;

const a = new Float();
const b = new Float();

// What a comparison says: of `a` and `b`, if both have an encoding.
function orderOf(valid: boolean, quiet: boolean): number {
  if (valid) return compare(a, b, quiet, status);
  status.flags = FLAG.IE;
  return ORDER.UNORDERED;
}

function setCodes(cpu: Cpu, order: number): void {
  const codes = order === ORDER.GREATER ? 0 : order === ORDER.LESS ? C0 : order === ORDER.EQUAL ? C3 : CODES;
  cpu.state[FSW] = (cpu.state[FSW] & ~CODES) | codes;
}

function setFlags(cpu: Cpu, order: number): void {
  const unordered = order === ORDER.UNORDERED ? 1 : 0;
  setComparison(
    cpu,
    unordered | (order === ORDER.EQUAL ? 1 : 0),
    unordered,
    unordered | (order === ORDER.LESS ? 1 : 0),
  );
}

// ST(0) with ST(i). @param toFlags the result goes to the flags of the CPU
function registers(quiet: boolean, toFlags: boolean, pops: number): Handler {
  const set = toFlags ? setFlags : setCodes;
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    const top = physical(cpu, 0);
    const other = physical(cpu, pops === 2 ? 1 : cpu.cache.code[rec + REG]);
    if (isEmpty(cpu, top) || isEmpty(cpu, other)) {
      const masked = underflow(cpu);
      set(cpu, ORDER.UNORDERED);
      if (!masked) return NEXT;
    } else {
      begin(cpu);
      const valid = load(cpu, a, top, status) && load(cpu, b, other, status);
      const order = orderOf(valid, quiet);
      const delivered = settle(cpu);
      set(cpu, order);
      if (!delivered) return NEXT;
    }
    for (let i = 0; i < pops; i++) pop(cpu);
    return NEXT;
  };
}

// ST(0) with a memory operand.
function memory(format: number, pops: boolean): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    const segment = segmentOf(cpu, rec);
    const offset = effectiveAddress(cpu, rec);
    const low = readSource(cpu, format, segment, offset);
    const high = cpu.temp;
    noteMemory(cpu, rec, segment, offset);
    const top = physical(cpu, 0);
    if (isEmpty(cpu, top)) {
      const masked = underflow(cpu);
      setCodes(cpu, ORDER.UNORDERED);
      if (!masked) return NEXT;
    } else {
      begin(cpu);
      const valid = load(cpu, a, top, status);
      unpackSource(b, format, high, low);
      const order = orderOf(valid, false);
      const delivered = settle(cpu);
      setCodes(cpu, order);
      if (!delivered) return NEXT;
    }
    if (pops) pop(cpu);
    return NEXT;
  };
}

const ftst: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  note(cpu, rec);
  const top = physical(cpu, 0);
  if (isEmpty(cpu, top)) {
    underflow(cpu);
    setCodes(cpu, ORDER.UNORDERED);
    return NEXT;
  }
  begin(cpu);
  const valid = load(cpu, a, top, status);
  setZero(b, 0);
  const order = orderOf(valid, false);
  settle(cpu);
  setCodes(cpu, order);
  return NEXT;
};

// What ST(0) holds (Intel SDM volume 2, FXAM): C3 C2 C0.
const fxam: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  note(cpu, rec);
  const { state } = cpu;
  const top = physical(cpu, 0);
  const at = SLOT.X87 + top * 4;
  const sign = (state[at + 2] & 0x8000) !== 0 ? C1 : 0;
  state[FSW] = (state[FSW] & ~(CODES | C1)) | sign | (isEmpty(cpu, top) ? C3 | C0 : classOf(state, at));
  return NEXT;
};

function classOf(state: Int32Array, at: number): number {
  const exp = state[at + 2] & 0x7fff;
  const high = state[at + 1];
  const low = state[at];
  if (exp === 0) return (high | low) === 0 ? C3 : C3 | C2;
  if (high >= 0) return 0;
  if (exp !== 0x7fff) return C2;
  return ((high & 0x7fffffff) | low) === 0 ? C2 | C0 : C0;
}

/** Comparisons and examination. */
export const COMPARE: Record<string, Handler> = {
  'FCOM Md': memory(SOURCE.F32, false),
  'FCOM Mq': memory(SOURCE.F64, false),
  'FICOM Md': memory(SOURCE.I32, false),
  'FICOM Mw': memory(SOURCE.I16, false),
  'FCOMP Md': memory(SOURCE.F32, true),
  'FCOMP Mq': memory(SOURCE.F64, true),
  'FICOMP Md': memory(SOURCE.I32, true),
  'FICOMP Mw': memory(SOURCE.I16, true),
  'FCOM ST,STi': registers(false, false, 0),
  'FCOMP ST,STi': registers(false, false, 1),
  FCOMPP: registers(false, false, 2),
  'FUCOM ST,STi': registers(true, false, 0),
  'FUCOMP ST,STi': registers(true, false, 1),
  FUCOMPP: registers(true, false, 2),
  'FCOMI ST,STi': registers(false, true, 0),
  'FCOMIP ST,STi': registers(false, true, 1),
  'FUCOMI ST,STi': registers(true, true, 0),
  'FUCOMIP ST,STi': registers(true, true, 1),
  FTST: ftst,
  FXAM: fxam,
};
