import type { Cpu } from '../cpu/cpu.ts';
import { SLOT } from '../cpu/state-layout.ts';

// The arithmetic of each operand size, with its flags. Operands of 8 and 16 bits are unsigned, those of 32 are int32;
// results are too. The carries out of all bits tell CF, AF and OF: for a sum they are (a & b) | ((a | b) & ~sum), the
// borrows of a difference (~a & b) | ((~a | b) & difference).
const { LF_ZERO, LF_SIGN, LF_CARRY } = SLOT;

/** An operation on two operands that sets the flags and gives the result. */
export type Binary = (cpu: Cpu, a: number, b: number) => number;
/** An operation on one operand that sets the flags and gives the result. */
export type Unary = (cpu: Cpu, a: number) => number;

/** ADD, 8 bits. */
export function add8(cpu: Cpu, a: number, b: number): number {
  const r = (a + b) & 0xff;
  const c = (a & b) | ((a | b) & ~r);
  const signed = (r << 24) >> 24;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c | (c << 24);
  return r;
}

/** ADC, 8 bits. */
export function adc8(cpu: Cpu, a: number, b: number): number {
  const r = (a + b + (cpu.state[LF_CARRY] >>> 31)) & 0xff;
  const c = (a & b) | ((a | b) & ~r);
  const signed = (r << 24) >> 24;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c | (c << 24);
  return r;
}

/** SUB and CMP, 8 bits. */
export function sub8(cpu: Cpu, a: number, b: number): number {
  const r = (a - b) & 0xff;
  const c = (~a & b) | ((~a | b) & r);
  const signed = (r << 24) >> 24;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c | (c << 24);
  return r;
}

/** SBB, 8 bits. */
export function sbb8(cpu: Cpu, a: number, b: number): number {
  const r = (a - b - (cpu.state[LF_CARRY] >>> 31)) & 0xff;
  const c = (~a & b) | ((~a | b) & r);
  const signed = (r << 24) >> 24;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c | (c << 24);
  return r;
}

/** AND and TEST, 8 bits. */
export function and8(cpu: Cpu, a: number, b: number): number {
  const r = a & b;
  const signed = (r << 24) >> 24;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = 0;
  return r;
}

/** OR, 8 bits. */
export function or8(cpu: Cpu, a: number, b: number): number {
  const r = a | b;
  const signed = (r << 24) >> 24;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = 0;
  return r;
}

/** XOR, 8 bits. */
export function xor8(cpu: Cpu, a: number, b: number): number {
  const r = a ^ b;
  const signed = (r << 24) >> 24;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = 0;
  return r;
}

/** INC, 8 bits: CF stays. */
export function inc8(cpu: Cpu, a: number): number {
  const r = (a + 1) & 0xff;
  const cf = (cpu.state[LF_CARRY] >> 31) & -0x40000000;
  const signed = (r << 24) >> 24;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = (cf ^ ((~a & r & 0x80) << 23)) | (((a ^ r) & 0x10) >> 1);
  return r;
}

/** DEC, 8 bits: CF stays. */
export function dec8(cpu: Cpu, a: number): number {
  const r = (a - 1) & 0xff;
  const cf = (cpu.state[LF_CARRY] >> 31) & -0x40000000;
  const signed = (r << 24) >> 24;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = (cf ^ ((a & ~r & 0x80) << 23)) | (((a ^ r) & 0x10) >> 1);
  return r;
}

/** NEG, 8 bits. */
export function neg8(cpu: Cpu, a: number): number {
  return sub8(cpu, 0, a);
}

/** ADD, 16 bits. */
export function add16(cpu: Cpu, a: number, b: number): number {
  const r = (a + b) & 0xffff;
  const c = (a & b) | ((a | b) & ~r);
  const signed = (r << 16) >> 16;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c | (c << 16);
  return r;
}

/** ADC, 16 bits. */
export function adc16(cpu: Cpu, a: number, b: number): number {
  const r = (a + b + (cpu.state[LF_CARRY] >>> 31)) & 0xffff;
  const c = (a & b) | ((a | b) & ~r);
  const signed = (r << 16) >> 16;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c | (c << 16);
  return r;
}

/** SUB and CMP, 16 bits. */
export function sub16(cpu: Cpu, a: number, b: number): number {
  const r = (a - b) & 0xffff;
  const c = (~a & b) | ((~a | b) & r);
  const signed = (r << 16) >> 16;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c | (c << 16);
  return r;
}

