import type { Cpu } from '../../cpu/cpu.ts';
import { condition } from '../../cpu/flags.ts';
import { write32 } from '../../cpu/memory.ts';
import { probeWrite } from '../../cpu/slow-memory.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { RECORD } from '../../decode/record.ts';
import { convert, fromInteger } from '../../float/convert.ts';
import { Float, setIndefinite } from '../../float/float.ts';
import { packF32, packF64High, packF64Low } from '../../float/formats.ts';
import { invalid, isNan, quietNan } from '../../float/nan.ts';
import { F32, F64 } from '../../float/round.ts';
import { FLAG } from '../../float/status.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { effectiveAddress, segmentOf } from '../operand.ts';
import { isOperandNormal, readSource, SOURCE, unpackSource } from './arithmetic.ts';
import { begin, note, noteMemory, overflow, ready, settle, settleStore, status, underflow } from './exceptions.ts';
import { toDouble, toSingle } from './fast.ts';
import { operand, probeOperand80, read64, readOperand80, write64, writeOperand80 } from './operand.ts';
import { pushValue } from './push.ts';
import {
  copyRegister,
  FSW_BITS,
  isEmpty,
  load,
  moveTop,
  physical,
  pop,
  setIndefiniteRegister,
  setRegister,
  store,
} from './state.ts';

const { REG } = RECORD;
const { FSW, FTW, X87, X87_OPERAND } = SLOT;
const { C1, TOP } = FSW_BITS;

const a = new Float();
const r = new Float();

// FLD and FILD from memory, in the formats of `SOURCE`.
function loadMemory(format: number): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    const segment = segmentOf(cpu, rec);
    const offset = effectiveAddress(cpu, rec);
    const low = readSource(cpu, format, segment, offset);
    const high = cpu.temp;
    noteMemory(cpu, rec, segment, offset);
    const { state } = cpu;
    const fsw = state[FSW];
    const to = ((fsw >> 11) - 1) & 7;
    if (((state[FTW] >> to) & 1) === 0 && isOperandNormal(state, format, high, low)) {
      const at = X87 + (to << 2);
      state[at] = state[X87_OPERAND];
      state[at + 1] = state[X87_OPERAND + 1];
      state[at + 2] = state[X87_OPERAND + 2];
      state[FTW] |= 1 << to;
      state[FSW] = (fsw & ~(TOP | C1)) | (to << 11);
      return NEXT;
    }
    if (!isEmpty(cpu, to)) {
      if (!overflow(cpu)) return NEXT;
      setIndefinite(a);
    } else {
      begin(cpu);
      unpackSource(a, format, high, low);
      if (isNan(a)) quietNan(a, a, status);
      // A denormal is reported, and loaded nevertheless.
      settle(cpu);
      if ((status.flags & ~status.masks & FLAG.IE) !== 0) return NEXT;
    }
    moveTop(cpu, -1);
    store(cpu, to, a);
    return NEXT;
  };
}

const load64: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  const low = read64(cpu, segment, offset);
  const high = cpu.temp;
  noteMemory(cpu, rec, segment, offset);
  const to = physical(cpu, -1);
  if (isEmpty(cpu, to)) {
    cpu.state[FSW] &= ~C1;
    fromInteger(a, high, low);
  } else if (overflow(cpu)) setIndefinite(a);
  else return NEXT;
  moveTop(cpu, -1);
  store(cpu, to, a);
  return NEXT;
};

const load80: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  readOperand80(cpu, segment, offset);
  noteMemory(cpu, rec, segment, offset);
  pushValue(cpu, operand.signExp, operand.high, operand.low);
  return NEXT;
};

const loadRegister: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  note(cpu, rec);
  const { state } = cpu;
  const from = physical(cpu, cpu.cache.code[rec + REG]);
  // Of an underflow and an overflow, the former is reported.
  if (isEmpty(cpu, from)) {
    if (underflow(cpu)) {
      moveTop(cpu, -1);
      setIndefiniteRegister(cpu, physical(cpu, 0));
    }
    return NEXT;
  }
  const at = X87 + from * 4;
  pushValue(cpu, state[at + 2], state[at + 1], state[at]);
  return NEXT;
};

// The fast way to round ST(0), whose words are at `at`.
function isStoredFast({ state }: Cpu, double: boolean, at: number): boolean {
  return double ? toDouble(state, at) : toSingle(state, at);
}

