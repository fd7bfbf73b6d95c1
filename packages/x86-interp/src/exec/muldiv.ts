import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { setCarryOverflow, setResult } from '../cpu/flags.ts';
import { MODEL } from '../cpu/models.ts';
import { REG } from '../cpu/state-layout.ts';
import { AUX, RECORD } from '../decode/record.ts';
import { mulHigh } from '../float/multiply-high.ts';
import { type Handler, NEXT } from './handler.ts';
import { immediate, load8, load16, load32, setReg16, setReg32 } from './operand.ts';

type Sizes = readonly [Handler, Handler, Handler];

const EAX = REG.AX * 2;
const EDX = REG.DX * 2;
const AX = REG.AX * 4;
const DX = REG.DX * 4;

// CF and OF tell whether the upper half counts. SF, ZF and PF are undefined; they follow the low half here.
function wide(cpu: Cpu, lowSigned: number, overflows: boolean): void {
  setResult(cpu, lowSigned);
  setCarryOverflow(cpu, overflows ? 1 : 0, overflows ? 1 : 0);
}

// The upper 32 bits of a signed product.
function signedMulHigh(a: number, b: number): number {
  return (mulHigh(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

const mul: Sizes = [
  (cpu, rec) => {
    const product = cpu.u8[0] * load8(cpu, rec);
    cpu.u16[AX] = product;
    wide(cpu, (product << 24) >> 24, product > 0xff);
    return NEXT;
  },
  (cpu, rec) => {
    const product = cpu.u16[AX] * load16(cpu, rec);
    cpu.u16[AX] = product;
    cpu.u16[DX] = product >>> 16;
    wide(cpu, (product << 16) >> 16, product > 0xffff);
    return NEXT;
  },
  (cpu, rec) => {
    const a = cpu.state[EAX];
    const b = load32(cpu, rec);
    const high = mulHigh(a, b);
    cpu.state[EAX] = Math.imul(a, b);
    cpu.state[EDX] = high;
    wide(cpu, cpu.state[EAX], high !== 0);
    return NEXT;
  },
];

const imul: Sizes = [
  (cpu, rec) => {
    const product = ((cpu.u8[0] << 24) >> 24) * ((load8(cpu, rec) << 24) >> 24);
    cpu.u16[AX] = product;
    const low = (product << 24) >> 24;
    wide(cpu, low, low !== product);
    return NEXT;
  },
  (cpu, rec) => {
    const product = ((cpu.u16[AX] << 16) >> 16) * ((load16(cpu, rec) << 16) >> 16);
    cpu.u16[AX] = product;
    cpu.u16[DX] = product >>> 16;
    const low = (product << 16) >> 16;
    wide(cpu, low, low !== product);
    return NEXT;
  },
  (cpu, rec) => {
    const a = cpu.state[EAX];
    const b = load32(cpu, rec);
    const low = Math.imul(a, b);
    const high = signedMulHigh(a, b);
    cpu.state[EAX] = low;
    cpu.state[EDX] = high;
    wide(cpu, low, high !== low >> 31);
    return NEXT;
  },
];

function product16(cpu: Cpu, rec: number, a: number, b: number): void {
  const product = ((a << 16) >> 16) * ((b << 16) >> 16);
  const low = (product << 16) >> 16;
  setReg16(cpu, rec, low);
  wide(cpu, low, low !== product);
}

function product32(cpu: Cpu, rec: number, a: number, b: number): void {
  const low = Math.imul(a, b);
  setReg32(cpu, rec, low);
  wide(cpu, low, signedMulHigh(a, b) !== low >> 31);
}

const imulByRegister: Handler = (cpu, rec) => {
  product16(cpu, rec, cpu.view.getUint16(cpu.cache.code[rec + RECORD.REG], true), load16(cpu, rec));
  return NEXT;
};
const imulByRegister32: Handler = (cpu, rec) => {
  product32(cpu, rec, cpu.view.getInt32(cpu.cache.code[rec + RECORD.REG], true), load32(cpu, rec));
  return NEXT;
};
const imulByImmediate: Handler = (cpu, rec) => {
  product16(cpu, rec, load16(cpu, rec), immediate(cpu, rec));
  return NEXT;
};
const imulByImmediate32: Handler = (cpu, rec) => {
  product32(cpu, rec, load32(cpu, rec), immediate(cpu, rec));
  return NEXT;
};

const div: Sizes = [
  (cpu, rec) => {
    const divisor = load8(cpu, rec);
    const dividend = cpu.u16[AX];
    if (dividend >>> 8 >= divisor) raise(cpu, VECTOR.DE);
    const quotient = (dividend / divisor) | 0;
    cpu.u8[1] = dividend % divisor;
    cpu.u8[0] = quotient;
    return NEXT;
  },
  (cpu, rec) => {
    const divisor = load16(cpu, rec);
    const high = cpu.u16[DX];
    if (high >= divisor) raise(cpu, VECTOR.DE);
    const dividend = high * 0x10000 + cpu.u16[AX];
    cpu.u16[AX] = (dividend / divisor) >>> 0;
    cpu.u16[DX] = dividend % divisor;
    return NEXT;
  },
  (cpu, rec) => {
    const divisor = load32(cpu, rec) >>> 0;
    const high = cpu.u32[EDX];
    if (high >= divisor) raise(cpu, VECTOR.DE);
    cpu.state[EAX] = divide64(high, cpu.u32[EAX], divisor);
    cpu.state[EDX] = remainder;
    return NEXT;
  },
];

const idiv: Sizes = [
  (cpu, rec) => {
    const divisor = signedDivisor(cpu, (load8(cpu, rec) << 24) >> 24);
    const dividend = (cpu.u16[AX] << 16) >> 16;
    const quotient = quotientSign(cpu, rec, Math.trunc(dividend / divisor));
    checkQuotient(cpu, quotient, 0x80);
    cpu.u8[1] = dividend % divisor;
    cpu.u8[0] = quotient;
    return NEXT;
  },
  (cpu, rec) => {
    const divisor = signedDivisor(cpu, (load16(cpu, rec) << 16) >> 16);
    const dividend = (cpu.u16[DX] << 16) | cpu.u16[AX];
    const quotient = quotientSign(cpu, rec, Math.trunc(dividend / divisor));
    checkQuotient(cpu, quotient, 0x8000);
    cpu.u16[DX] = dividend % divisor;
    cpu.u16[AX] = quotient;
    return NEXT;
  },
  (cpu, rec) => {
    const divisor = signedDivisor(cpu, load32(cpu, rec));
    const negative = cpu.state[EDX] < 0;
    const low = negative ? -cpu.state[EAX] >>> 0 : cpu.u32[EAX];
    const high = negative ? (~cpu.state[EDX] + (low === 0 ? 1 : 0)) >>> 0 : cpu.u32[EDX];
    const magnitude = Math.abs(divisor);
    if (high >= magnitude) raise(cpu, VECTOR.DE);
    const quotient = divide64(high, low, magnitude) >>> 0;
    const minus = negative !== divisor < 0;
    if (quotient > (minus ? 0x80000000 : 0x7fffffff)) raise(cpu, VECTOR.DE);
    cpu.state[EAX] = minus ? -quotient : quotient;
    cpu.state[EDX] = negative ? -remainder : remainder;
    return NEXT;
  },
];

/** What `divide64` left, as int32. */
let remainder = 0;

// high:low / divisor, all unsigned, with a quotient of 32 bits, as int32. The estimate may be wrong by one: what doubles hold of the
// dividend is off by less than the divisor.
function divide64(high: number, low: number, divisor: number): number {
  const quotient = Math.min(0xffffffff, Math.floor((high * 0x100000000 + low) / divisor));
  // What is left lies between -divisor and twice the divisor.
  const product = Math.imul(quotient, divisor) >>> 0;
  const rest = (high - (mulHigh(quotient | 0, divisor | 0) >>> 0)) * 0x100000000 + low - product;
  if (rest < 0) {
    remainder = (rest + divisor) | 0;
    return (quotient - 1) | 0;
  }
  if (rest >= divisor) {
    remainder = (rest - divisor) | 0;
    return (quotient + 1) | 0;
  }
  remainder = rest | 0;
  return quotient | 0;
}

function signedDivisor(cpu: Cpu, divisor: number): number {
  if (divisor === 0) raise(cpu, VECTOR.DE);
  return divisor;
}

// A REP prefix negates the quotient on the 8086: its microcode keeps the sign in the flag that REP sets.
function quotientSign(cpu: Cpu, rec: number, quotient: number): number {
  if (cpu.model !== MODEL.I8086) return quotient;
  return (cpu.cache.code[rec + RECORD.AUX] & (AUX.REP | AUX.REPNE)) !== 0 ? -quotient : quotient;
}

// The most negative quotient is an error on the 8086 and 80186.
function checkQuotient(cpu: Cpu, quotient: number, limit: number): void {
  const lowest = cpu.model < MODEL.I80286 ? 1 - limit : -limit;
  if (quotient < lowest || quotient >= limit) raise(cpu, VECTOR.DE);
}

/** Multiplication and division. */
export const MULTIPLY_DIVIDE: Record<string, Sizes> = {
  'MUL E': mul,
  'IMUL E': imul,
  'IMUL G,E': [imulByRegister, imulByRegister, imulByRegister32],
  'IMUL G,E,I': [imulByImmediate, imulByImmediate, imulByImmediate32],
  'DIV E': div,
  'IDIV E': idiv,
};
