import { write16, write32 } from '../../cpu/memory.ts';
import { probeWrite } from '../../cpu/slow-memory.ts';
import { fromInteger, integer, toInteger } from '../../float/convert.ts';
import { Float } from '../../float/float.ts';
import { packF80High, packF80Low, packF80SignExp } from '../../float/formats.ts';
import { FLAG, ROUND } from '../../float/status.ts';
import { type Handler, NEXT, STAY } from '../handler.ts';
import { effectiveAddress, segmentOf } from '../operand.ts';
import { begin, noteMemory, ready, settleStore, status, underflow } from './exceptions.ts';
import { operand, probeOperand80, readOperand80, write64, writeOperand80 } from './operand.ts';
import { pushValue } from './push.ts';
import { isEmpty, load, physical, pop } from './state.ts';

const a = new Float();

type Bits = 16 | 32 | 64;

function setIndefinite(bits: Bits): void {
  integer.hi = bits === 64 ? -0x80000000 : -1;
  integer.lo = bits === 64 ? 0 : bits === 32 ? -0x80000000 : -0x8000;
}

// FIST, FISTP and FISTTP.
function storeInteger(bits: Bits, pops: boolean, truncates: boolean): Handler {
  return (cpu, rec) => {
    if (!ready(cpu)) return STAY;
    const segment = segmentOf(cpu, rec);
    const offset = effectiveAddress(cpu, rec);
    const top = physical(cpu, 0);
    if (isEmpty(cpu, top)) {
      probeWrite(cpu, segment, offset, bits >> 3);
      noteMemory(cpu, rec, segment, offset);
      if (!underflow(cpu)) return NEXT;
      setIndefinite(bits);
    } else {
      begin(cpu);
      const valid = load(cpu, a, top, status);
      status.flags = valid ? 0 : FLAG.IE;
      if (valid) toInteger(a, bits, truncates ? ROUND.ZERO : status.rounding, status);
      else setIndefinite(bits);
      probeWrite(cpu, segment, offset, bits >> 3);
      noteMemory(cpu, rec, segment, offset);
      if (!settleStore(cpu)) return NEXT;
    }
    if (bits === 64) write64(cpu, segment, offset, integer.hi, integer.lo);
    else if (bits === 32) write32(cpu, segment, offset, integer.lo);
    else write16(cpu, segment, offset, integer.lo);
    if (pops) pop(cpu);
    return NEXT;
  };
}

const LARGEST_BCD = 999_999_999_999_999_999n;

// Two decimal digits a byte, nine bytes, and the sign.
const fbld: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  readOperand80(cpu, segment, offset);
  const { signExp: top, high, low } = operand;
  noteMemory(cpu, rec, segment, offset);
  let value = 0n;
  for (const [word, digits] of [
    [top, 2],
    [high, 8],
    [low, 8],
  ] as const) {
    for (let i = digits - 1; i >= 0; i--) value = value * 10n + BigInt((word >>> (i * 4)) & 15);
  }
  fromInteger(a, Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)));
  pushValue(cpu, packF80SignExp(a) | (top & 0x8000), packF80High(a), packF80Low(a));
  return NEXT;
};

const fbstp: Handler = (cpu, rec) => {
  if (!ready(cpu)) return STAY;
  const segment = segmentOf(cpu, rec);
  const offset = effectiveAddress(cpu, rec);
  const top = physical(cpu, 0);
  let done: boolean;
  if (isEmpty(cpu, top)) {
    probeOperand80(cpu, segment, offset);
    noteMemory(cpu, rec, segment, offset);
    setIndefiniteBcd();
    done = underflow(cpu);
  } else {
    begin(cpu);
    const valid = load(cpu, a, top, status);
    status.flags = valid ? 0 : FLAG.IE;
    if (valid) toBcd();
    else setIndefiniteBcd();
    probeOperand80(cpu, segment, offset);
    noteMemory(cpu, rec, segment, offset);
    done = settleStore(cpu);
  }
  if (!done) return NEXT;
  writeOperand80(cpu, segment, offset);
  pop(cpu);
  return NEXT;
};

function setIndefiniteBcd(): void {
  operand.signExp = 0xffff;
  operand.high = -0x40000000;
  operand.low = 0;
}

// Leaves the digits of `a` in `operand`.
function toBcd(): void {
  toInteger(a, 64, status.rounding, status);
  const value = (BigInt(integer.hi) << 32n) | BigInt(integer.lo >>> 0);
  let magnitude = value < 0n ? -value : value;
  if (magnitude > LARGEST_BCD) {
    status.flags = FLAG.IE;
    status.roundedUp = false;
    setIndefiniteBcd();
    return;
  }
  let digits = 0n;
  for (let i = 0n; i < 72n; i += 4n) {
    digits |= (magnitude % 10n) << i;
    magnitude /= 10n;
  }
  operand.low = Number(BigInt.asIntN(32, digits));
  operand.high = Number(BigInt.asIntN(32, digits >> 32n));
  operand.signExp = Number(digits >> 64n) | (a.sign << 15);
}

/** Stores of integers, and decimal numbers. */
export const INTEGER: Record<string, Handler> = {
  'FIST Mw': storeInteger(16, false, false),
  'FIST Md': storeInteger(32, false, false),
  'FISTP Mw': storeInteger(16, true, false),
  'FISTP Md': storeInteger(32, true, false),
  'FISTP Mq': storeInteger(64, true, false),
  'FISTTP Mw': storeInteger(16, true, true),
  'FISTTP Md': storeInteger(32, true, true),
  'FISTTP Mq': storeInteger(64, true, true),
  FBLD: fbld,
  FBSTP: fbstp,
};
