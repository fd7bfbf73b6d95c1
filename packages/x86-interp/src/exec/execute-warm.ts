// Written by scripts/execute/generate.mjs. Do not edit: the cases are in scripts/execute.
import type { Cpu } from '../cpu/cpu.ts';

/** A case that can do nothing the fast way. */
const MISS = -1;

/**
 * The cases of less frequent instructions.
 * @param code the table of decoded instructions @param from the place of the instruction
 * @returns the place of the one that follows; or -1, and nothing has changed
 */
export function executeWarm(cpu: Cpu, code: Int32Array, from: number): number {
  // Constants of the function, because V8 folds those, but not always those of a module, into compiled code.
  const LENGTH = 1;
  const RM = 2;
  const EA = 3;
  const DISP = 4;
  const REG = 5;
  const IMM = 6;
  const AUX = 7;
  const BASE = 2;
  const READ1 = 5;
  const READ2 = 6;
  const READ4 = 7;
  const WRITE1 = 8;
  const WRITE2 = 9;
  const WRITE4 = 10;
  const FLAGS = 36;
  const LF_ZERO = 38;
  const LF_SIGN = 39;
  const LF_CARRY = 40;
  const STACK_MASK = 43;
  const TLB_MODE = 240;
  const TLB_READ = 256;
  const TLB_WRITE = 1280;
  const TLB_ADDEND = 2304;
  const SS = 144;
  const TLB_MASK = 1023;
  const PLACE = 16777215;
  const ECX = 2;
  const EDX = 4;
  const ESP = 8;
  const EBP = 10;
  const ESI = 12;
  const EDI = 14;
  const ES = 112;
  const DF = 1024;
  const ADDRESS32 = 131072;
  const { state, mem, mem16, mem32, view } = cpu;
  const op = code[from];
  let pc = from;
  switch (op) {
    // IMUL r32, r32
    case 248: {
      const a = mem32[code[pc + REG] >> 2];
      const b = mem32[code[pc + RM] >> 2];
      const r = Math.imul(a, b);
      mem32[code[pc + REG] >> 2] = r;
      state[LF_ZERO] = r;
      state[LF_SIGN] = r;
      state[LF_CARRY] = (state[LF_CARRY] & 8) | (a * b === r ? 0 : -0x80000000);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // IMUL r32, r32, imm
    case 249: {
      const a = mem32[code[pc + RM] >> 2];
      const b = code[pc + IMM];
      const r = Math.imul(a, b);
      mem32[code[pc + REG] >> 2] = r;
      state[LF_ZERO] = r;
      state[LF_SIGN] = r;
      state[LF_CARRY] = (state[LF_CARRY] & 8) | (a * b === r ? 0 : -0x80000000);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // IMUL r32, m32
    case 250: {
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
      const a = mem32[code[pc + REG] >> 2];
      const b = view.getInt32(at, true);
      const r = Math.imul(a, b);
      mem32[code[pc + REG] >> 2] = r;
      state[LF_ZERO] = r;
      state[LF_SIGN] = r;
      state[LF_CARRY] = (state[LF_CARRY] & 8) | (a * b === r ? 0 : -0x80000000);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // SHL r8, imm
    case 251:
    // SHL r8, CL
    case 252: {
      const count = (op === 252 ? state[ECX] : code[pc + IMM]) & 31;
      if (count !== 0) {
        const to = code[pc + RM];
        const a = mem[to];
        const r = (a << count) & 0xff;
        mem[to] = r;
        const cf = ((a << count) >>> 8) & 1;
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 24) >> 24;
        state[LF_CARRY] = (cf << 31) | (((r >>> 7) & 1) << 30);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // SHR r8, imm
    case 253:
    // SHR r8, CL
    case 254: {
      const count = (op === 254 ? state[ECX] : code[pc + IMM]) & 31;
      if (count !== 0) {
        const to = code[pc + RM];
        const a = mem[to];
        const r = (a >>> count) & 0xff;
        mem[to] = r;
        const cf = (a >>> (count - 1)) & 1;
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 24) >> 24;
        state[LF_CARRY] = (cf << 31) | ((cf ^ ((r >>> 6) & 1)) << 30);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // SAR r8, imm
    case 255:
    // SAR r8, CL
    case 256: {
      const count = (op === 256 ? state[ECX] : code[pc + IMM]) & 31;
      if (count !== 0) {
        const to = code[pc + RM];
        const a = mem[to];
        const r = (((a << 24) >> 24) >> count) & 0xff;
        mem[to] = r;
        const cf = (((a << 24) >> 24) >> (count - 1)) & 1;
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 24) >> 24;
        state[LF_CARRY] = (cf << 31) | (cf << 30);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // ROL r8, imm
    case 257:
    // ROL r8, CL
    case 258: {
      const count = (op === 258 ? state[ECX] : code[pc + IMM]) & 31;
      if (count !== 0) {
        const to = code[pc + RM];
        const a = mem[to];
        const r = ((a << (count & 7)) | (a >>> (8 - (count & 7)))) & 0xff;
        mem[to] = r;
        const cf = r & 1;
        state[LF_CARRY] = (state[LF_CARRY] & 8) | (cf << 31) | (((r >>> 7) & 1) << 30);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // ROR r8, imm
    case 259:
    // ROR r8, CL
    case 260: {
      const count = (op === 260 ? state[ECX] : code[pc + IMM]) & 31;
      if (count !== 0) {
        const to = code[pc + RM];
        const a = mem[to];
        const r = ((a >>> (count & 7)) | (a << (8 - (count & 7)))) & 0xff;
        mem[to] = r;
        const cf = (r >>> 7) & 1;
        state[LF_CARRY] = (state[LF_CARRY] & 8) | (cf << 31) | (((r >>> 6) & 1) << 30);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // SHL r16, imm
    case 261:
    // SHL r16, CL
    case 262: {
      const count = (op === 262 ? state[ECX] : code[pc + IMM]) & 31;
      if (count !== 0) {
        const to = code[pc + RM];
        const a = mem16[to >> 1];
        const r = (a << count) & 0xffff;
        mem16[to >> 1] = r;
        const cf = ((a << count) >>> 16) & 1;
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] = (cf << 31) | (((r >>> 15) & 1) << 30);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // SHR r16, imm
    case 263:
    // SHR r16, CL
    case 264: {
      const count = (op === 264 ? state[ECX] : code[pc + IMM]) & 31;
      if (count !== 0) {
        const to = code[pc + RM];
        const a = mem16[to >> 1];
        const r = (a >>> count) & 0xffff;
        mem16[to >> 1] = r;
        const cf = (a >>> (count - 1)) & 1;
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] = (cf << 31) | ((cf ^ ((r >>> 14) & 1)) << 30);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // SAR r16, imm
    case 265:
    // SAR r16, CL
    case 266: {
      const count = (op === 266 ? state[ECX] : code[pc + IMM]) & 31;
      if (count !== 0) {
        const to = code[pc + RM];
        const a = mem16[to >> 1];
        const r = (((a << 16) >> 16) >> count) & 0xffff;
        mem16[to >> 1] = r;
        const cf = (((a << 16) >> 16) >> (count - 1)) & 1;
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] = (cf << 31) | (cf << 30);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // ROL r16, imm
    case 267:
    // ROL r16, CL
    case 268: {
      const count = (op === 268 ? state[ECX] : code[pc + IMM]) & 31;
      if (count !== 0) {
        const to = code[pc + RM];
        const a = mem16[to >> 1];
        const r = ((a << (count & 15)) | (a >>> (16 - (count & 15)))) & 0xffff;
        mem16[to >> 1] = r;
        const cf = r & 1;
        state[LF_CARRY] = (state[LF_CARRY] & 8) | (cf << 31) | (((r >>> 15) & 1) << 30);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // ROR r16, imm
    case 269:
    // ROR r16, CL
    case 270: {
      const count = (op === 270 ? state[ECX] : code[pc + IMM]) & 31;
      if (count !== 0) {
        const to = code[pc + RM];
        const a = mem16[to >> 1];
        const r = ((a >>> (count & 15)) | (a << (16 - (count & 15)))) & 0xffff;
        mem16[to >> 1] = r;
        const cf = (r >>> 15) & 1;
        state[LF_CARRY] = (state[LF_CARRY] & 8) | (cf << 31) | (((r >>> 14) & 1) << 30);
      }
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // LODS, 8 bits
    case 271: {
      const mask = (code[pc + AUX] & ADDRESS32) !== 0 ? -1 : 0xffff;
      let value: number;
      {
        const segment = (code[pc + EA] >> 18) & 0x1ff;
        const offset = state[ESI] & mask;
        const linear = (state[segment + BASE] + offset) | 0;
        const entry = (linear >>> 12) & TLB_MASK;
        if (
          offset >>> 0 >= state[segment + READ1] >>> 0 ||
          state[TLB_READ + entry] !== ((linear & -4096) | state[TLB_MODE])
        )
          return MISS;
        const at = (linear + state[TLB_ADDEND + entry]) | 0;
        value = mem[at];
      }
      state[0] = (state[0] & -0x100) | value;
      state[ESI] = (state[ESI] & ~mask) | ((state[ESI] + ((state[FLAGS] & DF) !== 0 ? -1 : 1)) & mask);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // STOS, 8 bits
    case 272: {
      const mask = (code[pc + AUX] & ADDRESS32) !== 0 ? -1 : 0xffff;
      const offset = state[EDI] & mask;
      const linear = (state[ES + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (offset >>> 0 >= state[ES + WRITE1] >>> 0 || state[TLB_WRITE + entry] !== ((linear & -4096) | state[TLB_MODE]))
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const value = state[0] & 0xff;
      mem[at] = value;
      state[EDI] = (state[EDI] & ~mask) | ((state[EDI] + ((state[FLAGS] & DF) !== 0 ? -1 : 1)) & mask);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // MOVS, 8 bits
    case 273: {
      const mask = (code[pc + AUX] & ADDRESS32) !== 0 ? -1 : 0xffff;
      let value: number;
      {
        const segment = (code[pc + EA] >> 18) & 0x1ff;
        const offset = state[ESI] & mask;
        const linear = (state[segment + BASE] + offset) | 0;
        const entry = (linear >>> 12) & TLB_MASK;
        if (
          offset >>> 0 >= state[segment + READ1] >>> 0 ||
          state[TLB_READ + entry] !== ((linear & -4096) | state[TLB_MODE])
        )
          return MISS;
        const at = (linear + state[TLB_ADDEND + entry]) | 0;
        value = mem[at];
      }
      const offset = state[EDI] & mask;
      const linear = (state[ES + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (offset >>> 0 >= state[ES + WRITE1] >>> 0 || state[TLB_WRITE + entry] !== ((linear & -4096) | state[TLB_MODE]))
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      mem[at] = value;
      state[ESI] = (state[ESI] & ~mask) | ((state[ESI] + ((state[FLAGS] & DF) !== 0 ? -1 : 1)) & mask);
      state[EDI] = (state[EDI] & ~mask) | ((state[EDI] + ((state[FLAGS] & DF) !== 0 ? -1 : 1)) & mask);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // LODS, 16 bits
    case 274: {
      const mask = (code[pc + AUX] & ADDRESS32) !== 0 ? -1 : 0xffff;
      let value: number;
      {
        const segment = (code[pc + EA] >> 18) & 0x1ff;
        const offset = state[ESI] & mask;
        const linear = (state[segment + BASE] + offset) | 0;
        const entry = (linear >>> 12) & TLB_MASK;
        if (
          offset >>> 0 >= state[segment + READ2] >>> 0 ||
          state[TLB_READ + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
        )
          return MISS;
        const at = (linear + state[TLB_ADDEND + entry]) | 0;
        value = view.getUint16(at, true);
      }
      state[0] = (state[0] & -0x10000) | value;
      state[ESI] = (state[ESI] & ~mask) | ((state[ESI] + ((state[FLAGS] & DF) !== 0 ? -2 : 2)) & mask);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // STOS, 16 bits
    case 275: {
      const mask = (code[pc + AUX] & ADDRESS32) !== 0 ? -1 : 0xffff;
      const offset = state[EDI] & mask;
      const linear = (state[ES + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[ES + WRITE2] >>> 0 ||
        state[TLB_WRITE + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const value = state[0] & 0xffff;
      if ((at & 1) === 0) mem16[at >> 1] = value;
      else {
        mem[at] = value;
        mem[at + 1] = value >> 8;
      }
      state[EDI] = (state[EDI] & ~mask) | ((state[EDI] + ((state[FLAGS] & DF) !== 0 ? -2 : 2)) & mask);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // MOVS, 16 bits
    case 276: {
      const mask = (code[pc + AUX] & ADDRESS32) !== 0 ? -1 : 0xffff;
      let value: number;
      {
        const segment = (code[pc + EA] >> 18) & 0x1ff;
        const offset = state[ESI] & mask;
        const linear = (state[segment + BASE] + offset) | 0;
        const entry = (linear >>> 12) & TLB_MASK;
        if (
          offset >>> 0 >= state[segment + READ2] >>> 0 ||
          state[TLB_READ + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
        )
          return MISS;
        const at = (linear + state[TLB_ADDEND + entry]) | 0;
        value = view.getUint16(at, true);
      }
      const offset = state[EDI] & mask;
      const linear = (state[ES + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[ES + WRITE2] >>> 0 ||
        state[TLB_WRITE + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      if ((at & 1) === 0) mem16[at >> 1] = value;
      else {
        mem[at] = value;
        mem[at + 1] = value >> 8;
      }
      state[ESI] = (state[ESI] & ~mask) | ((state[ESI] + ((state[FLAGS] & DF) !== 0 ? -2 : 2)) & mask);
      state[EDI] = (state[EDI] & ~mask) | ((state[EDI] + ((state[FLAGS] & DF) !== 0 ? -2 : 2)) & mask);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // LODS, 32 bits
    case 277: {
      const mask = (code[pc + AUX] & ADDRESS32) !== 0 ? -1 : 0xffff;
      let value: number;
      {
        const segment = (code[pc + EA] >> 18) & 0x1ff;
        const offset = state[ESI] & mask;
        const linear = (state[segment + BASE] + offset) | 0;
        const entry = (linear >>> 12) & TLB_MASK;
        if (
          offset >>> 0 >= state[segment + READ4] >>> 0 ||
          state[TLB_READ + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
        )
          return MISS;
        const at = (linear + state[TLB_ADDEND + entry]) | 0;
        value = view.getInt32(at, true);
      }
      state[0] = value;
      state[ESI] = (state[ESI] & ~mask) | ((state[ESI] + ((state[FLAGS] & DF) !== 0 ? -4 : 4)) & mask);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // STOS, 32 bits
    case 278: {
      const mask = (code[pc + AUX] & ADDRESS32) !== 0 ? -1 : 0xffff;
      const offset = state[EDI] & mask;
      const linear = (state[ES + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[ES + WRITE4] >>> 0 ||
        state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      const value = state[0];
      if ((at & 3) === 0) mem32[at >> 2] = value;
      else {
        mem[at] = value;
        mem[at + 1] = value >> 8;
        mem[at + 2] = value >> 16;
        mem[at + 3] = value >> 24;
      }
      state[EDI] = (state[EDI] & ~mask) | ((state[EDI] + ((state[FLAGS] & DF) !== 0 ? -4 : 4)) & mask);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // MOVS, 32 bits
    case 279: {
      const mask = (code[pc + AUX] & ADDRESS32) !== 0 ? -1 : 0xffff;
      let value: number;
      {
        const segment = (code[pc + EA] >> 18) & 0x1ff;
        const offset = state[ESI] & mask;
        const linear = (state[segment + BASE] + offset) | 0;
        const entry = (linear >>> 12) & TLB_MASK;
        if (
          offset >>> 0 >= state[segment + READ4] >>> 0 ||
          state[TLB_READ + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
        )
          return MISS;
        const at = (linear + state[TLB_ADDEND + entry]) | 0;
        value = view.getInt32(at, true);
      }
      const offset = state[EDI] & mask;
      const linear = (state[ES + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[ES + WRITE4] >>> 0 ||
        state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      if ((at & 3) === 0) mem32[at >> 2] = value;
      else {
        mem[at] = value;
        mem[at + 1] = value >> 8;
        mem[at + 2] = value >> 16;
        mem[at + 3] = value >> 24;
      }
      state[ESI] = (state[ESI] & ~mask) | ((state[ESI] + ((state[FLAGS] & DF) !== 0 ? -4 : 4)) & mask);
      state[EDI] = (state[EDI] & ~mask) | ((state[EDI] + ((state[FLAGS] & DF) !== 0 ? -4 : 4)) & mask);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // SETcc r8
    case 280: {
      let holds: boolean;
      switch (code[pc + AUX] & 15) {
        case 0:
          holds = (state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0;
          break;
        case 1:
          holds = (state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0;
          break;
        case 2:
          holds = state[LF_CARRY] < 0;
          break;
        case 3:
          holds = state[LF_CARRY] >= 0;
          break;
        case 4:
          holds = state[LF_ZERO] === 0;
          break;
        case 5:
          holds = state[LF_ZERO] !== 0;
          break;
        case 6:
          holds = state[LF_CARRY] < 0 || state[LF_ZERO] === 0;
          break;
        case 7:
          holds = state[LF_CARRY] >= 0 && state[LF_ZERO] !== 0;
          break;
        case 8:
          holds = state[LF_SIGN] < 0;
          break;
        case 9:
          holds = state[LF_SIGN] >= 0;
          break;
        case 10:
          holds = ((0x9669 >>> ((state[LF_SIGN] ^ (state[LF_SIGN] >> 4)) & 15)) & 1) !== 0;
          break;
        case 11:
          holds = ((0x9669 >>> ((state[LF_SIGN] ^ (state[LF_SIGN] >> 4)) & 15)) & 1) === 0;
          break;
        case 12:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0;
          break;
        case 13:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0;
          break;
        case 14:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0 || state[LF_ZERO] === 0;
          break;
        default:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0 && state[LF_ZERO] !== 0;
      }
      mem[code[pc + RM]] = holds ? 1 : 0;
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // CMOVcc r32, r32
    case 281: {
      let holds: boolean;
      switch (code[pc + AUX] & 15) {
        case 0:
          holds = (state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0;
          break;
        case 1:
          holds = (state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0;
          break;
        case 2:
          holds = state[LF_CARRY] < 0;
          break;
        case 3:
          holds = state[LF_CARRY] >= 0;
          break;
        case 4:
          holds = state[LF_ZERO] === 0;
          break;
        case 5:
          holds = state[LF_ZERO] !== 0;
          break;
        case 6:
          holds = state[LF_CARRY] < 0 || state[LF_ZERO] === 0;
          break;
        case 7:
          holds = state[LF_CARRY] >= 0 && state[LF_ZERO] !== 0;
          break;
        case 8:
          holds = state[LF_SIGN] < 0;
          break;
        case 9:
          holds = state[LF_SIGN] >= 0;
          break;
        case 10:
          holds = ((0x9669 >>> ((state[LF_SIGN] ^ (state[LF_SIGN] >> 4)) & 15)) & 1) !== 0;
          break;
        case 11:
          holds = ((0x9669 >>> ((state[LF_SIGN] ^ (state[LF_SIGN] >> 4)) & 15)) & 1) === 0;
          break;
        case 12:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0;
          break;
        case 13:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0;
          break;
        case 14:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0 || state[LF_ZERO] === 0;
          break;
        default:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0 && state[LF_ZERO] !== 0;
      }
      if (holds) mem32[code[pc + REG] >> 2] = mem32[code[pc + RM] >> 2];
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // CMOVcc r32, m32
    case 282: {
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
      let holds: boolean;
      switch (code[pc + AUX] & 15) {
        case 0:
          holds = (state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0;
          break;
        case 1:
          holds = (state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0;
          break;
        case 2:
          holds = state[LF_CARRY] < 0;
          break;
        case 3:
          holds = state[LF_CARRY] >= 0;
          break;
        case 4:
          holds = state[LF_ZERO] === 0;
          break;
        case 5:
          holds = state[LF_ZERO] !== 0;
          break;
        case 6:
          holds = state[LF_CARRY] < 0 || state[LF_ZERO] === 0;
          break;
        case 7:
          holds = state[LF_CARRY] >= 0 && state[LF_ZERO] !== 0;
          break;
        case 8:
          holds = state[LF_SIGN] < 0;
          break;
        case 9:
          holds = state[LF_SIGN] >= 0;
          break;
        case 10:
          holds = ((0x9669 >>> ((state[LF_SIGN] ^ (state[LF_SIGN] >> 4)) & 15)) & 1) !== 0;
          break;
        case 11:
          holds = ((0x9669 >>> ((state[LF_SIGN] ^ (state[LF_SIGN] >> 4)) & 15)) & 1) === 0;
          break;
        case 12:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0;
          break;
        case 13:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0;
          break;
        case 14:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0 || state[LF_ZERO] === 0;
          break;
        default:
          holds = (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0 && state[LF_ZERO] !== 0;
      }
      if (holds) mem32[code[pc + REG] >> 2] = view.getInt32(at, true);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // NOP
    case 283: {
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // SAHF
    case 284: {
      const flags = (state[0] >> 8) & 0xff;
      const c = state[LF_CARRY];
      const of = (c ^ (c << 1)) >>> 31;
      state[LF_CARRY] = (flags << 31) | (((flags & 1) ^ of) << 30) | ((flags >> 1) & 8);
      state[LF_ZERO] = ~flags & 0x40;
      state[LF_SIGN] = ((flags & 0x80) << 24) | ((flags & 4) !== 0 ? 0 : 1);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // CBW
    case 285: {
      state[0] = (state[0] & -0x10000) | (((state[0] << 24) >> 24) & 0xffff);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // CWD
    case 286: {
      state[EDX] = (state[EDX] & -0x10000) | (((state[0] << 16) >> 31) & 0xffff);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // CWDE
    case 287: {
      state[0] = (state[0] << 16) >> 16;
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // CDQ
    case 288: {
      state[EDX] = state[0] >> 31;
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // XCHG r32, r32
    case 289: {
      const one = code[pc + RM] >> 2;
      const other = code[pc + REG] >> 2;
      const value = mem32[one];
      mem32[one] = mem32[other];
      mem32[other] = value;
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // NOT r32
    case 290: {
      const to = code[pc + RM] >> 2;
      mem32[to] = ~mem32[to];
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    // LEAVE, 32 bits
    case 291: {
      const mask = state[STACK_MASK];
      const offset = state[EBP] & mask;
      const linear = (state[SS + BASE] + offset) | 0;
      const entry = (linear >>> 12) & TLB_MASK;
      if (
        offset >>> 0 >= state[SS + READ4] >>> 0 ||
        state[TLB_READ + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
      )
        return MISS;
      const at = (linear + state[TLB_ADDEND + entry]) | 0;
      state[EBP] = view.getInt32(at, true);
      state[ESP] = (state[ESP] & ~mask) | ((offset + 4) & mask);
      pc = (pc + code[pc + LENGTH]) & PLACE;
      break;
    }
    default:
      return MISS;
  }
  return pc;
}
