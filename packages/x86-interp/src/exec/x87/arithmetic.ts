import type { Cpu } from '../../cpu/cpu.ts';
import { read16, read32 } from '../../cpu/memory.ts';
import { SLOT } from '../../cpu/state-layout.ts';
import { RECORD } from '../../decode/record.ts';
import { add } from '../../float/add.ts';
import { fromInteger } from '../../float/convert.ts';
import { divide } from '../../float/divide.ts';
import { Float } from '../../float/float.ts';
import { unpackF32, unpackF64 } from '../../float/formats.ts';
import { multiply } from '../../float/multiply.ts';
import { invalid } from '../../float/nan.ts';
import { F80 } from '../../float/round.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { effectiveAddress, segmentOf } from '../operand.ts';
import { begin, note, noteMemory, ready, settle, status, underflow } from './exceptions.ts';
import { addFast, divideFast, doubleOperand, multiplyFast, singleOperand } from './fast.ts';
import { read64 } from './operand.ts';
import { load, pop, setIndefiniteRegister, store } from './state.ts';

const { REG } = RECORD;
const { FSW, FTW, X87, X87_OPERAND } = SLOT;

const a = new Float();
const b = new Float();
const r = new Float();

/** What is computed; the reversed ones have their operands exchanged. */
const ADD = 0;
const MUL = 1;
const SUB = 2;
const SUBR = 3;
const DIV = 4;
const DIVR = 5;
const KINDS = { FADD: ADD, FMUL: MUL, FSUB: SUB, FSUBR: SUBR, FDIV: DIV, FDIVR: DIVR } as const;

/** The formats of memory operands. */
export const SOURCE = { F32: 0, F64: 1, I16: 2, I32: 3 } as const;
const { F32, F64, I16 } = SOURCE;

// Sets a register to what `a` and `b` give. @param valid both have an encoding
function compute(cpu: Cpu, kind: number, destination: number, valid: boolean): boolean {
  const { precision } = status;
  if (!valid) invalid(r, status);
  else {
    switch (kind) {
      case ADD:
        add(r, a, b, false, F80, precision, 'x87', status);
        break;
      case SUB:
        add(r, a, b, true, F80, precision, 'x87', status);
        break;
      case SUBR:
        add(r, b, a, true, F80, precision, 'x87', status);
        break;
      case MUL:
        multiply(r, a, b, F80, precision, 'x87', status);
        break;
      case DIV:
        divide(r, a, b, F80, precision, 'x87', status);
        break;
      default:
        divide(r, b, a, F80, precision, 'x87', status);
    }
  }
  if (!settle(cpu)) return false;
  store(cpu, destination, r);
  return true;
}

// The fast way. @param d, s the words of the operands, of which `d` is also the result's
function isFast(state: Int32Array, kind: number, d: number, s: number): boolean {
  switch (kind) {
    case ADD:
      return addFast(state, d, d, s, 0);
    case SUB:
      return addFast(state, d, d, s, 0x8000);
    case SUBR:
      return addFast(state, d, s, d, 0x8000);
    case MUL:
      return multiplyFast(state, d, d, s);
    case DIV:
      return divideFast(state, d, d, s);
    default:
      return divideFast(state, d, s, d);
  }
}

// Between two registers. @param toRegister the result goes to ST(i), not to ST(0)
function registers(kind: number, toRegister: boolean, pops: boolean): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    note(cpu, rec);
    const { state } = cpu;
    const top = (state[FSW] >> 11) & 7;
    const other = (top + cpu.cache.code[rec + REG]) & 7;
    const destination = toRegister ? other : top;
    const both = (1 << top) | (1 << other);
    if ((state[FTW] & both) !== both) {
      if (!underflow(cpu)) return NEXT;
      setIndefiniteRegister(cpu, destination);
      if (pops) pop(cpu);
      return NEXT;
    }
    const d = X87 + (destination << 2);
    const s = X87 + ((toRegister ? top : other) << 2);
    if (isFast(state, kind, d, s)) {
      if (pops) {
        state[FTW] &= ~(1 << top);
        const fsw = state[FSW];
        state[FSW] = (fsw & ~0x3800) | ((fsw + 0x800) & 0x3800);
      }
      return NEXT;
    }
    begin(cpu);
    const valid = load(cpu, a, destination, status) && load(cpu, b, toRegister ? top : other, status);
    if (compute(cpu, kind, destination, valid) && pops) pop(cpu);
    return NEXT;
  };
}

/** Reads a memory operand before anything else may change. @returns its lower half; its upper (or only) one is in `cpu.temp` */
export function readSource(cpu: Cpu, format: number, segment: number, offset: number): number {
  if (format === F64) return read64(cpu, segment, offset);
  cpu.temp = format === I16 ? (read16(cpu, segment, offset) << 16) >> 16 : read32(cpu, segment, offset);
  return 0;
}

/** Takes a memory operand apart. */
export function unpackSource(x: Float, format: number, high: number, low: number): void {
  if (format === F64) unpackF64(x, high, low, status);
  else if (format === F32) unpackF32(x, high, status);
  else fromInteger(x, high >> 31, high);
}

/** Takes a memory operand, normal or zero, apart for the fast way. @returns false if there is none */
export function isOperandNormal(state: Int32Array, format: number, high: number, low: number): boolean {
  if (format === F64) return doubleOperand(state, high, low);
  return format === F32 && singleOperand(state, high);
}

// ST(0) with a memory operand.
function memory(kind: number, format: number): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    const segment = segmentOf(cpu, rec);
    const offset = effectiveAddress(cpu, rec);
    const low = readSource(cpu, format, segment, offset);
    const high = cpu.temp;
    noteMemory(cpu, rec, segment, offset);
    const { state } = cpu;
    const top = (state[FSW] >> 11) & 7;
    if (((state[FTW] >> top) & 1) === 0) {
      if (underflow(cpu)) setIndefiniteRegister(cpu, top);
      return NEXT;
    }
    const d = X87 + (top << 2);
    if (isOperandNormal(state, format, high, low) && isFast(state, kind, d, X87_OPERAND)) return NEXT;
    begin(cpu);
    const valid = load(cpu, a, top, status);
    unpackSource(b, format, high, low);
    compute(cpu, kind, top, valid);
    return NEXT;
  };
}

/** FADD, FMUL, FSUB(R), FDIV(R), with their popping forms and those with integers. */
export const ARITHMETIC: Record<string, Handler> = {};
for (const [name, kind] of Object.entries(KINDS)) {
  ARITHMETIC[`${name} Md`] = memory(kind, SOURCE.F32);
  ARITHMETIC[`${name} Mq`] = memory(kind, SOURCE.F64);
  ARITHMETIC[`FI${name.slice(1)} Md`] = memory(kind, SOURCE.I32);
  ARITHMETIC[`FI${name.slice(1)} Mw`] = memory(kind, SOURCE.I16);
  ARITHMETIC[`${name} ST,STi`] = registers(kind, false, false);
  ARITHMETIC[`${name} STi,ST`] = registers(kind, true, false);
  ARITHMETIC[`${name}P STi,ST`] = registers(kind, true, true);
}
