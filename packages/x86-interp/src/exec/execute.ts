import type { Cpu } from '../cpu/cpu.ts';
import { currentIp, nextIp } from '../cpu/ip.ts';
import { read8, read16, read32, write8, write16, write32 } from '../cpu/memory.ts';
import { charge } from '../cpu/pace.ts';
import { CS, REG, SEG, SLOT } from '../cpu/state-layout.ts';
import { checkTarget } from './control.ts';
import { enterCode, ipAt } from './enter.ts';
import { JUMP, STAY } from './handler.ts';
import { moveStack, peek16, peek32, push16, push32 } from './stack.ts';

// Constants of this module, because V8 folds those, but not imported ones, into compiled code. Fields of a record are
// plain numbers below: 1 length, 2 r/m, 3 address, 4 displacement, 5 register, 6 immediate.
const { PC, LEFT, RIP, LF_ZERO, LF_SIGN, LF_CARRY } = SLOT;
const CX = REG.CX * 4;
const CS_LIMIT = CS + SEG.LIMIT;
const RECORD_SHIFT = 3;
/** What decoding takes, in instructions. */
const DECODE_COST = 16;
/** The next instruction is at RIP, on whatever page that is. */
const ELSEWHERE = -1;

/**
 * Runs instructions from CS:RIP on, until `SLOT.LEFT` is used up or an instruction stays where it is. RIP is right
 * afterwards. The frequent instructions are cases of one dense switch, numbered as in `hot-ops.ts`; the others go
 * through the table of handlers. V8 optimizes no function of more than 60 KB of bytecode: this one has a quarter.
 * @throws FAULT for a fault of the guest; `currentIp` is the instruction's
 */