/** SBB, 16 bits. */
export function sbb16(cpu: Cpu, a: number, b: number): number {
  const r = (a - b - (cpu.state[LF_CARRY] >>> 31)) & 0xffff;
  const c = (~a & b) | ((~a | b) & r);
  const signed = (r << 16) >> 16;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c | (c << 16);
  return r;
}

/** AND and TEST, 16 bits. */
export function and16(cpu: Cpu, a: number, b: number): number {
  const r = a & b;
  const signed = (r << 16) >> 16;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = 0;
  return r;
}

/** OR, 16 bits. */
export function or16(cpu: Cpu, a: number, b: number): number {
  const r = a | b;
  const signed = (r << 16) >> 16;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = 0;
  return r;
}

/** XOR, 16 bits. */
export function xor16(cpu: Cpu, a: number, b: number): number {
  const r = a ^ b;
  const signed = (r << 16) >> 16;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = 0;
  return r;
}

/** INC, 16 bits: CF stays. */
export function inc16(cpu: Cpu, a: number): number {
  const r = (a + 1) & 0xffff;
  const cf = (cpu.state[LF_CARRY] >> 31) & -0x40000000;
  const signed = (r << 16) >> 16;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = (cf ^ ((~a & r & 0x8000) << 15)) | (((a ^ r) & 0x10) >> 1);
  return r;
}

/** DEC, 16 bits: CF stays. */
export function dec16(cpu: Cpu, a: number): number {
  const r = (a - 1) & 0xffff;
  const cf = (cpu.state[LF_CARRY] >> 31) & -0x40000000;
  const signed = (r << 16) >> 16;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = (cf ^ ((a & ~r & 0x8000) << 15)) | (((a ^ r) & 0x10) >> 1);
  return r;
}

/** NEG, 16 bits. */
export function neg16(cpu: Cpu, a: number): number {
  return sub16(cpu, 0, a);
}

/** ADD, 32 bits. */
export function add32(cpu: Cpu, a: number, b: number): number {
  const r = (a + b) | 0;
  const c = (a & b) | ((a | b) & ~r);
  const signed = r;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c;
  return r;
}

/** ADC, 32 bits. */
export function adc32(cpu: Cpu, a: number, b: number): number {
  const r = (a + b + (cpu.state[LF_CARRY] >>> 31)) | 0;
  const c = (a & b) | ((a | b) & ~r);
  const signed = r;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c;
  return r;
}

/** SUB and CMP, 32 bits. */
export function sub32(cpu: Cpu, a: number, b: number): number {
  const r = (a - b) | 0;
  const c = (~a & b) | ((~a | b) & r);
  const signed = r;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c;
  return r;
}

/** SBB, 32 bits. */
export function sbb32(cpu: Cpu, a: number, b: number): number {
  const r = (a - b - (cpu.state[LF_CARRY] >>> 31)) | 0;
  const c = (~a & b) | ((~a | b) & r);
  const signed = r;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = c;
  return r;
}

/** AND and TEST, 32 bits. */
export function and32(cpu: Cpu, a: number, b: number): number {
  const r = a & b;
  const signed = r;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = 0;
  return r;
}

/** OR, 32 bits. */
export function or32(cpu: Cpu, a: number, b: number): number {
  const r = a | b;
  const signed = r;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = 0;
  return r;
}

/** XOR, 32 bits. */
export function xor32(cpu: Cpu, a: number, b: number): number {
  const r = a ^ b;
  const signed = r;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = 0;
  return r;
}

/** INC, 32 bits: CF stays. */
export function inc32(cpu: Cpu, a: number): number {
  const r = (a + 1) | 0;
  const cf = (cpu.state[LF_CARRY] >> 31) & -0x40000000;
  const signed = r;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = (cf ^ (((~a & r) >>> 31) << 30)) | (((a ^ r) & 0x10) >> 1);
  return r;
}

/** DEC, 32 bits: CF stays. */
export function dec32(cpu: Cpu, a: number): number {
  const r = (a - 1) | 0;
  const cf = (cpu.state[LF_CARRY] >> 31) & -0x40000000;
  const signed = r;
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
  cpu.state[LF_CARRY] = (cf ^ (((a & ~r) >>> 31) << 30)) | (((a ^ r) & 0x10) >> 1);
  return r;
}

/** NEG, 32 bits. */
export function neg32(cpu: Cpu, a: number): number {
  return sub32(cpu, 0, a);
}