// FST and FSTP to memory. A fault of the write comes first, even if an unmasked exception keeps the value back.
function storeMemory(double: boolean, pops: boolean): Handler {
  const format = double ? F64 : F32;
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    const segment = segmentOf(cpu, rec);
    const offset = effectiveAddress(cpu, rec);
    const top = physical(cpu, 0);
    if (isEmpty(cpu, top)) {
      probeWrite(cpu, segment, offset, double ? 8 : 4);
      noteMemory(cpu, rec, segment, offset);
      if (!underflow(cpu)) return NEXT;
      setIndefinite(r);
    } else if (isStoredFast(cpu, double, X87 + (top << 2))) {
      const { state } = cpu;
      if (double) write64(cpu, segment, offset, state[X87_OPERAND + 1], state[X87_OPERAND]);
      else write32(cpu, segment, offset, state[X87_OPERAND]);
      noteMemory(cpu, rec, segment, offset);
      const fsw = (state[FSW] & ~C1) | state[X87_OPERAND + 2];
      if (pops) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (fsw & ~TOP) | ((fsw + 0x800) & TOP);
      } else state[FSW] = fsw;
      return NEXT;
    } else {
      begin(cpu);
      const valid = load(cpu, a, top, status);
      // A denormal is not reported when it is stored.
      status.flags = 0;
      if (valid) convert(r, a, format, status);
      else invalid(r, status);
      probeWrite(cpu, segment, offset, double ? 8 : 4);
      noteMemory(cpu, rec, segment, offset);
      if (!settleStore(cpu)) return NEXT;
    }
    if (double) write64(cpu, segment, offset, packF64High(r), packF64Low(r));
    else write32(cpu, segment, offset, packF32(r));
    if (pops) pop(cpu);
    return NEXT;
  };
}

const store80: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  const { state } = cpu;
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  const top = physical(cpu, 0);
  const empty = isEmpty(cpu, top);
  probeOperand80(cpu, segment, offset);
  noteMemory(cpu, rec, segment, offset);
  if (empty) {
    if (!underflow(cpu)) return NEXT;
    operand.signExp = 0xffff;
    operand.high = -0x40000000;
    operand.low = 0;
  } else {
    state[FSW] &= ~C1;
    const at = X87 + top * 4;
    operand.signExp = state[at + 2];
    operand.high = state[at + 1];
    operand.low = state[at];
  }
  writeOperand80(cpu, segment, offset);
  pop(cpu);
  return NEXT;
};

// FST and FSTP to a register.
function storeRegister(pops: boolean): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    const top = physical(cpu, 0);
    const to = physical(cpu, cpu.cache.code[rec + REG]);
    if (isEmpty(cpu, top)) {
      if (!underflow(cpu)) return NEXT;
      setIndefiniteRegister(cpu, to);
    } else {
      cpu.state[FSW] &= ~C1;
      copyRegister(cpu, to, top);
    }
    if (pops) pop(cpu);
    return NEXT;
  };
}

const storeAndPop = storeRegister(true);

// An empty ST(0) is popped, and nothing else.
const storeUnchecked: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  if (!isEmpty(cpu, physical(cpu, 0))) return storeAndPop(cpu, rec);
  note(cpu, rec);
  cpu.state[FSW] &= ~C1;
  moveTop(cpu, 1);
  return NEXT;
};

const fxch: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  note(cpu, rec);
  const { state } = cpu;
  const top = physical(cpu, 0);
  const other = physical(cpu, cpu.cache.code[rec + REG]);
  const topEmpty = isEmpty(cpu, top);
  const otherEmpty = isEmpty(cpu, other);
  if (topEmpty || otherEmpty) {
    if (!underflow(cpu)) return NEXT;
    if (topEmpty) setIndefiniteRegister(cpu, top);
    if (otherEmpty) setIndefiniteRegister(cpu, other);
  } else state[FSW] &= ~C1;
  const from = X87 + top * 4;
  const low = state[from];
  const high = state[from + 1];
  const signExp = state[from + 2];
  copyRegister(cpu, top, other);
  setRegister(cpu, other, signExp, high, low);
  return NEXT;
};

// FCMOVcc: by the condition codes of Jcc.
function fcmov(code: number): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    const top = physical(cpu, 0);
    const other = physical(cpu, cpu.cache.code[rec + REG]);
    if (isEmpty(cpu, top) || isEmpty(cpu, other)) {
      if (underflow(cpu)) setIndefiniteRegister(cpu, top);
      return NEXT;
    }
    if (condition(cpu, code)) copyRegister(cpu, top, other);
    return NEXT;
  };
}

/** Loads and stores of floating-point values, and moves between registers. */
export const TRANSFER: Record<string, Handler> = {
  'FLD Md': loadMemory(SOURCE.F32),
  'FLD Mq': loadMemory(SOURCE.F64),
  'FLD Mt': load80,
  'FLD STi': loadRegister,
  'FILD Mw': loadMemory(SOURCE.I16),
  'FILD Md': loadMemory(SOURCE.I32),
  'FILD Mq': load64,
  'FST Md': storeMemory(false, false),
  'FST Mq': storeMemory(true, false),
  'FSTP Md': storeMemory(false, true),
  'FSTP Mq': storeMemory(true, true),
  'FSTP Mt': store80,
  'FST STi': storeRegister(false),
  'FSTP STi': storeAndPop,
  'FSTP1 STi': storeUnchecked,
  FXCH: fxch,
  FCMOVB: fcmov(2),
  FCMOVE: fcmov(4),
  FCMOVBE: fcmov(6),
  FCMOVU: fcmov(10),
  FCMOVNB: fcmov(3),
  FCMOVNE: fcmov(5),
  FCMOVNBE: fcmov(7),
  FCMOVNU: fcmov(11),
};
