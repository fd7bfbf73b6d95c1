// Written by scripts/execute/generate.mjs. Do not edit: the cases are in scripts/execute.
import type { Cpu } from '../cpu/cpu.ts';
import { currentIp } from '../cpu/ip.ts';
import { charge } from '../cpu/pace.ts';
import { enterCode, enterOther, ipAt } from './enter.ts';
import { executeWarm } from './execute-warm.ts';
import { executeX87 } from './execute-x87.ts';
import { LAST_CASE } from './hot-cases.ts';

/**
 * Runs instructions from CS:RIP on, until `SLOT.LEFT` is used up or an instruction stays where it is. RIP is right afterwards.
 *
 * The frequent instructions are cases of a switch: here, or in one of two further functions. What a case cannot do the fast way, and
 * all other instructions, go through the table of handlers.
 * @throws FAULT for a fault of the guest; `currentIp` is the instruction's
 */
export function execute(cpu: Cpu): void {
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
  const RIP = 34;
  const LF_ZERO = 38;
  const LF_SIGN = 39;
  const LF_CARRY = 40;
  const LEFT = 41;
  const PC = 42;
  const STACK_MASK = 43;
  const TLB_MODE = 240;
  const TLB_READ = 256;
  const TLB_WRITE = 1280;
  const TLB_ADDEND = 2304;
  const SS = 144;
  const TLB_MASK = 1023;
  const BEHIND_PAGE = 1;
  const DECODE_COST = 16;
  const JUMP = 1;
  const STAY = 2;
  const PLACE = 16777215;
  const ECX = 2;
  const ESP = 8;
  const FIRST_WARM = 248;
  const FIRST_X87 = 292;
  const { state, mem, mem16, mem32, view, handlers } = cpu;
  let pc = enterCode(cpu) & PLACE;
  let left = state[LEFT];
  let { code } = cpu.cache;
  // Of the page that runs.
  let pcBase = cpu.pcBase | 0;
  let ipBase = cpu.ipBase | 0;
  let pcLow = cpu.pcLow | 0;
  for (;;) {
    // biome-ignore lint/suspicious/noConfusingLabels: every case may leave for what is behind it
    slow: {
      const op = code[pc];
      switch (op) {
        // ADD r32, r32/imm
        case 2:
        case 3: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          const r = (a + b) | 0;
          mem32[to >> 2] = r;
          const c = (a & b) | ((a | b) & ~r);
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = c;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // OR r32, r32/imm
        case 4:
        case 5: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          const r = a | b | 0;
          mem32[to >> 2] = r;

          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = 0;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ADC r32, r32/imm
        case 6:
        case 7: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          const r = (a + b + (state[LF_CARRY] >>> 31)) | 0;
          mem32[to >> 2] = r;
          const c = (a & b) | ((a | b) & ~r);
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = c;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // SBB r32, r32/imm
        case 8:
        case 9: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          const r = (a - b - (state[LF_CARRY] >>> 31)) | 0;
          mem32[to >> 2] = r;
          const c = (~a & b) | ((~a | b) & r);
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = c;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // AND r32, r32/imm
        case 10:
        case 11: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          const r = (a & b) | 0;
          mem32[to >> 2] = r;

          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = 0;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // SUB r32, r32/imm
        case 12:
        case 13: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          const r = (a - b) | 0;
          mem32[to >> 2] = r;
          const c = (~a & b) | ((~a | b) & r);
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = c;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // XOR r32, r32/imm
        case 14:
        case 15: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          const r = (a ^ b) | 0;
          mem32[to >> 2] = r;

          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = 0;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // CMP r32, r32/imm
        case 16:
        case 17: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          const r = (a - b) | 0;

          const c = (~a & b) | ((~a | b) & r);
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = c;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // TEST r32, r32/imm
        case 18:
        case 19: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          const r = (a & b) | 0;

          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = 0;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ADD r16, r16/imm
        case 20:
        case 21: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          const r = (a + b) & 0xffff;
          mem16[to >> 1] = r;
          const c = (a & b) | ((a | b) & ~r);
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = c | (c << 16);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // OR r16, r16/imm
        case 22:
        case 23: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          const r = (a | b) & 0xffff;
          mem16[to >> 1] = r;

          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = 0;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ADC r16, r16/imm
        case 24:
        case 25: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          const r = (a + b + (state[LF_CARRY] >>> 31)) & 0xffff;
          mem16[to >> 1] = r;
          const c = (a & b) | ((a | b) & ~r);
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = c | (c << 16);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // SBB r16, r16/imm
        case 26:
        case 27: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          const r = (a - b - (state[LF_CARRY] >>> 31)) & 0xffff;
          mem16[to >> 1] = r;
          const c = (~a & b) | ((~a | b) & r);
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = c | (c << 16);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // AND r16, r16/imm
        case 28:
        case 29: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          const r = a & b & 0xffff;
          mem16[to >> 1] = r;

          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = 0;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // SUB r16, r16/imm
        case 30:
        case 31: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          const r = (a - b) & 0xffff;
          mem16[to >> 1] = r;
          const c = (~a & b) | ((~a | b) & r);
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = c | (c << 16);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // XOR r16, r16/imm
        case 32:
        case 33: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          const r = (a ^ b) & 0xffff;
          mem16[to >> 1] = r;

          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = 0;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // CMP r16, r16/imm
        case 34:
        case 35: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          const r = (a - b) & 0xffff;

          const c = (~a & b) | ((~a | b) & r);
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = c | (c << 16);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // TEST r16, r16/imm
        case 36:
        case 37: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          const r = a & b & 0xffff;

          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = 0;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ADD r8, r8/imm
        case 38:
        case 39:
        // OR r8, r8/imm
        case 40:
        case 41:
        // ADC r8, r8/imm
        case 42:
        case 43:
        // SBB r8, r8/imm
        case 44:
        case 45:
        // AND r8, r8/imm
        case 46:
        case 47:
        // SUB r8, r8/imm
        case 48:
        case 49:
        // XOR r8, r8/imm
        case 50:
        case 51:
        // CMP r8, r8/imm
        case 52:
        case 53:
        // TEST r8, r8/imm
        case 54:
        case 55: {
          const to = code[pc + RM];
          const a = mem[to];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem[from];
          let r: number;
          let c: number;
          switch (op) {
            case 38:
            case 39:
              r = (a + b) & 0xff;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 40:
            case 41:
              r = (a | b) & 0xff;
              c = 0;
              break;
            case 42:
            case 43:
              r = (a + b + (state[LF_CARRY] >>> 31)) & 0xff;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 44:
            case 45:
              r = (a - b - (state[LF_CARRY] >>> 31)) & 0xff;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 46:
            case 47:
              r = a & b & 0xff;
              c = 0;
              break;
            case 48:
            case 49:
              r = (a - b) & 0xff;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 50:
            case 51:
              r = (a ^ b) & 0xff;
              c = 0;
              break;
            case 52:
            case 53:
              r = (a - b) & 0xff;
              c = (~a & b) | ((~a | b) & r);
              break;
            default:
              r = a & b & 0xff;
              c = 0;
          }
          if (op < 52) mem[to] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 24) >> 24;
          state[LF_CARRY] = c | (c << 24);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ADD r8, m8
        case 56:
        // OR r8, m8
        case 57:
        // ADC r8, m8
        case 58:
        // SBB r8, m8
        case 59:
        // AND r8, m8
        case 60:
        // SUB r8, m8
        case 61:
        // XOR r8, m8
        case 62:
        // CMP r8, m8
        case 63: {
          const ea = code[pc + EA];
          const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
          const offset = ea < 0 ? sum & 0xffff : sum;
          const segment = (ea >> 18) & 0x1ff;
          const linear = (state[segment + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[segment + READ1] >>> 0 ||
            state[TLB_READ + entry] !== ((linear & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const b = mem[at];
          const to = code[pc + REG];
          const a = mem[to];
          let r: number;
          let c: number;
          switch (op) {
            case 56:
              r = (a + b) & 0xff;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 57:
              r = (a | b) & 0xff;
              c = 0;
              break;
            case 58:
              r = (a + b + (state[LF_CARRY] >>> 31)) & 0xff;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 59:
              r = (a - b - (state[LF_CARRY] >>> 31)) & 0xff;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 60:
              r = a & b & 0xff;
              c = 0;
              break;
            case 61:
              r = (a - b) & 0xff;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 62:
              r = (a ^ b) & 0xff;
              c = 0;
              break;
            default:
              r = (a - b) & 0xff;
              c = (~a & b) | ((~a | b) & r);
          }
          if (op !== 63) mem[to] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 24) >> 24;
          state[LF_CARRY] = c | (c << 24);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ADD r16, m16
        case 64:
        // OR r16, m16
        case 65:
        // ADC r16, m16
        case 66:
        // SBB r16, m16
        case 67:
        // AND r16, m16
        case 68:
        // SUB r16, m16
        case 69:
        // XOR r16, m16
        case 70:
        // CMP r16, m16
        case 71: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const b = view.getUint16(at, true);
          const to = code[pc + REG];
          const a = mem16[to >> 1];
          let r: number;
          let c: number;
          switch (op) {
            case 64:
              r = (a + b) & 0xffff;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 65:
              r = (a | b) & 0xffff;
              c = 0;
              break;
            case 66:
              r = (a + b + (state[LF_CARRY] >>> 31)) & 0xffff;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 67:
              r = (a - b - (state[LF_CARRY] >>> 31)) & 0xffff;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 68:
              r = a & b & 0xffff;
              c = 0;
              break;
            case 69:
              r = (a - b) & 0xffff;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 70:
              r = (a ^ b) & 0xffff;
              c = 0;
              break;
            default:
              r = (a - b) & 0xffff;
              c = (~a & b) | ((~a | b) & r);
          }
          if (op !== 71) mem16[to >> 1] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = c | (c << 16);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ADD r32, m32
        case 72:
        // OR r32, m32
        case 73:
        // ADC r32, m32
        case 74:
        // SBB r32, m32
        case 75:
        // AND r32, m32
        case 76:
        // SUB r32, m32
        case 77:
        // XOR r32, m32
        case 78:
        // CMP r32, m32
        case 79: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const b = view.getInt32(at, true);
          const to = code[pc + REG];
          const a = mem32[to >> 2];
          let r: number;
          let c: number;
          switch (op) {
            case 72:
              r = (a + b) | 0;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 73:
              r = a | b | 0;
              c = 0;
              break;
            case 74:
              r = (a + b + (state[LF_CARRY] >>> 31)) | 0;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 75:
              r = (a - b - (state[LF_CARRY] >>> 31)) | 0;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 76:
              r = (a & b) | 0;
              c = 0;
              break;
            case 77:
              r = (a - b) | 0;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 78:
              r = (a ^ b) | 0;
              c = 0;
              break;
            default:
              r = (a - b) | 0;
              c = (~a & b) | ((~a | b) & r);
          }
          if (op !== 79) mem32[to >> 2] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = c;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ADD m8, r8/imm
        case 80:
        case 81:
        // OR m8, r8/imm
        case 82:
        case 83:
        // ADC m8, r8/imm
        case 84:
        case 85:
        // SBB m8, r8/imm
        case 86:
        case 87:
        // AND m8, r8/imm
        case 88:
        case 89:
        // SUB m8, r8/imm
        case 90:
        case 91:
        // XOR m8, r8/imm
        case 92:
        case 93: {
          const ea = code[pc + EA];
          const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
          const offset = ea < 0 ? sum & 0xffff : sum;
          const segment = (ea >> 18) & 0x1ff;
          const linear = (state[segment + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[segment + WRITE1] >>> 0 ||
            state[TLB_WRITE + entry] !== ((linear & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const a = mem[at];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem[from];
          let r: number;
          let c: number;
          switch (op) {
            case 80:
            case 81:
              r = (a + b) & 0xff;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 82:
            case 83:
              r = (a | b) & 0xff;
              c = 0;
              break;
            case 84:
            case 85:
              r = (a + b + (state[LF_CARRY] >>> 31)) & 0xff;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 86:
            case 87:
              r = (a - b - (state[LF_CARRY] >>> 31)) & 0xff;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 88:
            case 89:
              r = a & b & 0xff;
              c = 0;
              break;
            case 90:
            case 91:
              r = (a - b) & 0xff;
              c = (~a & b) | ((~a | b) & r);
              break;
            default:
              r = (a ^ b) & 0xff;
              c = 0;
          }
          mem[at] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 24) >> 24;
          state[LF_CARRY] = c | (c << 24);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ADD m16, r16/imm
        case 94:
        case 95:
        // OR m16, r16/imm
        case 96:
        case 97:
        // ADC m16, r16/imm
        case 98:
        case 99:
        // SBB m16, r16/imm
        case 100:
        case 101:
        // AND m16, r16/imm
        case 102:
        case 103:
        // SUB m16, r16/imm
        case 104:
        case 105:
        // XOR m16, r16/imm
        case 106:
        case 107: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const a = view.getUint16(at, true);
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          let r: number;
          let c: number;
          switch (op) {
            case 94:
            case 95:
              r = (a + b) & 0xffff;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 96:
            case 97:
              r = (a | b) & 0xffff;
              c = 0;
              break;
            case 98:
            case 99:
              r = (a + b + (state[LF_CARRY] >>> 31)) & 0xffff;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 100:
            case 101:
              r = (a - b - (state[LF_CARRY] >>> 31)) & 0xffff;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 102:
            case 103:
              r = a & b & 0xffff;
              c = 0;
              break;
            case 104:
            case 105:
              r = (a - b) & 0xffff;
              c = (~a & b) | ((~a | b) & r);
              break;
            default:
              r = (a ^ b) & 0xffff;
              c = 0;
          }
          if ((at & 1) === 0) mem16[at >> 1] = r;
          else {
            mem[at] = r;
            mem[at + 1] = r >> 8;
          }
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = c | (c << 16);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ADD m32, r32/imm
        case 108:
        case 109:
        // OR m32, r32/imm
        case 110:
        case 111:
        // ADC m32, r32/imm
        case 112:
        case 113:
        // SBB m32, r32/imm
        case 114:
        case 115:
        // AND m32, r32/imm
        case 116:
        case 117:
        // SUB m32, r32/imm
        case 118:
        case 119:
        // XOR m32, r32/imm
        case 120:
        case 121: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const a = view.getInt32(at, true);
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          let r: number;
          let c: number;
          switch (op) {
            case 108:
            case 109:
              r = (a + b) | 0;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 110:
            case 111:
              r = a | b | 0;
              c = 0;
              break;
            case 112:
            case 113:
              r = (a + b + (state[LF_CARRY] >>> 31)) | 0;
              c = (a & b) | ((a | b) & ~r);
              break;
            case 114:
            case 115:
              r = (a - b - (state[LF_CARRY] >>> 31)) | 0;
              c = (~a & b) | ((~a | b) & r);
              break;
            case 116:
            case 117:
              r = (a & b) | 0;
              c = 0;
              break;
            case 118:
            case 119:
              r = (a - b) | 0;
              c = (~a & b) | ((~a | b) & r);
              break;
            default:
              r = (a ^ b) | 0;
              c = 0;
          }
          if ((at & 3) === 0) mem32[at >> 2] = r;
          else {
            mem[at] = r;
            mem[at + 1] = r >> 8;
            mem[at + 2] = r >> 16;
            mem[at + 3] = r >> 24;
          }
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = c;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // CMP m8, r8/imm
        case 122:
        case 123:
        // TEST m8, r8/imm
        case 124:
        case 125: {
          const ea = code[pc + EA];
          const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
          const offset = ea < 0 ? sum & 0xffff : sum;
          const segment = (ea >> 18) & 0x1ff;
          const linear = (state[segment + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[segment + READ1] >>> 0 ||
            state[TLB_READ + entry] !== ((linear & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const a = mem[at];
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem[from];
          let r: number;
          let c: number;
          switch (op) {
            case 122:
            case 123:
              r = (a - b) & 0xff;
              c = (~a & b) | ((~a | b) & r);
              break;
            default:
              r = a & b & 0xff;
              c = 0;
          }
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 24) >> 24;
          state[LF_CARRY] = c | (c << 24);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // CMP m16, r16/imm
        case 126:
        case 127:
        // TEST m16, r16/imm
        case 128:
        case 129: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const a = view.getUint16(at, true);
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          let r: number;
          let c: number;
          switch (op) {
            case 126:
            case 127:
              r = (a - b) & 0xffff;
              c = (~a & b) | ((~a | b) & r);
              break;
            default:
              r = a & b & 0xffff;
              c = 0;
          }
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = c | (c << 16);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // CMP m32, r32/imm
        case 130:
        case 131:
        // TEST m32, r32/imm
        case 132:
        case 133: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const a = view.getInt32(at, true);
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          let r: number;
          let c: number;
          switch (op) {
            case 130:
            case 131:
              r = (a - b) | 0;
              c = (~a & b) | ((~a | b) & r);
              break;
            default:
              r = (a & b) | 0;
              c = 0;
          }
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = c;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // INC r8
        case 134: {
          const to = code[pc + RM];
          const a = mem[to];
          const r = (a + 1) & 0xff;
          mem[to] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 24) >> 24;
          state[LF_CARRY] =
            (((state[LF_CARRY] >> 31) & -0x40000000) ^ ((~a & r & 0x80) << 23)) | (((a ^ r) & 0x10) >> 1);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // DEC r8
        case 135: {
          const to = code[pc + RM];
          const a = mem[to];
          const r = (a - 1) & 0xff;
          mem[to] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 24) >> 24;
          state[LF_CARRY] =
            (((state[LF_CARRY] >> 31) & -0x40000000) ^ ((a & ~r & 0x80) << 23)) | (((a ^ r) & 0x10) >> 1);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // NEG r8
        case 136: {
          const to = code[pc + RM];
          const a = mem[to];
          const r = -a & 0xff;
          mem[to] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 24) >> 24;
          state[LF_CARRY] = a | r | ((a | r) << 24);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // INC r16
        case 137: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const r = (a + 1) & 0xffff;
          mem16[to >> 1] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] =
            (((state[LF_CARRY] >> 31) & -0x40000000) ^ ((~a & r & 0x8000) << 15)) | (((a ^ r) & 0x10) >> 1);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // DEC r16
        case 138: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const r = (a - 1) & 0xffff;
          mem16[to >> 1] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] =
            (((state[LF_CARRY] >> 31) & -0x40000000) ^ ((a & ~r & 0x8000) << 15)) | (((a ^ r) & 0x10) >> 1);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // NEG r16
        case 139: {
          const to = code[pc + RM];
          const a = mem16[to >> 1];
          const r = -a & 0xffff;
          mem16[to >> 1] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          state[LF_CARRY] = a | r | ((a | r) << 16);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // INC r32
        case 140: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const r = (a + 1) | 0;
          mem32[to >> 2] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] =
            (((state[LF_CARRY] >> 31) & -0x40000000) ^ (((~a & r) >>> 31) << 30)) | (((a ^ r) & 0x10) >> 1);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // DEC r32
        case 141: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const r = (a - 1) | 0;
          mem32[to >> 2] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] =
            (((state[LF_CARRY] >> 31) & -0x40000000) ^ (((a & ~r) >>> 31) << 30)) | (((a ^ r) & 0x10) >> 1);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // NEG r32
        case 142: {
          const to = code[pc + RM];
          const a = mem32[to >> 2];
          const r = -a | 0;
          mem32[to >> 2] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          state[LF_CARRY] = a | r;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // INC m8
        case 143:
        // DEC m8
        case 144: {
          const ea = code[pc + EA];
          const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
          const offset = ea < 0 ? sum & 0xffff : sum;
          const segment = (ea >> 18) & 0x1ff;
          const linear = (state[segment + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[segment + WRITE1] >>> 0 ||
            state[TLB_WRITE + entry] !== ((linear & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const a = mem[at];
          let r: number;
          if (op === 143) {
            r = (a + 1) & 0xff;
            state[LF_CARRY] =
              (((state[LF_CARRY] >> 31) & -0x40000000) ^ ((~a & r & 0x80) << 23)) | (((a ^ r) & 0x10) >> 1);
          } else {
            r = (a - 1) & 0xff;
            state[LF_CARRY] =
              (((state[LF_CARRY] >> 31) & -0x40000000) ^ ((a & ~r & 0x80) << 23)) | (((a ^ r) & 0x10) >> 1);
          }
          mem[at] = r;
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 24) >> 24;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // INC m16
        case 145:
        // DEC m16
        case 146: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const a = view.getUint16(at, true);
          let r: number;
          if (op === 145) {
            r = (a + 1) & 0xffff;
            state[LF_CARRY] =
              (((state[LF_CARRY] >> 31) & -0x40000000) ^ ((~a & r & 0x8000) << 15)) | (((a ^ r) & 0x10) >> 1);
          } else {
            r = (a - 1) & 0xffff;
            state[LF_CARRY] =
              (((state[LF_CARRY] >> 31) & -0x40000000) ^ ((a & ~r & 0x8000) << 15)) | (((a ^ r) & 0x10) >> 1);
          }
          if ((at & 1) === 0) mem16[at >> 1] = r;
          else {
            mem[at] = r;
            mem[at + 1] = r >> 8;
          }
          state[LF_ZERO] = r;
          state[LF_SIGN] = (r << 16) >> 16;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // INC m32
        case 147:
        // DEC m32
        case 148: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const a = view.getInt32(at, true);
          let r: number;
          if (op === 147) {
            r = (a + 1) | 0;
            state[LF_CARRY] =
              (((state[LF_CARRY] >> 31) & -0x40000000) ^ (((~a & r) >>> 31) << 30)) | (((a ^ r) & 0x10) >> 1);
          } else {
            r = (a - 1) | 0;
            state[LF_CARRY] =
              (((state[LF_CARRY] >> 31) & -0x40000000) ^ (((a & ~r) >>> 31) << 30)) | (((a ^ r) & 0x10) >> 1);
          }
          if ((at & 3) === 0) mem32[at >> 2] = r;
          else {
            mem[at] = r;
            mem[at + 1] = r >> 8;
            mem[at + 2] = r >> 16;
            mem[at + 3] = r >> 24;
          }
          state[LF_ZERO] = r;
          state[LF_SIGN] = r;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOV r8, r8/imm
        case 149:
        case 150: {
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem[from];
          const to = code[pc + RM];
          mem[to] = b;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOV r8, m8
        case 151: {
          const ea = code[pc + EA];
          const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
          const offset = ea < 0 ? sum & 0xffff : sum;
          const segment = (ea >> 18) & 0x1ff;
          const linear = (state[segment + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[segment + READ1] >>> 0 ||
            state[TLB_READ + entry] !== ((linear & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const to = code[pc + REG];
          mem[to] = mem[at];
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOV m8, r8/imm
        case 152:
        case 153: {
          const ea = code[pc + EA];
          const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
          const offset = ea < 0 ? sum & 0xffff : sum;
          const segment = (ea >> 18) & 0x1ff;
          const linear = (state[segment + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[segment + WRITE1] >>> 0 ||
            state[TLB_WRITE + entry] !== ((linear & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem[from];
          mem[at] = b;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOV r16, r16/imm
        case 154:
        case 155: {
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          const to = code[pc + RM];
          mem16[to >> 1] = b;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOV r16, m16
        case 156: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const to = code[pc + REG];
          mem16[to >> 1] = view.getUint16(at, true);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOV m16, r16/imm
        case 157:
        case 158: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem16[from >> 1];
          if ((at & 1) === 0) mem16[at >> 1] = b;
          else {
            mem[at] = b;
            mem[at + 1] = b >> 8;
          }
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOV r32, r32/imm
        case 159:
        case 160: {
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          const to = code[pc + RM];
          mem32[to >> 2] = b;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOV r32, m32
        case 161: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const to = code[pc + REG];
          mem32[to >> 2] = view.getInt32(at, true);
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOV m32, r32/imm
        case 162:
        case 163: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const from = code[pc + REG];
          const b = from < 0 ? code[pc + IMM] : mem32[from >> 2];
          if ((at & 3) === 0) mem32[at >> 2] = b;
          else {
            mem[at] = b;
            mem[at + 1] = b >> 8;
            mem[at + 2] = b >> 16;
            mem[at + 3] = b >> 24;
          }
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOVZX r32, r8
        case 164:
        // MOVSX r32, r8
        case 165: {
          const b = mem[code[pc + RM]];
          const to = code[pc + REG];
          mem32[to >> 2] = op === 165 ? (b << 24) >> 24 : b;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOVZX r32, m8
        case 166:
        // MOVSX r32, m8
        case 167: {
          const ea = code[pc + EA];
          const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
          const offset = ea < 0 ? sum & 0xffff : sum;
          const segment = (ea >> 18) & 0x1ff;
          const linear = (state[segment + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[segment + READ1] >>> 0 ||
            state[TLB_READ + entry] !== ((linear & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const b = mem[at];
          const to = code[pc + REG];
          mem32[to >> 2] = op === 167 ? (b << 24) >> 24 : b;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOVZX r32, r16
        case 168:
        // MOVSX r32, r16
        case 169: {
          const b = mem16[code[pc + RM] >> 1];
          const to = code[pc + REG];
          mem32[to >> 2] = op === 169 ? (b << 16) >> 16 : b;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // MOVZX r32, m16
        case 170:
        // MOVSX r32, m16
        case 171: {
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
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const b = view.getUint16(at, true);
          const to = code[pc + REG];
          mem32[to >> 2] = op === 171 ? (b << 16) >> 16 : b;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // LEA r16, m
        case 172: {
          const ea = code[pc + EA];
          const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
          const offset = ea < 0 ? sum & 0xffff : sum;
          const to = code[pc + REG];
          mem16[to >> 1] = offset;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // LEA r32, m
        case 173: {
          const ea = code[pc + EA];
          const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + DISP]) | 0;
          const offset = ea < 0 ? sum & 0xffff : sum;
          const to = code[pc + REG];
          mem32[to >> 2] = offset;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // PUSH r16
        case 174: {
          const value = mem16[code[pc + RM] >> 1];
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 2) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE2] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          if ((at & 1) === 0) mem16[at >> 1] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // PUSH imm16
        case 175: {
          const value = code[pc + IMM];
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 2) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE2] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          if ((at & 1) === 0) mem16[at >> 1] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // POP r16
        case 176: {
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = esp & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + READ2] >>> 0 ||
            state[TLB_READ + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const value = view.getUint16(at, true);
          const top = (esp + 2) & mask;
          state[ESP] = (esp & ~mask) | top;
          mem16[code[pc + RM] >> 1] = value;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // CALL, 16 bits, inside the page
        case 177: {
          const to = (pc + code[pc + DISP]) & PLACE;
          if (to < pcLow) break slow;
          const value = (((pc + code[pc + LENGTH] - pcBase) >> 3) + ipBase) | 0;
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 2) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE2] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          if ((at & 1) === 0) mem16[at >> 1] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = to;
          break;
        }
        // CALL, 16 bits, to another page
        case 178: {
          const target = (((pc - pcBase) >> 3) + ipBase + code[pc + IMM]) & 0xffff;
          const value = (((pc + code[pc + LENGTH] - pcBase) >> 3) + ipBase) | 0;
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 2) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE2] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }
          if ((at & 1) === 0) mem16[at >> 1] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = to & PLACE;
          break;
        }
        // CALL r16
        case 179: {
          const target = mem16[code[pc + RM] >> 1];
          const value = (((pc + code[pc + LENGTH] - pcBase) >> 3) + ipBase) | 0;
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 2) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE2] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }
          if ((at & 1) === 0) mem16[at >> 1] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = to & PLACE;
          break;
        }
        // CALL m16
        case 180: {
          let target: number;
          {
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
              break slow;
            const at = (linear + state[TLB_ADDEND + entry]) | 0;
            target = view.getUint16(at, true);
          }
          const value = (((pc + code[pc + LENGTH] - pcBase) >> 3) + ipBase) | 0;
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 2) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE2] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }
          if ((at & 1) === 0) mem16[at >> 1] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = to & PLACE;
          break;
        }
        // JMP r16
        case 181: {
          const target = mem16[code[pc + RM] >> 1];
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }

          pc = to & PLACE;
          break;
        }
        // JMP m16
        case 182: {
          let target: number;
          {
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
              break slow;
            const at = (linear + state[TLB_ADDEND + entry]) | 0;
            target = view.getUint16(at, true);
          }
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }

          pc = to & PLACE;
          break;
        }
        // PUSH m16
        case 183: {
          let value: number;
          {
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
              break slow;
            const at = (linear + state[TLB_ADDEND + entry]) | 0;
            value = view.getUint16(at, true);
          }
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 2) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE2] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          if ((at & 1) === 0) mem16[at >> 1] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // RET, 16 bits
        case 184: {
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = esp & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + READ2] >>> 0 ||
            state[TLB_READ + entry] !== (((linear + 1) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const value = view.getUint16(at, true);
          const top = (esp + 2 + code[pc + IMM]) & mask;
          const target = value;
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }
          state[ESP] = (esp & ~mask) | top;
          pc = to & PLACE;
          break;
        }
        // PUSH r32
        case 185: {
          const value = mem32[code[pc + RM] >> 2];
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 4) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE4] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          if ((at & 3) === 0) mem32[at >> 2] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
            mem[at + 2] = value >> 16;
            mem[at + 3] = value >> 24;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // PUSH imm32
        case 186: {
          const value = code[pc + IMM];
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 4) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE4] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          if ((at & 3) === 0) mem32[at >> 2] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
            mem[at + 2] = value >> 16;
            mem[at + 3] = value >> 24;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // POP r32
        case 187: {
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = esp & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + READ4] >>> 0 ||
            state[TLB_READ + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const value = view.getInt32(at, true);
          const top = (esp + 4) & mask;
          state[ESP] = (esp & ~mask) | top;
          mem32[code[pc + RM] >> 2] = value;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // CALL, 32 bits, inside the page
        case 188: {
          const to = (pc + code[pc + DISP]) & PLACE;
          if (to < pcLow) break slow;
          const value = (((pc + code[pc + LENGTH] - pcBase) >> 3) + ipBase) | 0;
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 4) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE4] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          if ((at & 3) === 0) mem32[at >> 2] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
            mem[at + 2] = value >> 16;
            mem[at + 3] = value >> 24;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = to;
          break;
        }
        // CALL, 32 bits, to another page
        case 189: {
          const target = (((pc - pcBase) >> 3) + ipBase + code[pc + IMM]) | 0;
          const value = (((pc + code[pc + LENGTH] - pcBase) >> 3) + ipBase) | 0;
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 4) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE4] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }
          if ((at & 3) === 0) mem32[at >> 2] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
            mem[at + 2] = value >> 16;
            mem[at + 3] = value >> 24;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = to & PLACE;
          break;
        }
        // CALL r32
        case 190: {
          const target = mem32[code[pc + RM] >> 2];
          const value = (((pc + code[pc + LENGTH] - pcBase) >> 3) + ipBase) | 0;
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 4) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE4] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }
          if ((at & 3) === 0) mem32[at >> 2] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
            mem[at + 2] = value >> 16;
            mem[at + 3] = value >> 24;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = to & PLACE;
          break;
        }
        // CALL m32
        case 191: {
          let target: number;
          {
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
              break slow;
            const at = (linear + state[TLB_ADDEND + entry]) | 0;
            target = view.getInt32(at, true);
          }
          const value = (((pc + code[pc + LENGTH] - pcBase) >> 3) + ipBase) | 0;
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 4) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE4] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }
          if ((at & 3) === 0) mem32[at >> 2] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
            mem[at + 2] = value >> 16;
            mem[at + 3] = value >> 24;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = to & PLACE;
          break;
        }
        // JMP r32
        case 192: {
          const target = mem32[code[pc + RM] >> 2];
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }

          pc = to & PLACE;
          break;
        }
        // JMP m32
        case 193: {
          let target: number;
          {
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
              break slow;
            const at = (linear + state[TLB_ADDEND + entry]) | 0;
            target = view.getInt32(at, true);
          }
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }

          pc = to & PLACE;
          break;
        }
        // PUSH m32
        case 194: {
          let value: number;
          {
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
              break slow;
            const at = (linear + state[TLB_ADDEND + entry]) | 0;
            value = view.getInt32(at, true);
          }
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = (esp - 4) & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + WRITE4] >>> 0 ||
            state[TLB_WRITE + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          if ((at & 3) === 0) mem32[at >> 2] = value;
          else {
            mem[at] = value;
            mem[at + 1] = value >> 8;
            mem[at + 2] = value >> 16;
            mem[at + 3] = value >> 24;
          }
          state[ESP] = (esp & ~mask) | offset;
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // RET, 32 bits
        case 195: {
          const mask = state[STACK_MASK];
          const esp = state[ESP];
          const offset = esp & mask;
          const linear = (state[SS + BASE] + offset) | 0;
          const entry = (linear >>> 12) & TLB_MASK;
          if (
            offset >>> 0 >= state[SS + READ4] >>> 0 ||
            state[TLB_READ + entry] !== (((linear + 3) & -4096) | state[TLB_MODE])
          )
            break slow;
          const at = (linear + state[TLB_ADDEND + entry]) | 0;
          const value = view.getInt32(at, true);
          const top = (esp + 4 + code[pc + IMM]) & mask;
          const target = value;
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }
          state[ESP] = (esp & ~mask) | top;
          pc = to & PLACE;
          break;
        }
        // JO, inside the page
        case 196:
        case 197: {
          if ((state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JNO, inside the page
        case 198:
        case 199: {
          if ((state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JB, inside the page
        case 200:
        case 201: {
          if (state[LF_CARRY] < 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JAE, inside the page
        case 202:
        case 203: {
          if (state[LF_CARRY] >= 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JE, inside the page
        case 204:
        case 205: {
          if (state[LF_ZERO] === 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JNE, inside the page
        case 206:
        case 207: {
          if (state[LF_ZERO] !== 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JBE, inside the page
        case 208:
        case 209: {
          if (state[LF_CARRY] < 0 || state[LF_ZERO] === 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JA, inside the page
        case 210:
        case 211: {
          if (state[LF_CARRY] >= 0 && state[LF_ZERO] !== 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JS, inside the page
        case 212:
        case 213: {
          if (state[LF_SIGN] < 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JNS, inside the page
        case 214:
        case 215: {
          if (state[LF_SIGN] >= 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JP, inside the page
        case 216:
        case 217: {
          if (((0x9669 >>> ((state[LF_SIGN] ^ (state[LF_SIGN] >> 4)) & 15)) & 1) !== 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JNP, inside the page
        case 218:
        case 219: {
          if (((0x9669 >>> ((state[LF_SIGN] ^ (state[LF_SIGN] >> 4)) & 15)) & 1) === 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JL, inside the page
        case 220:
        case 221: {
          if ((state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JGE, inside the page
        case 222:
        case 223: {
          if ((state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JLE, inside the page
        case 224:
        case 225: {
          if ((state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0 || state[LF_ZERO] === 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JG, inside the page
        case 226:
        case 227: {
          if ((state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) >= 0 && state[LF_ZERO] !== 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JMP, inside the page
        case 228:
        case 229: {
          const to = (pc + code[pc + DISP]) & PLACE;
          if (to < pcLow) break slow;
          pc = to;
          break;
        }
        // LOOP with 16-bit addresses, inside the page
        case 230: {
          const ecx = state[ECX];
          const count = (ecx - 1) & 0xffff;
          if (count !== 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          state[ECX] = (ecx & -0x10000) | count;
          break;
        }
        // LOOP with 32-bit addresses, inside the page
        case 231: {
          const count = (state[ECX] - 1) | 0;
          if (count !== 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          state[ECX] = count;
          break;
        }
        // Jcc, 16 bits, to another page
        case 232: {
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
          if (holds) {
            const target = (((pc - pcBase) >> 3) + ipBase + code[pc + IMM]) & 0xffff;
            const distance = (target - ipBase) | 0;
            let to = (pcBase + (distance << 3)) & PLACE;
            if (distance >>> 0 >= 4096 || to < pcLow) {
              to = enterOther(cpu, target);
              if (to < 0) break slow;
              pcBase = cpu.pcBase | 0;
              ipBase = cpu.ipBase | 0;
              pcLow = pcBase;
            }

            pc = to & PLACE;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JMP, 16 bits, to another page
        case 233: {
          const target = (((pc - pcBase) >> 3) + ipBase + code[pc + IMM]) & 0xffff;
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }

          pc = to & PLACE;
          break;
        }
        // Jcc, 32 bits, to another page
        case 234: {
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
          if (holds) {
            const target = (((pc - pcBase) >> 3) + ipBase + code[pc + IMM]) | 0;
            const distance = (target - ipBase) | 0;
            let to = (pcBase + (distance << 3)) & PLACE;
            if (distance >>> 0 >= 4096 || to < pcLow) {
              to = enterOther(cpu, target);
              if (to < 0) break slow;
              pcBase = cpu.pcBase | 0;
              ipBase = cpu.ipBase | 0;
              pcLow = pcBase;
            }

            pc = to & PLACE;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JMP, 32 bits, to another page
        case 235: {
          const target = (((pc - pcBase) >> 3) + ipBase + code[pc + IMM]) | 0;
          const distance = (target - ipBase) | 0;
          let to = (pcBase + (distance << 3)) & PLACE;
          if (distance >>> 0 >= 4096 || to < pcLow) {
            to = enterOther(cpu, target);
            if (to < 0) break slow;
            pcBase = cpu.pcBase | 0;
            ipBase = cpu.ipBase | 0;
            pcLow = pcBase;
          }

          pc = to & PLACE;
          break;
        }
        // JCXZ with 16-bit addresses, inside the page
        case 236: {
          if ((state[ECX] & 0xffff) === 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // JCXZ with 32-bit addresses, inside the page
        case 237: {
          if (state[ECX] === 0) {
            const to = (pc + code[pc + DISP]) & PLACE;
            if (to < pcLow) break slow;
            pc = to;
          } else pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // SHL r32, imm
        case 238:
        // SHL r32, CL
        case 239: {
          const count = (op === 239 ? state[ECX] : code[pc + IMM]) & 31;
          if (count !== 0) {
            const to = code[pc + RM];
            const a = mem32[to >> 2];
            const r = (a << count) | 0;
            mem32[to >> 2] = r;
            const cf = (a >>> (32 - count)) & 1;
            state[LF_ZERO] = r;
            state[LF_SIGN] = r;
            state[LF_CARRY] = (cf << 31) | (((r >>> 31) & 1) << 30);
          }
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // SHR r32, imm
        case 240:
        // SHR r32, CL
        case 241: {
          const count = (op === 241 ? state[ECX] : code[pc + IMM]) & 31;
          if (count !== 0) {
            const to = code[pc + RM];
            const a = mem32[to >> 2];
            const r = (a >>> count) | 0;
            mem32[to >> 2] = r;
            const cf = (a >>> (count - 1)) & 1;
            state[LF_ZERO] = r;
            state[LF_SIGN] = r;
            state[LF_CARRY] = (cf << 31) | ((cf ^ ((r >>> 30) & 1)) << 30);
          }
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // SAR r32, imm
        case 242:
        // SAR r32, CL
        case 243: {
          const count = (op === 243 ? state[ECX] : code[pc + IMM]) & 31;
          if (count !== 0) {
            const to = code[pc + RM];
            const a = mem32[to >> 2];
            const r = (a >> count) | 0;
            mem32[to >> 2] = r;
            const cf = (a >> (count - 1)) & 1;
            state[LF_ZERO] = r;
            state[LF_SIGN] = r;
            state[LF_CARRY] = (cf << 31) | (cf << 30);
          }
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ROL r32, imm
        case 244:
        // ROL r32, CL
        case 245: {
          const count = (op === 245 ? state[ECX] : code[pc + IMM]) & 31;
          if (count !== 0) {
            const to = code[pc + RM];
            const a = mem32[to >> 2];
            const r = (a << count) | (a >>> (32 - count)) | 0;
            mem32[to >> 2] = r;
            const cf = r & 1;
            state[LF_CARRY] = (state[LF_CARRY] & 8) | (cf << 31) | (((r >>> 31) & 1) << 30);
          }
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        // ROR r32, imm
        case 246:
        // ROR r32, CL
        case 247: {
          const count = (op === 247 ? state[ECX] : code[pc + IMM]) & 31;
          if (count !== 0) {
            const to = code[pc + RM];
            const a = mem32[to >> 2];
            const r = (a >>> count) | (a << (32 - count)) | 0;
            mem32[to >> 2] = r;
            const cf = (r >>> 31) & 1;
            state[LF_CARRY] = (state[LF_CARRY] & 8) | (cf << 31) | (((r >>> 30) & 1) << 30);
          }
          pc = (pc + code[pc + LENGTH]) & PLACE;
          break;
        }
        default: {
          if (op < FIRST_WARM || op > LAST_CASE) break slow;
          const next = op < FIRST_X87 ? executeWarm(cpu, code, pc) : executeX87(cpu, code, pc);
          if (next < 0) break slow;
          pc = next & PLACE;
        }
      }
      left = (left - 1) | 0;
      if (left > 0) continue;
      state[LEFT] = left;
      state[RIP] = ipAt(cpu, pc);
      return;
    }
    state[PC] = pc;
    state[LEFT] = left;
    let rec = pc;
    if (code[pc] === BEHIND_PAGE) {
      state[RIP] = ipAt(cpu, pc);
      pc = enterCode(cpu) & PLACE;
    } else {
      if (code[pc] === 0) {
        charge(cpu, DECODE_COST);
        rec = cpu.decoder.decode(pc) | 0;
        left = state[LEFT];
        if (rec === pc) continue;
      }
      const flow = handlers[code[rec]](cpu, rec);
      if (flow === STAY) {
        state[RIP] = currentIp(cpu);
        return;
      }
      left = (state[LEFT] - 1) | 0;
      state[LEFT] = left;
      if (flow !== JUMP) {
        pc = (pc + code[rec + LENGTH]) & PLACE;
        if (left > 0) continue;
        state[RIP] = ipAt(cpu, pc);
        return;
      }
      if (left <= 0) return;
      pc = enterCode(cpu) & PLACE;
    }
    ({ code } = cpu.cache);
    pcBase = cpu.pcBase | 0;
    ipBase = cpu.ipBase | 0;
    pcLow = cpu.pcLow | 0;
  }
}
