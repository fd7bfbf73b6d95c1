import type { Cpu } from '../cpu/cpu.ts';
import { DS, REG, SLOT } from '../cpu/state-layout.ts';
import { AUX, EA, RECORD, RECORD_SHIFT } from '../decode/record.ts';
import { execute } from './execute.ts';

// What a case of the hot switch is run with, so that all that is in it is done in one of the rounds: with operands that are aligned
// and not, registers and immediates, 16- and 32-bit addresses, flags that satisfy each condition and not.

/** Condition codes: some cases have all of them. */
export const ROUNDS = 16;
/** The linear addresses of two pages of code, of which one has the record of each case at the place of its number. */
export const CODE = 0x1000;
export const OTHER_CODE = 0x2000;
/** That of the page of memory operands, and what registers point to in it. */
export const DATA = 0x8000;
const SOURCE = DATA + 0x100;
const TARGET = DATA + 0x200;
const STACK = DATA + 0x300;
const FRAME = DATA + 0x400;
/** The displacement of addresses and of jumps in their page. */
const DISPLACEMENT = 80;
/** How far other jumps go: inside the page, and to the other one; and where indirect ones go. */
const DISTANCES = [0x800, OTHER_CODE - CODE];
const TARGETS = [CODE + 0x800, OTHER_CODE + 0x800];
const DF = 0x400;

/** Two operands: with a result of 0, carries, signs, and what does not fit into 31 bits. */
const NUMBERS = [
  [1, 1], [-1, 1], [0x7fffffff, 0x12345678], [0, -0x80000000], [0x55667788, 0x1f], [-0x12345678, -2], [5, 0],
]; // biome-ignore format: a table
/** Numbers as an f32, and as the high half of an f64; and zero. */
const FLOATS = [0x40490fdb, -0x3fb67025, 0];
/**
 * ST(0) and ST(1), as the words of their significands, sign and exponent; and the control word: numbers near each other, and far
 * apart, equal, and zero; results of 64 and of 53 bits, and other ways of rounding.
 */
const X87_NUMBERS = [
  [0x12345678, -0x80000000, 0x4000, 0, -0x20000000, 0x3fff, 0x37f],
  [0, -0x80000000, 0x3ffe, 0x12345678, -0x40000000, 0xc003, 0x27f],
  [-1, -0x20000001, 0x3ffd, 0x7654321, -0x60000000, 0x4025, 0x37f],
  [0x1234, -0x70000000, 0xc004, -0x12345678, -0x40000000, 0x3fff, 0x27f],
  [0, 0, 0, 0x400, -0x60000000, 0x4001, 0x37f],
  [0x800, -0x60000000, 0x4001, 0, 0, 0, 0x27f],
  [0x800, -0x60000001, 0x4003, 0x800, -0x60000001, 0x4003, 0x37f],
  [0, 0, 0, 0, 0, 0, 0x37f],
  [0x800, -0x60000001, 0x4003, 0x800, -0x60000001, 0xc003, 0xf7f],
  [0x800, -0x60000001, 0xc003, 0x900, -0x60000001, 0x4003, 0xb7f],
  [0x12345678, -0x80000000, 0x4020, 3, -0x20000000, 0x4000, 0x37f],
  [3, -0x60000080, 0x4001, 3, -0x40000000, 0x3fd4, 0x37f],
]; // biome-ignore format: a table

/** Runs a case once. @param name of the handler that it stands for @param round below {@link ROUNDS} */
export function runCase(cpu: Cpu, round: number, number: number, name: string): void {
  const [a, b] = operandsOf(name, round);
  decodeTo(cpu, round, number, name, b);
  setRegisters(cpu.state, round, a, b);
  setFlags(cpu.state, round);
  setX87(cpu.state, round);
  for (const at of [SOURCE, SOURCE + DISPLACEMENT, STACK]) setMemory(cpu, at + (round & 1), a);
  cpu.state[SLOT.RIP] = CODE + number;
  cpu.state[SLOT.LEFT] = 1;
  execute(cpu);
}

// What is in a register and in memory, and what is in another register and an immediate.
function operandsOf(name: string, round: number): readonly number[] {
  if (name.startsWith('F')) return [FLOATS[round % FLOATS.length], 0];
  const away = (round >> 1) & 1;
  if (/^(CALL|RET|JMP|Jcc)/.test(name)) return [TARGETS[away], DISTANCES[away]];
  return NUMBERS[round % NUMBERS.length];
}

function decodeTo({ cache }: Cpu, round: number, number: number, name: string, immediate: number): void {
  const { code } = cache;
  const rec = cache.pageFor(CODE >>> 12, 1) + (number << RECORD_SHIFT);
  const narrow = (round & 2) !== 0;
  const address = (REG.SI * 2) | (SLOT.ZERO << EA.INDEX_SHIFT) | (DS << EA.SEGMENT_SHIFT);
  code[rec + RECORD.OP] = number;
  code[rec + RECORD.LENGTH] = 1 << RECORD_SHIFT;
  code[rec + RECORD.RM] = REG.BX * 8;
  code[rec + RECORD.EA] = address | (narrow ? EA.ADDRESS16 : 0);
  code[rec + RECORD.DISP] = DISPLACEMENT;
  // DH, DX or EDX; to the x87, it is ST(1).
  code[rec + RECORD.REG] = name.endsWith(' E,I') ? -1 : REG.DX * 8 + 1;
  code[rec + RECORD.IMM] = immediate;
  // Its low bits are a condition.
  code[rec + RECORD.AUX] = round | (narrow ? 0 : AUX.ADDRESS32);
}

function setRegisters(state: Int32Array, round: number, a: number, b: number): void {
  const odd = round & 1;
  state.fill(b, SLOT.GPR, SLOT.GPR + 16);
  state[REG.BX * 2] = a;
  state[REG.SP * 2] = STACK + odd;
  state[REG.BP * 2] = FRAME;
  state[REG.SI * 2] = SOURCE + odd;
  state[REG.DI * 2] = TARGET + odd;
}

function setFlags(state: Int32Array, round: number): void {
  const odd = round & 1;
  const carry = (round & 4) === 0 ? 1 : 0;
  const overflow = (round & 9) !== 0 ? 1 : 0;
  state[SLOT.FLAGS] = odd === 0 ? 0 : DF;
  state[SLOT.LF_ZERO] = round & 2;
  state[SLOT.LF_SIGN] = ((round & 8) << 28) | odd;
  state[SLOT.LF_CARRY] = (carry << 31) | ((carry ^ overflow) << 30);
}

function setX87(state: Int32Array, round: number): void {
  const numbers = X87_NUMBERS[round % X87_NUMBERS.length];
  for (let i = 0; i < 3; i++) {
    state[SLOT.X87 + i] = numbers[i];
    state[SLOT.X87 + 4 + i] = numbers[3 + i];
  }
  state[SLOT.FCW] = numbers[6];
  state[SLOT.FSW] = 0;
  state[SLOT.FTW] = 3;
}

function setMemory({ view }: Cpu, at: number, value: number): void {
  view.setInt32(at, value, true);
  view.setInt32(at + 4, value, true);
}
