import { RFLAGS } from '@picovm/core/x86';
import type { Cpu } from './cpu.ts';
import { MODE } from './mode.ts';
import { MODEL } from './models.ts';
import { SLOT } from './state-layout.ts';

const { FLAGS, LF_ZERO, LF_SIGN, LF_CARRY } = SLOT;

/** The flags that are kept lazily. */
const STATUS_FLAGS: number = RFLAGS.CF | RFLAGS.PF | RFLAGS.AF | RFLAGS.ZF | RFLAGS.SF | RFLAGS.OF;

/** CF as 0 or 1. */
export function carry(cpu: Cpu): number {
  return cpu.state[LF_CARRY] >>> 31;
}

/** OF as 0 or 1. */
export function overflow(cpu: Cpu): number {
  const c = cpu.state[LF_CARRY];
  return (c ^ (c << 1)) >>> 31;
}

/** AF as 0 or 1. */
export function auxiliary(cpu: Cpu): number {
  return (cpu.state[LF_CARRY] >>> 3) & 1;
}

/** PF as 0 or 1: 1 if the low byte of the result has an even number of ones. */
function parity(cpu: Cpu): number {
  const low = cpu.state[LF_SIGN];
  return (0x9669 >>> ((low ^ (low >> 4)) & 15)) & 1;
}

/** Whether a condition holds. @param code the low four bits of Jcc, SETcc, CMOVcc (Intel SDM volume 1, appendix B) */
export function condition(cpu: Cpu, code: number): boolean {
  const { state } = cpu;
  return conditionTrue(cpu, state, code >> 1) !== ((code & 1) !== 0);
}

function conditionTrue(cpu: Cpu, state: Int32Array, pair: number): boolean {
  switch (pair) {
    case 0:
      return overflow(cpu) !== 0;
    case 1:
      return state[LF_CARRY] < 0;
    case 2:
      return state[LF_ZERO] === 0;
    case 3:
      return state[LF_CARRY] < 0 || state[LF_ZERO] === 0;
    case 4:
      return state[LF_SIGN] < 0;
    case 5:
      return parity(cpu) !== 0;
    case 6:
      return (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0;
    default:
      return state[LF_ZERO] === 0 || (state[LF_SIGN] ^ state[LF_CARRY] ^ (state[LF_CARRY] << 1)) < 0;
  }
}

/** Sets ZF, SF and PF by a result. @param signed the result, sign-extended to 32 bits */
export function setResult(cpu: Cpu, signed: number): void {
  cpu.state[LF_ZERO] = signed;
  cpu.state[LF_SIGN] = signed;
}

/** Sets CF and OF, each 0 or 1, and leaves AF. */
export function setCarryOverflow(cpu: Cpu, cf: number, of: number): void {
  cpu.state[LF_CARRY] = (cpu.state[LF_CARRY] & 8) | (cf << 31) | ((cf ^ of) << 30);
}

/** Sets CF, OF and AF, each 0 or 1. */
export function setCarries(cpu: Cpu, cf: number, of: number, af: number): void {
  cpu.state[LF_CARRY] = (cf << 31) | ((cf ^ of) << 30) | (af << 3);
}

/** Sets ZF, PF and CF, each 0 or 1, and clears OF, SF and AF: what floating-point comparisons do. */
export function setComparison(cpu: Cpu, zf: number, pf: number, cf: number): void {
  const { state } = cpu;
  state[LF_ZERO] = zf ^ 1;
  state[LF_SIGN] = pf ^ 1;
  setCarries(cpu, cf, 0, 0);
}

/** RFLAGS, whole, as an int32. */
export function readFlags(cpu: Cpu): number {
  const { state } = cpu;
  return (
    state[FLAGS] |
    fixedOnes(cpu) |
    carry(cpu) |
    (parity(cpu) << 2) |
    (auxiliary(cpu) << 4) |
    (state[LF_ZERO] === 0 ? RFLAGS.ZF : 0) |
    ((state[LF_SIGN] >>> 31) << 7) |
    (overflow(cpu) << 11)
  );
}

/** Sets all flags that the model has; fixed bits stay as they are. */
export function writeFlags(cpu: Cpu, value: number): void {
  writeStatus(cpu, value);
  cpu.state[LF_CARRY] = ((value & 1) << 31) | (((value ^ (value >> 11)) & 1) << 30) | ((value & RFLAGS.AF) >> 1);
  cpu.state[FLAGS] = value & existing(cpu) & ~STATUS_FLAGS;
}

/** Sets SF, ZF, AF, PF and CF, and leaves OF: SAHF. */
export function writeLowFlags(cpu: Cpu, value: number): void {
  const of = overflow(cpu);
  writeStatus(cpu, value);
  setCarries(cpu, value & 1, of, (value >> 4) & 1);
}

function writeStatus(cpu: Cpu, value: number): void {
  cpu.state[LF_ZERO] = ~value & RFLAGS.ZF;
  cpu.state[LF_SIGN] = ((value & RFLAGS.SF) << 24) | (~value & RFLAGS.PF ? 1 : 0);
}

// Whether a program may change them is for the instruction to say. In real mode the 80286 has no IOPL and NT.
function existing(cpu: Cpu): number {
  const basic = STATUS_FLAGS | RFLAGS.TF | RFLAGS.IF | RFLAGS.DF;
  if (cpu.model < MODEL.I80286) return basic;
  const i286 = basic | RFLAGS.IOPL | RFLAGS.NT;
  if (cpu.model === MODEL.I80286) return cpu.mode === MODE.REAL ? basic : i286;
  const i386 = i286 | RFLAGS.RF | RFLAGS.VM;
  if (cpu.model === MODEL.I80386) return i386;
  const i486 = i386 | RFLAGS.AC | RFLAGS.ID;
  return cpu.processor.features.has('vme') ? i486 | RFLAGS.VIF | RFLAGS.VIP : i486;
}

function fixedOnes(cpu: Cpu): number {
  return cpu.model < MODEL.I80286 ? 0xf002 : 2;
}
