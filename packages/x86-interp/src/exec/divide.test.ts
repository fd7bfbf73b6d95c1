import { Random } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { protectedMachine } from '../protected.test-util.ts';

const ROUNDS = 3000;
const DIV_EBX = [0xf7, 0xf3];
const IDIV_EBX = [0xf7, 0xfb];
const DIVIDE_ERROR = 0;

// Numbers of every length, and their neighbours at the powers of two.
function number(random: Random): number {
  const bits = random.next() >>> random.below(32);
  return random.oneIn(4) ? (bits | -(bits & -bits)) >>> 0 : random.oneIn(4) ? ~bits >>> 0 : bits;
}

describe('division of 64 bits by 32', () => {
  it('DIV gives what exact arithmetic gives, or #DE', () => {
    const m = protectedMachine(0);
    const random = new Random(1);
    for (let n = 0; n < ROUNDS; n++) {
      const divisor = number(random);
      const low = number(random);
      // Mostly a quotient that fits, and often the largest one.
      const high = random.oneIn(8)
        ? number(random)
        : random.oneIn(4)
          ? (divisor - 1) >>> 0
          : number(random) % (divisor || 1);
      m.set({ rax: low, rdx: high, rbx: divisor });
      const fault = m.faultOf(DIV_EBX);
      const dividend = (BigInt(high) << 32n) | BigInt(low);
      if (divisor === 0 || dividend / BigInt(divisor) > 0xffffffffn) expect(fault?.[0]).toBe(DIVIDE_ERROR);
      else {
        const expected = [dividend / BigInt(divisor), dividend % BigInt(divisor)].map(Number);
        expect([m.get('rax'), m.get('rdx')], `${dividend} / ${divisor}`).toEqual(expected);
      }
    }
  });

  it('IDIV does too', () => {
    const m = protectedMachine(0);
    const random = new Random(2);
    for (let n = 0; n < ROUNDS; n++) {
      const divisor = number(random) | 0;
      const low = number(random);
      const high = random.oneIn(2) ? number(random) | 0 : Math.trunc(divisor / 2) - random.below(2);
      m.set({ rax: low, rdx: high, rbx: divisor });
      const fault = m.faultOf(IDIV_EBX);
      const dividend = (BigInt(high) << 32n) | BigInt(low);
      const quotient = divisor === 0 ? 1n << 32n : dividend / BigInt(divisor);
      if (quotient > 0x7fffffffn || quotient < -0x80000000n) expect(fault?.[0]).toBe(DIVIDE_ERROR);
      else {
        const expected = [quotient, dividend % BigInt(divisor)].map((value) => Number(BigInt.asUintN(32, value)));
        expect([m.get('rax'), m.get('rdx')], `${dividend} / ${divisor}`).toEqual(expected);
      }
    }
  });
});
