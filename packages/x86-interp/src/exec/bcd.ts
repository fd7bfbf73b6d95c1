import type { Cpu } from '../cpu/cpu.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { auxiliary, carry, setCarries, setResult } from '../cpu/flags.ts';
import { MODEL } from '../cpu/models.ts';
import { type Flow, type Handler, NEXT } from './handler.ts';
import { immediate } from './operand.ts';

const AL = 0;
const AH = 1;

function adjustDecimal(cpu: Cpu, sign: 1 | -1): Flow {
  const { u8 } = cpu;
  const al = u8[AL];
  const oldAf = auxiliary(cpu);
  // With AF set, the 8086 compares with 9F, the others with 99.
  const threshold = cpu.model === MODEL.I8086 && oldAf !== 0 ? 0x9f : 0x99;
  const low = (al & 15) > 9 || oldAf !== 0;
  const high = al > threshold || carry(cpu) !== 0;
  let result = al;
  let borrow = 0;
  if (low) {
    result += 6 * sign;
    // DAS: the first step may borrow.
    if (sign < 0 && al < 6 && cpu.model !== MODEL.I8086) borrow = 1;
  }
  if (high) result += 0x60 * sign;
  u8[AL] = result;
  setResult(cpu, (result << 24) >> 24);
  setCarries(cpu, high ? 1 : borrow, 0, low ? 1 : 0);
  return NEXT;
}

function adjustAscii(cpu: Cpu, sign: 1 | -1): Flow {
  const { u8 } = cpu;
  const adjust = (u8[AL] & 15) > 9 || auxiliary(cpu) !== 0;
  if (adjust) {
    // AL and AH are separate on the 8086; from the 80286 on, AX is adjusted as a whole.
    if (cpu.model < MODEL.I80286) {
      u8[AL] += 6 * sign;
      u8[AH] += sign;
    } else cpu.u16[0] += sign < 0 ? -0x106 : 0x106;
  }
  setResult(cpu, (u8[AL] << 24) >> 24);
  setCarries(cpu, adjust ? 1 : 0, 0, adjust ? 1 : 0);
  u8[AL] &= 15;
  return NEXT;
}

const aam: Handler = (cpu, rec) => {
  const base = immediate(cpu, rec);
  if (base === 0) {
    // The old processors have set the flags by the time they notice.
    if (cpu.model <= MODEL.I80286) {
      setResult(cpu, cpu.model === MODEL.I80286 ? (cpu.u8[AL] << 24) >> 24 : 0);
      setCarries(cpu, 0, 0, 0);
    }
    return raise(cpu, VECTOR.DE);
  }
  const al = cpu.u8[AL];
  cpu.u8[AH] = (al / base) | 0;
  cpu.u8[AL] = al % base;
  setResult(cpu, (cpu.u8[AL] << 24) >> 24);
  setCarries(cpu, 0, 0, 0);
  return NEXT;
};

const aad: Handler = (cpu, rec) => {
  const sum = (cpu.u8[AL] + cpu.u8[AH] * immediate(cpu, rec)) & 0xff;
  cpu.u16[0] = sum;
  setResult(cpu, (sum << 24) >> 24);
  setCarries(cpu, 0, 0, 0);
  return NEXT;
};

/** Decimal arithmetic. */
export const BCD: Record<string, Handler> = {
  DAA: (cpu) => adjustDecimal(cpu, 1),
  DAS: (cpu) => adjustDecimal(cpu, -1),
  AAA: (cpu) => adjustAscii(cpu, 1),
  AAS: (cpu) => adjustAscii(cpu, -1),
  AAM: aam,
  AAD: aad,
};
