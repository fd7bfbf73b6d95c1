// Written by scripts/execute/generate.mjs. Do not edit: the cases are in scripts/execute.
import type { Cpu } from '../cpu/cpu.ts';
import {
  addFast,
  compareFast,
  divideFast,
  doubleOperand,
  multiplyFast,
  rootFast,
  singleOperand,
  toDouble,
  toInteger,
  toSingle,
} from './x87/fast.ts';

/** A case that can do nothing the fast way. */
const MISS = -1;

/**
 * The cases of the x87, with normal numbers and zeros.
 * @param code the table of decoded instructions @param from the place of the instruction
 * @returns the place of the one that follows; or -1, and nothing has changed
 */
export function executeX87(cpu: Cpu, code: Int32Array, from: number): number {
  // Constants of the function, because V8 folds those, but not always those of a module, into compiled code.
  const LENGTH = 1;
  const EA = 3;
  const DISP = 4;
  const REG = 5;
  const IMM = 6;
  const SELECTOR = 0;
  const BASE = 2;
  const READ2 = 6;
  const READ4 = 7;
  const WRITE2 = 9;
  const WRITE4 = 10;
  const LF_ZERO = 38;
  const LF_SIGN = 39;
  const LF_CARRY = 40;
  const CR0 = 44;
  const TLB_MODE = 240;
  const TLB_READ = 256;
  const TLB_WRITE = 1280;
  const TLB_ADDEND = 2304;
  const X87 = 3904;
  const FSW = 3937;
  const FTW = 3938;
  const FIP = 3940;
  const FCS = 3941;
  const FDP = 3942;
  const FDS = 3943;
  const FOP_NOW = 3944;
  const X87_OPERAND = 3948;
  const CS = 128;
  const TLB_MASK = 1023;
  const PLACE = 16777215;
  const { state, mem, mem16, mem32, view } = cpu;
  const { pcBase, ipBase } = cpu;
  const op = code[from];
  let pc = from;
  switch (op) {
    // FILD Mw
    case 292: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const to = ((fsw >> 11) - 1) & 7;
      if (((state[FTW] >> to) & 1) !== 0) return MISS;
      const d = X87 + (to << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[segment + READ2] >>> 0 ||
        state[TLB_READ + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const value = (view.getUint16(at, true) << 16) >> 16;
      const magnitude = value < 0 ? -value | 0 : value;
      const by = Math.clz32(magnitude);
      state[d] = 0;
      state[d + 1] = magnitude << by;
      state[d + 2] = value === 0 ? 0 : ((value >>> 16) & 0x8000) | (0x401e - by);
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      state[FTW] |= 1 << to;
      state[FSW] = (fsw & 0xc5ff) | (to << 11);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FILD Md
    case 293: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const to = ((fsw >> 11) - 1) & 7;
      if (((state[FTW] >> to) & 1) !== 0) return MISS;
      const d = X87 + (to << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[segment + READ4] >>> 0 ||
        state[TLB_READ + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const value = view.getInt32(at, true);
      const magnitude = value < 0 ? -value | 0 : value;
      const by = Math.clz32(magnitude);
      state[d] = 0;
      state[d + 1] = magnitude << by;
      state[d + 2] = value === 0 ? 0 : ((value >>> 16) & 0x8000) | (0x401e - by);
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      state[FTW] |= 1 << to;
      state[FSW] = (fsw & 0xc5ff) | (to << 11);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FISTP Mw
    case 294:
    // FIST Mw
    case 295: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[segment + WRITE2] >>> 0 ||
        state[TLB_WRITE + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      if (!toInteger(state, d, 16)) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      state[FSW] = (fsw & ~0x200) | state[X87_OPERAND + 2];
      if (op === 294) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);
      }
      const value = state[X87_OPERAND];
      if ((at & 1) === 0) mem16[at >> 1] = value;
      else {
        mem[at] = value;
        mem[at + 1] = value >> 8;
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FISTP Md
    case 296:
    // FIST Md
    case 297: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[segment + WRITE4] >>> 0 ||
        state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      if (!toInteger(state, d, 32)) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      state[FSW] = (fsw & ~0x200) | state[X87_OPERAND + 2];
      if (op === 296) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);
      }
      const value = state[X87_OPERAND];
      if ((at & 3) === 0) mem32[at >> 2] = value;
      else {
        mem[at] = value;
        mem[at + 1] = value >> 8;
        mem[at + 2] = value >> 16;
        mem[at + 3] = value >> 24;
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FCOM Md
    case 298:
    // FCOMP Md
    case 299: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[segment + READ4] >>> 0 ||
        state[TLB_READ + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const high = view.getInt32(at, true);
      if (!singleOperand(state, high)) return MISS;
      const codes = compareFast(state, d, X87_OPERAND);
      if (codes < 0) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      state[FSW] = (fsw & ~0x4700) | codes;
      if (op === 299) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FCOM Mq
    case 300:
    // FCOMP Mq
    case 301: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        (offset >>> 0) + 4 >= state[segment + READ4] >>> 0 ||
        state[TLB_READ + entry] !== (((linear + 7) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const low = view.getInt32(at, true);
      const high = view.getInt32(at + 4, true);
      if (!doubleOperand(state, high, low)) return MISS;
      const codes = compareFast(state, d, X87_OPERAND);
      if (codes < 0) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      state[FSW] = (fsw & ~0x4700) | codes;
      if (op === 301) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FCOM ST,STi
    case 302:
    // FUCOM ST,STi
    case 303:
    // FCOMP ST,STi
    case 304:
    // FUCOMP ST,STi
    case 305: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const other = (top + code[pc + REG]) & 7;
      if (((state[FTW] >> other) & 1) === 0) return MISS;
      const s = X87 + (other << 2);
      const codes = compareFast(state, d, s);
      if (codes < 0) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FSW] = (fsw & ~0x4700) | codes;
      if (op === 304 || op === 305) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FCOMI ST,STi
    case 306:
    // FUCOMI ST,STi
    case 307:
    // FCOMIP ST,STi
    case 308:
    // FUCOMIP ST,STi
    case 309: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const other = (top + code[pc + REG]) & 7;
      if (((state[FTW] >> other) & 1) === 0) return MISS;
      const s = X87 + (other << 2);
      const codes = compareFast(state, d, s);
      if (codes < 0) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[LF_ZERO] = (codes & 0x4000) ^ 0x4000;
      state[LF_SIGN] = 1;
      state[LF_CARRY] = (codes & 0x100) !== 0 ? -0x40000000 : 0;
      state[FSW] = fsw & ~0x200;
      if (op === 308 || op === 309) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FCOMPP
    case 310:
    // FUCOMPP
    case 311: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const other = (top + 1) & 7;
      if (((state[FTW] >> other) & 1) === 0) return MISS;
      const codes = compareFast(state, d, X87 + (other << 2));
      if (codes < 0) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FTW] &= ~((1 << top) | (1 << other));
      state[FSW] = (fsw & ~0x7f00) | codes | (((top + 2) & 7) << 11);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FNSTSW AX
    case 312: {
      if ((state[CR0] & 0xc) !== 0) return MISS;
      state[0] = (state[0] & -0x10000) | (state[FSW] & 0xffff);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FCHS
    case 313:
    // FABS
    case 314: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      state[d + 2] = op === 313 ? state[d + 2] ^ 0x8000 : state[d + 2] & 0x7fff;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FSW] = fsw & ~0x200;
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FLD Md
    case 315: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const to = ((fsw >> 11) - 1) & 7;
      if (((state[FTW] >> to) & 1) !== 0) return MISS;
      const d = X87 + (to << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[segment + READ4] >>> 0 ||
        state[TLB_READ + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const high = view.getInt32(at, true);
      const exp = (high >>> 23) & 0xff;
      if (exp === 0xff) return MISS;
      if (exp === 0) {
        if (high << 1 !== 0) return MISS;
        state[d] = 0;
        state[d + 1] = 0;
        state[d + 2] = (high >>> 16) & 0x8000;
      } else {
        state[d] = 0;
        state[d + 1] = (high << 8) | -0x80000000;
        state[d + 2] = ((high >>> 16) & 0x8000) | (exp + 16256);
      }
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      state[FTW] |= 1 << to;
      state[FSW] = (fsw & 0xc5ff) | (to << 11);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FLD Mq
    case 316: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const to = ((fsw >> 11) - 1) & 7;
      if (((state[FTW] >> to) & 1) !== 0) return MISS;
      const d = X87 + (to << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        (offset >>> 0) + 4 >= state[segment + READ4] >>> 0 ||
        state[TLB_READ + entry] !== (((linear + 7) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const low = view.getInt32(at, true);
      const high = view.getInt32(at + 4, true);
      const exp = (high >>> 20) & 0x7ff;
      if (exp === 0x7ff) return MISS;
      if (exp === 0) {
        if (((high << 1) | low) !== 0) return MISS;
        state[d] = 0;
        state[d + 1] = 0;
        state[d + 2] = (high >>> 16) & 0x8000;
      } else {
        state[d] = low << 11;
        state[d + 1] = (high << 11) | (low >>> 21) | -0x80000000;
        state[d + 2] = ((high >>> 16) & 0x8000) | (exp + 15360);
      }
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      state[FTW] |= 1 << to;
      state[FSW] = (fsw & 0xc5ff) | (to << 11);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FSTP Md
    case 317:
    // FST Md
    case 318: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[segment + WRITE4] >>> 0 ||
        state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      if (!toSingle(state, d)) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      state[FSW] = (fsw & ~0x200) | state[X87_OPERAND + 2];
      if (op === 317) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);
      }
      view.setInt32(at, state[X87_OPERAND], true);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FSTP Mq
    case 319:
    // FST Mq
    case 320: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        (offset >>> 0) + 4 >= state[segment + WRITE4] >>> 0 ||
        state[TLB_WRITE + entry] !== (((linear + 7) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      if (!toDouble(state, d)) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      state[FSW] = (fsw & ~0x200) | state[X87_OPERAND + 2];
      if (op === 319) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);
      }
      view.setInt32(at, state[X87_OPERAND], true);
      view.setInt32(at + 4, state[X87_OPERAND + 1], true);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FADD ST,STi
    case 321:
    // FMUL ST,STi
    case 322:
    // FSUB ST,STi
    case 323:
    // FSUBR ST,STi
    case 324:
    // FDIV ST,STi
    case 325:
    // FDIVR ST,STi
    case 326: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const other = (top + code[pc + REG]) & 7;
      if (((state[FTW] >> other) & 1) === 0) return MISS;
      const s = X87 + (other << 2);
      let done: boolean;
      switch (op) {
        case 321:
          done = addFast(state, d, d, s, 0);
          break;
        case 322:
          done = multiplyFast(state, d, d, s);
          break;
        case 323:
          done = addFast(state, d, d, s, 0x8000);
          break;
        case 324:
          done = addFast(state, d, s, d, 0x8000);
          break;
        case 325:
          done = divideFast(state, d, d, s);
          break;
        default:
          done = divideFast(state, d, s, d);
      }
      if (!done) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FADD STi,ST
    case 327:
    // FMUL STi,ST
    case 328:
    // FSUB STi,ST
    case 329:
    // FSUBR STi,ST
    case 330:
    // FDIV STi,ST
    case 331:
    // FDIVR STi,ST
    case 332:
    // FADDP STi,ST
    case 333:
    // FMULP STi,ST
    case 334:
    // FSUBP STi,ST
    case 335:
    // FSUBRP STi,ST
    case 336:
    // FDIVP STi,ST
    case 337:
    // FDIVRP STi,ST
    case 338: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      const other = (top + code[pc + REG]) & 7;
      const both = (1 << top) | (1 << other);
      if ((state[FTW] & both) !== both) return MISS;
      const d = X87 + (other << 2);
      const s = X87 + (top << 2);
      let done: boolean;
      switch (op) {
        case 327:
        case 333:
          done = addFast(state, d, d, s, 0);
          break;
        case 328:
        case 334:
          done = multiplyFast(state, d, d, s);
          break;
        case 329:
        case 335:
          done = addFast(state, d, d, s, 0x8000);
          break;
        case 330:
        case 336:
          done = addFast(state, d, s, d, 0x8000);
          break;
        case 331:
        case 337:
          done = divideFast(state, d, d, s);
          break;
        default:
          done = divideFast(state, d, s, d);
      }
      if (!done) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      if (op >= 333) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FADD Md
    case 339:
    // FMUL Md
    case 340:
    // FSUB Md
    case 341:
    // FSUBR Md
    case 342:
    // FDIV Md
    case 343:
    // FDIVR Md
    case 344: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[segment + READ4] >>> 0 ||
        state[TLB_READ + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const high = view.getInt32(at, true);
      if (!singleOperand(state, high)) return MISS;
      let done: boolean;
      switch (op) {
        case 339:
          done = addFast(state, d, d, X87_OPERAND, 0);
          break;
        case 340:
          done = multiplyFast(state, d, d, X87_OPERAND);
          break;
        case 341:
          done = addFast(state, d, d, X87_OPERAND, 0x8000);
          break;
        case 342:
          done = addFast(state, d, X87_OPERAND, d, 0x8000);
          break;
        case 343:
          done = divideFast(state, d, d, X87_OPERAND);
          break;
        default:
          done = divideFast(state, d, X87_OPERAND, d);
      }
      if (!done) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FADD Mq
    case 345:
    // FMUL Mq
    case 346:
    // FSUB Mq
    case 347:
    // FSUBR Mq
    case 348:
    // FDIV Mq
    case 349:
    // FDIVR Mq
    case 350: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const ea = code[pc + EA];
      const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
      const offset = ea < 0 ? sum & 0xffff : sum;
      const segment = (ea >> 18) & 0x1ff;
      const linear = (state[segment + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        (offset >>> 0) + 4 >= state[segment + READ4] >>> 0 ||
        state[TLB_READ + entry] !== (((linear + 7) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const low = view.getInt32(at, true);
      const high = view.getInt32(at + 4, true);
      if (!doubleOperand(state, high, low)) return MISS;
      let done: boolean;
      switch (op) {
        case 345:
          done = addFast(state, d, d, X87_OPERAND, 0);
          break;
        case 346:
          done = multiplyFast(state, d, d, X87_OPERAND);
          break;
        case 347:
          done = addFast(state, d, d, X87_OPERAND, 0x8000);
          break;
        case 348:
          done = addFast(state, d, X87_OPERAND, d, 0x8000);
          break;
        case 349:
          done = divideFast(state, d, d, X87_OPERAND);
          break;
        default:
          done = divideFast(state, d, X87_OPERAND, d);
      }
      if (!done) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FDP] = offset;
      state[FDS] = state[segment + SELECTOR];
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FSQRT
    case 351: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      if (!rootFast(state, d)) return MISS;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FLD STi
    case 352: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const to = ((fsw >> 11) - 1) & 7;
      if (((state[FTW] >> to) & 1) !== 0) return MISS;
      const d = X87 + (to << 2);
      const from = ((fsw >> 11) + code[pc + REG]) & 7;
      if (((state[FTW] >> from) & 1) === 0) return MISS;
      const s = X87 + (from << 2);
      state[d] = state[s];
      state[d + 1] = state[s + 1];
      state[d + 2] = state[s + 2];
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FTW] |= 1 << to;
      state[FSW] = (fsw & 0xc5ff) | (to << 11);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FSTP STi
    case 353:
    // FST STi
    case 354: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const to = (top + code[pc + REG]) & 7;
      const s = X87 + (to << 2);
      state[s] = state[d];
      state[s + 1] = state[d + 1];
      state[s + 2] = state[d + 2];
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FTW] |= 1 << to;
      state[FSW] = fsw & ~0x200;
      if (op === 353) {
        state[FTW] &= ~(1 << top);
        state[FSW] = (state[FSW] & 0xc7ff) | (((top + 1) & 7) << 11);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FXCH
    case 355: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const top = (fsw >> 11) & 7;
      if (((state[FTW] >> top) & 1) === 0) return MISS;
      const d = X87 + (top << 2);
      const other = (top + code[pc + REG]) & 7;
      if (((state[FTW] >> other) & 1) === 0) return MISS;
      const s = X87 + (other << 2);
      const low = state[d];
      const high = state[d + 1];
      const signExp = state[d + 2];
      state[d] = state[s];
      state[d + 1] = state[s + 1];
      state[d + 2] = state[s + 2];
      state[s] = low;
      state[s + 1] = high;
      state[s + 2] = signExp;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FSW] = fsw & ~0x200;
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // FLD1
    case 356:
    // FLDZ
    case 357: {
      const fsw = state[FSW];
      if (((state[CR0] & 0xc) | (fsw & 0x80)) !== 0) return MISS;
      const to = ((fsw >> 11) - 1) & 7;
      if (((state[FTW] >> to) & 1) !== 0) return MISS;
      const d = X87 + (to << 2);
      const one = op === 356;
      state[d] = 0;
      state[d + 1] = one ? -0x80000000 : 0;
      state[d + 2] = one ? 0x3fff : 0;
      state[FIP] = (((pc - pcBase) >> 3) + ipBase) | 0;
      state[FCS] = state[CS + SELECTOR];
      state[FOP_NOW] = code[pc + IMM];
      state[FTW] |= 1 << to;
      state[FSW] = (fsw & 0xc5ff) | (to << 11);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    default:
      return MISS;
  }
  return pc;
}