export function execute(cpu: Cpu): void {
  const { state, handlers, view, mem, u16 } = cpu;
  let pc = enterCode(cpu);
  let { code } = cpu.cache;
  let { pcLow } = cpu;
  for (;;) {
    state[PC] = pc;
    switch (code[pc]) {
      // Not decoded yet, or not to be kept decoded.
      case 0: {
        charge(cpu, DECODE_COST);
        const rec = cpu.decoder.decode(pc);
        if (rec === pc) continue;
        const flow = handlers[code[rec]](cpu, rec);
        if (flow === STAY) {
          state[RIP] = currentIp(cpu);
          return;
        }
        if (flow === JUMP) pc = ELSEWHERE;
        else pc += code[rec + 1];
        break;
      }
      // Behind the end of the page.
      case 1:
        state[RIP] = ipAt(cpu, pc);
        pc = enterCode(cpu);
        ({ code } = cpu.cache);
        ({ pcLow } = cpu);
        continue;
      // ADD r16, r16/imm
      case 2: {
        const at = code[pc + 2];
        const a = view.getUint16(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getUint16(from, true);
        const r = (a + b) & 0xffff;
        const c = (a & b) | ((a | b) & ~r);
        view.setUint16(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] = c | (c << 16);
        pc += code[pc + 1];
        break;
      }
      // SUB r16, r16/imm
      case 3: {
        const at = code[pc + 2];
        const a = view.getUint16(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getUint16(from, true);
        const r = (a - b) & 0xffff;
        const c = (~a & b) | ((~a | b) & r);
        view.setUint16(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] = c | (c << 16);
        pc += code[pc + 1];
        break;
      }
      // CMP r16, r16/imm
      case 4: {
        const at = code[pc + 2];
        const a = view.getUint16(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getUint16(from, true);
        const r = (a - b) & 0xffff;
        const c = (~a & b) | ((~a | b) & r);
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] = c | (c << 16);
        pc += code[pc + 1];
        break;
      }
      // AND r16, r16/imm
      case 5: {
        const at = code[pc + 2];
        const a = view.getUint16(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getUint16(from, true);
        const r = a & b;
        view.setUint16(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] = 0;
        pc += code[pc + 1];
        break;
      }
      // OR r16, r16/imm
      case 6: {
        const at = code[pc + 2];
        const a = view.getUint16(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getUint16(from, true);
        const r = a | b;
        view.setUint16(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] = 0;
        pc += code[pc + 1];
        break;
      }
      // XOR r16, r16/imm
      case 7: {
        const at = code[pc + 2];
        const a = view.getUint16(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getUint16(from, true);
        const r = a ^ b;
        view.setUint16(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] = 0;
        pc += code[pc + 1];
        break;
      }
      // TEST r16, r16/imm
      case 8: {
        const at = code[pc + 2];
        const a = view.getUint16(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getUint16(from, true);
        const r = a & b;
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] = 0;
        pc += code[pc + 1];
        break;
      }
      // INC r16: CF stays
      case 9: {
        const at = code[pc + 2];
        const a = view.getUint16(at, true);
        const r = (a + 1) & 0xffff;
        view.setUint16(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] =
          (((state[LF_CARRY] >> 31) & -0x40000000) ^ ((~a & r & 0x8000) << 15)) | (((a ^ r) & 0x10) >> 1);
        pc += code[pc + 1];
        break;
      }
      // DEC r16: CF stays
      case 10: {
        const at = code[pc + 2];
        const a = view.getUint16(at, true);
        const r = (a - 1) & 0xffff;
        view.setUint16(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = (r << 16) >> 16;
        state[LF_CARRY] =
          (((state[LF_CARRY] >> 31) & -0x40000000) ^ ((a & ~r & 0x8000) << 15)) | (((a ^ r) & 0x10) >> 1);
        pc += code[pc + 1];
        break;
      }
      // ADD r32, r32/imm
      case 11: {
        const at = code[pc + 2];
        const a = view.getInt32(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getInt32(from, true);
        const r = (a + b) | 0;
        const c = (a & b) | ((a | b) & ~r);
        view.setInt32(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = r;
        state[LF_CARRY] = c;
        pc += code[pc + 1];
        break;
      }
      // SUB r32, r32/imm
      case 12: {
        const at = code[pc + 2];
        const a = view.getInt32(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getInt32(from, true);
        const r = (a - b) | 0;
        const c = (~a & b) | ((~a | b) & r);
        view.setInt32(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = r;
        state[LF_CARRY] = c;
        pc += code[pc + 1];
        break;
      }
      // CMP r32, r32/imm
      case 13: {
        const at = code[pc + 2];
        const a = view.getInt32(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getInt32(from, true);
        const r = (a - b) | 0;
        const c = (~a & b) | ((~a | b) & r);
        state[LF_ZERO] = r;
        state[LF_SIGN] = r;
        state[LF_CARRY] = c;
        pc += code[pc + 1];
        break;
      }
      // AND r32, r32/imm
      case 14: {
        const at = code[pc + 2];
        const a = view.getInt32(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getInt32(from, true);
        const r = a & b;
        view.setInt32(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = r;
        state[LF_CARRY] = 0;
        pc += code[pc + 1];
        break;
      }
      // OR r32, r32/imm
      case 15: {
        const at = code[pc + 2];
        const a = view.getInt32(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getInt32(from, true);
        const r = a | b;
        view.setInt32(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = r;
        state[LF_CARRY] = 0;
        pc += code[pc + 1];
        break;
      }
      // XOR r32, r32/imm
      case 16: {
        const at = code[pc + 2];
        const a = view.getInt32(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getInt32(from, true);
        const r = a ^ b;
        view.setInt32(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = r;
        state[LF_CARRY] = 0;
        pc += code[pc + 1];
        break;
      }
      // TEST r32, r32/imm
      case 17: {
        const at = code[pc + 2];
        const a = view.getInt32(at, true);
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getInt32(from, true);
        const r = a & b;
        state[LF_ZERO] = r;
        state[LF_SIGN] = r;
        state[LF_CARRY] = 0;
        pc += code[pc + 1];
        break;
      }
      // INC r32: CF stays
      case 18: {
        const at = code[pc + 2];
        const a = view.getInt32(at, true);
        const r = (a + 1) | 0;
        view.setInt32(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = r;
        state[LF_CARRY] =
          (((state[LF_CARRY] >> 31) & -0x40000000) ^ (((~a & r) >>> 31) << 30)) | (((a ^ r) & 0x10) >> 1);
        pc += code[pc + 1];
        break;
      }
      // DEC r32: CF stays
      case 19: {
        const at = code[pc + 2];
        const a = view.getInt32(at, true);
        const r = (a - 1) | 0;
        view.setInt32(at, r, true);
        state[LF_ZERO] = r;
        state[LF_SIGN] = r;
        state[LF_CARRY] =
          (((state[LF_CARRY] >> 31) & -0x40000000) ^ (((a & ~r) >>> 31) << 30)) | (((a ^ r) & 0x10) >> 1);
        pc += code[pc + 1];
        break;
      }
      // MOV r8, r8/imm
      case 20: {
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : mem[from];
        mem[code[pc + 2]] = b;
        pc += code[pc + 1];
        break;
      }
      // MOV r8, m8
      case 21: {
        const ea = code[pc + 3];
        const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + 4]) | 0;
        const offset = ea < 0 ? sum & 0xffff : sum;
        mem[code[pc + 5]] = read8(cpu, (ea >> 18) & 0x1ff, offset);
        pc += code[pc + 1];
        break;
      }
      // MOV m8, r8/imm
      case 22: {
        const ea = code[pc + 3];
        const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + 4]) | 0;
        const offset = ea < 0 ? sum & 0xffff : sum;
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : mem[from];
        write8(cpu, (ea >> 18) & 0x1ff, offset, b);
        pc += code[pc + 1];
        break;
      }
      // MOV r16, r16/imm
      case 23: {
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getUint16(from, true);
        view.setUint16(code[pc + 2], b, true);
        pc += code[pc + 1];
        break;
      }
      // MOV r16, m16
      case 24: {
        const ea = code[pc + 3];
        const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + 4]) | 0;
        const offset = ea < 0 ? sum & 0xffff : sum;
        view.setUint16(code[pc + 5], read16(cpu, (ea >> 18) & 0x1ff, offset), true);
        pc += code[pc + 1];
        break;
      }
      // MOV m16, r16/imm
      case 25: {
        const ea = code[pc + 3];
        const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + 4]) | 0;
        const offset = ea < 0 ? sum & 0xffff : sum;
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getUint16(from, true);
        write16(cpu, (ea >> 18) & 0x1ff, offset, b);
        pc += code[pc + 1];
        break;
      }
      // MOV r32, r32/imm
      case 26: {
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getInt32(from, true);
        view.setInt32(code[pc + 2], b, true);
        pc += code[pc + 1];
        break;
      }
      // MOV r32, m32
      case 27: {
        const ea = code[pc + 3];
        const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + 4]) | 0;
        const offset = ea < 0 ? sum & 0xffff : sum;
        view.setInt32(code[pc + 5], read32(cpu, (ea >> 18) & 0x1ff, offset), true);
        pc += code[pc + 1];
        break;
      }
      // MOV m32, r32/imm
      case 28: {
        const ea = code[pc + 3];
        const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + 4]) | 0;
        const offset = ea < 0 ? sum & 0xffff : sum;
        const from = code[pc + 5];
        const b = from < 0 ? code[pc + 6] : view.getInt32(from, true);
        write32(cpu, (ea >> 18) & 0x1ff, offset, b);
        pc += code[pc + 1];
        break;
      }
      // LEA r16, m
      case 29: {
        const ea = code[pc + 3];
        const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + 4]) | 0;
        const offset = ea < 0 ? sum & 0xffff : sum;
        view.setUint16(code[pc + 5], offset, true);
        pc += code[pc + 1];
        break;
      }
      // PUSH r16
      case 30: {
        push16(cpu, view.getUint16(code[pc + 2], true));
        pc += code[pc + 1];
        break;
      }
      // POP r16
      case 31: {
        const value = peek16(cpu, 0);
        moveStack(cpu, 2);
        view.setUint16(code[pc + 2], value, true);
        pc += code[pc + 1];
        break;
      }
      // LEA r32, m
      case 32: {
        const ea = code[pc + 3];
        const sum = (state[ea & 0xff] + (state[(ea >> 8) & 0xff] << ((ea >> 16) & 3)) + code[pc + 4]) | 0;
        const offset = ea < 0 ? sum & 0xffff : sum;
        view.setInt32(code[pc + 5], offset, true);
        pc += code[pc + 1];
        break;
      }
      // PUSH r32
      case 33: {
        push32(cpu, view.getInt32(code[pc + 2], true));
        pc += code[pc + 1];
        break;
      }
      // POP r32
      case 34: {
        const value = peek32(cpu, 0);
        moveStack(cpu, 4);
        view.setInt32(code[pc + 2], value, true);
        pc += code[pc + 1];
        break;
      }
      // JB, inside the page
      case 35:
        pc += state[LF_CARRY] < 0 ? code[pc + 4] : code[pc + 1];
        break;
      // JAE, inside the page
      case 36:
        pc += state[LF_CARRY] >= 0 ? code[pc + 4] : code[pc + 1];
        break;
      // JE, inside the page
      case 37:
        pc += state[LF_ZERO] === 0 ? code[pc + 4] : code[pc + 1];
        break;
      // JNE, inside the page
      case 38:
        pc += state[LF_ZERO] !== 0 ? code[pc + 4] : code[pc + 1];
        break;
      // JBE, inside the page
      case 39:
        pc += state[LF_CARRY] < 0 || state[LF_ZERO] === 0 ? code[pc + 4] : code[pc + 1];
        break;
      // JA, inside the page
      case 40:
        pc += state[LF_CARRY] >= 0 && state[LF_ZERO] !== 0 ? code[pc + 4] : code[pc + 1];
        break;
      // JS, inside the page
      case 41:
        pc += state[LF_SIGN] < 0 ? code[pc + 4] : code[pc + 1];
        break;
      // JNS, inside the page
      case 42:
        pc += state[LF_SIGN] >= 0 ? code[pc + 4] : code[pc + 1];
        break;
      // JL, inside the page
      case 43: {
        const c = state[LF_CARRY];
        const less = (state[LF_SIGN] ^ c ^ (c << 1)) < 0;
        pc += less ? code[pc + 4] : code[pc + 1];
        break;
      }
      // JGE, inside the page
      case 44: {
        const c = state[LF_CARRY];
        const less = (state[LF_SIGN] ^ c ^ (c << 1)) < 0;
        pc += !less ? code[pc + 4] : code[pc + 1];
        break;
      }
      // JLE, inside the page
      case 45: {
        const c = state[LF_CARRY];
        const less = (state[LF_SIGN] ^ c ^ (c << 1)) < 0;
        pc += less || state[LF_ZERO] === 0 ? code[pc + 4] : code[pc + 1];
        break;
      }
      // JG, inside the page
      case 46: {
        const c = state[LF_CARRY];
        const less = (state[LF_SIGN] ^ c ^ (c << 1)) < 0;
        pc += !less && state[LF_ZERO] !== 0 ? code[pc + 4] : code[pc + 1];
        break;
      }
      // JMP, inside the page
      case 47:
        pc += code[pc + 4];
        break;
      // LOOP with 16-bit addresses, inside the page
      case 48:
        pc += --u16[CX] !== 0 ? code[pc + 4] : code[pc + 1];
        break;
      // CALL, 16 bits, inside the page
      case 49:
        push16(cpu, nextIp(cpu, pc));
        pc += code[pc + 4];
        break;
      // RET, 16 bits
      case 50: {
        const target = peek16(cpu, 0);
        if (target > cpu.u32[CS_LIMIT]) checkTarget(cpu, target);
        moveStack(cpu, 2);
        const to = cpu.pcBase + ((target - cpu.ipBase) << RECORD_SHIFT);
        if (to >= pcLow && to < cpu.pcHigh) pc = to;
        else {
          state[RIP] = target;
          pc = ELSEWHERE;
        }
        break;
      }
      default: {
        const flow = handlers[code[pc]](cpu, pc);
        if (flow === STAY) {
          state[RIP] = currentIp(cpu);
          return;
        }
        if (flow === JUMP) pc = ELSEWHERE;
        else pc += code[pc + 1];
      }
    }
    if (--state[LEFT] <= 0) {
      if (pc !== ELSEWHERE) state[RIP] = ipAt(cpu, pc);
      return;
    }
    if (pc < pcLow) {
      if (pc !== ELSEWHERE) state[RIP] = ipAt(cpu, pc);
      pc = enterCode(cpu);
      ({ code } = cpu.cache);
      ({ pcLow } = cpu);
    }
  }
}
