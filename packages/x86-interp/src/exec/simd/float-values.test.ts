import { describe, expect, test } from 'vitest';
import {
  DAZ,
  DE,
  double,
  doubles,
  execute,
  floatMachine,
  hex,
  IE,
  OPERAND,
  PE,
  RESET,
  ROUNDING,
  single,
  singles,
  UE,
  withMemory,
  withRegisters,
} from './float.test-util.ts';

const m = floatMachine();
const QNAN = 0x7fc00005;
const SNAN = 0x7f800003;
const DENORMAL = 0x80000001;
const MINUS_ZERO = 0x80000000;
const ONE = single(1);

function packed(name: string, a: Uint8Array, b: Uint8Array, mxcsr = RESET): [string, number] {
  const after = execute(m, withRegisters(name, 'V,W', 0, 1), { mxcsr, xmm: [a, b] });
  expect(after.fault).toBeUndefined();
  return [after.xmm0, after.mxcsr & 0x3f];
}

function scalar(name: string, a: number, b: number, mxcsr = RESET): [number, number] {
  const [xmm0, flags] = packed(`${name}SS`, singles(a), singles(b), mxcsr);
  return [Number.parseInt(xmm0.slice(-8), 16), flags];
}

describe('of two NaNs', () => {
  test.each(['ADD', 'SUB', 'MUL', 'DIV'])('%sSS gives the first one, quiet', (name) => {
    expect(scalar(name, 0xffc00001, QNAN)).toEqual([0xffc00001, 0]);
    expect(scalar(name, QNAN, 0xffc00001)).toEqual([QNAN, 0]);
    expect(scalar(name, QNAN, SNAN)).toEqual([QNAN, IE]);
    expect(scalar(name, SNAN, QNAN)).toEqual([SNAN | 0x400000, IE]);
    expect(scalar(name, ONE, SNAN)).toEqual([SNAN | 0x400000, IE]);
    // A NaN is looked at before a denormal operand is.
    expect(scalar(name, DENORMAL, QNAN)).toEqual([QNAN, 0]);
  });

  test.each(['MIN', 'MAX'])('%sSS gives the second operand as it is, as it does for one NaN, and for zeros', (name) => {
    expect(scalar(name, QNAN, SNAN)).toEqual([SNAN, IE]);
    expect(scalar(name, SNAN, QNAN)).toEqual([QNAN, IE]);
    expect(scalar(name, QNAN, ONE)).toEqual([ONE, IE]);
    expect(scalar(name, ONE, QNAN)).toEqual([QNAN, IE]);
    expect(scalar(name, 0, MINUS_ZERO)).toEqual([MINUS_ZERO, 0]);
    expect(scalar(name, MINUS_ZERO, 0)).toEqual([0, 0]);
    expect(scalar(name, DENORMAL, DENORMAL)).toEqual([DENORMAL, DE]);
  });
});

describe('a denormal operand', () => {
  test('is a number, or with DAZ a zero', () => {
    expect(scalar('MUL', DENORMAL, single(2 ** 127))).toEqual([single(-(2 ** -22)), DE]);
    expect(scalar('MUL', DENORMAL, single(2 ** 127), RESET | DAZ)).toEqual([MINUS_ZERO, 0]);
    expect(scalar('MIN', ONE, DENORMAL, RESET | DAZ)).toEqual([MINUS_ZERO, 0]);
    expect(scalar('DIV', ONE, DENORMAL, RESET | DAZ)).toEqual([0xff800000, 4]);
  });

  test.each(['ADD', 'SUB', 'MUL', 'DIV', 'MIN', 'MAX', 'SQRT'])('is reported wherever it is: %s', (name) => {
    const lanes = { PS: 4, SS: 1, PD: 2, SD: 1 } as const;
    for (const [type, count] of Object.entries(lanes)) {
      const isSingle = type[1] === 'S';
      for (let n = 0; n < count * 2; n++) {
        // The first operand of a root is not looked at.
        if (name === 'SQRT' && n < count) continue;
        const [a, b] = [0, count].map((first) =>
          isSingle
            ? singles(...[0, 1, 2, 3].map((i) => (i + first === n ? 0x7fffff : single(2 ** (40 * i)))))
            : doubles(...[0, 1].map((i) => (i + first === n ? 0xfffffffffffffn : double(3 ** i)))),
        );
        for (const mxcsr of [RESET, RESET | PE, RESET | ROUNDING.up]) {
          expect(packed(name + type, a, b, mxcsr)[1] & DE, `${type}, element ${n}`).toBe(DE);
          expect(packed(name + type, a, b, mxcsr | DAZ)[1] & DE, `${type}, element ${n}, DAZ`).toBe(0);
        }
      }
    }
  });

  test('is not reported by conversions to integers, but rounded', () => {
    const convert = (mxcsr: number): [number, number] => {
      const after = execute(m, withRegisters('CVTSS2SI', 'G,W', 0, 0), { mxcsr, xmm: [singles(DENORMAL)] });
      return [m.get('rax') | 0, after.mxcsr & 0x3f];
    };
    expect(convert(RESET)).toEqual([0, PE]);
    expect(convert(RESET | ROUNDING.down)).toEqual([-1, PE]);
    expect(convert(RESET | ROUNDING.down | DAZ)).toEqual([0, 0]);
  });
});

describe('a result that is tiny only before it is rounded', () => {
  const below = 0x3f7fffff;
  const min = 0x00800000;
  const belowDouble = 0x3fefffffffffffffn;
  const minDouble = 0x0010000000000000n;

  test.each([RESET, RESET | PE])('is an underflow, in each element: MXCSR %i', (mxcsr) => {
    for (let lane = 0; lane < 4; lane++) {
      const [a, b] = [below, min].map((bits) => singles(...[0, 1, 2, 3].map((i) => (i === lane ? bits : ONE))));
      expect(packed('MULPS', a, b, mxcsr)).toEqual([hex(b), UE | PE]);
      if (lane === 0) expect(packed('MULSS', a, b, mxcsr)).toEqual([hex(b), UE | PE]);
    }
    for (let lane = 0; lane < 2; lane++) {
      const operands = [belowDouble, minDouble, double(2 ** -126 * (1 - 2 ** -24))];
      const [a, b, c] = operands.map((bits) => doubles(...[0, 1].map((i) => (i === lane ? bits : double(1)))));
      expect(packed('MULPD', a, b, mxcsr)).toEqual([hex(b), UE | PE]);
      if (lane === 0) expect(packed('MULSD', a, b, mxcsr)).toEqual([hex(b), UE | PE]);
      const narrow = singles(...[0, 1].map((i) => (i === lane ? min : ONE)));
      expect(packed('CVTPD2PS', a, c, mxcsr)).toEqual([hex(narrow), UE | PE]);
      if (lane === 0) expect(packed('CVTSD2SS', doubles(), c, mxcsr)).toEqual([hex(singles(min)), UE | PE]);
    }
  });
});

describe('comparisons', () => {
  test.each([
    ['COMISS', 2, 1, 0, 0],
    ['COMISS', 1, 2, 0x01, 0],
    ['COMISS', 1, 1, 0x40, 0],
    ['COMISS', 1, Number.NaN, 0x45, IE],
    ['UCOMISS', Number.NaN, 1, 0x45, 0],
    ['UCOMISS', Number.POSITIVE_INFINITY, 1, 0, 0],
    ['UCOMISS', 0, -0, 0x40, 0],
  ])('%s of %d and %d sets the flags', (name, a, b, flags, exceptions) => {
    m.set({ rflags: 0x8d7 });
    const code = withRegisters(name, 'V,W', 0, 1);
    const after = execute(m, code, { xmm: [singles(single(a)), singles(single(b))] });
    expect(m.get('rflags') & 0x8d5).toBe(flags);
    expect(after.mxcsr & 0x3f).toBe(exceptions);
  });

  test('have eight predicates, of which half say that a quiet NaN is invalid', () => {
    const a = singles(ONE, single(2), ONE, QNAN);
    const b = singles(single(2), ONE, ONE, ONE);
    const results = Array.from({ length: 16 }, (_, predicate) => {
      const after = execute(m, withRegisters('CMPPS', 'V,W,I', 0, 1, predicate), { xmm: [a, b] });
      return [after.xmm0.replace(/(.)\1{7}/g, '$1'), after.mxcsr & 0x3f];
    });
    // The highest digit is that of the NaN; of the others: equal, greater, less.
    const expected = [
      ['0f00', 0],
      ['000f', IE],
      ['0f0f', IE],
      ['f000', 0],
      ['f0ff', 0],
      ['fff0', IE],
      ['f0f0', IE],
      ['0fff', 0],
    ];
    // Only three bits of the predicate count.
    expect(results).toEqual([...expected, ...expected]);
  });
});

describe('conversions to integers', () => {
  const convert = (name: string, value: number, mxcsr = RESET): [number, number] => {
    const after = execute(m, withRegisters(name, 'G,W', 0, 0), { mxcsr, xmm: [doubles(double(value))] });
    return [m.get('rax') | 0, after.mxcsr & 0x3f];
  };

  test('round as MXCSR says, or towards zero', () => {
    const values = [2.5, -2.5, 3.5, -0.1, 2147483647];
    const all = (name: string, mode: number): number[] => values.map((value) => convert(name, value, RESET | mode)[0]);
    expect(all('CVTSD2SI', ROUNDING.nearest)).toEqual([2, -2, 4, 0, 2147483647]);
    expect(all('CVTSD2SI', ROUNDING.down)).toEqual([2, -3, 3, -1, 2147483647]);
    expect(all('CVTSD2SI', ROUNDING.up)).toEqual([3, -2, 4, 0, 2147483647]);
    expect(all('CVTSD2SI', ROUNDING.zero)).toEqual([2, -2, 3, 0, 2147483647]);
    expect(all('CVTTSD2SI', ROUNDING.up)).toEqual([2, -2, 3, 0, 2147483647]);
  });

  test('are invalid out of range, which rounding decides', () => {
    const indefinite = -(2 ** 31);
    expect(convert('CVTSD2SI', 2147483647.5)).toEqual([indefinite, IE]);
    expect(convert('CVTTSD2SI', 2147483647.5)).toEqual([2147483647, PE]);
    expect(convert('CVTSD2SI', 2147483647.4999)).toEqual([2147483647, PE]);
    expect(convert('CVTSD2SI', -2147483648.5)).toEqual([indefinite, PE]);
    expect(convert('CVTSD2SI', -2147483648.6)).toEqual([indefinite, IE]);
    expect(convert('CVTSD2SI', -2147483648)).toEqual([indefinite, 0]);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
      expect(convert('CVTTSD2SI', value)).toEqual([indefinite, IE]);
    }
  });

  test('clear the upper half of an XMM register, as CVTPD2PS does', () => {
    const values = doubles(double(-3), double(7));
    expect(packed('CVTPD2DQ', singles(1, 2, 3, 4), values)[0]).toBe(hex(singles(0xfffffffd, 7)));
    expect(packed('CVTTPD2DQ', singles(1, 2, 3, 4), values)[0]).toBe(hex(singles(0xfffffffd, 7)));
    expect(packed('CVTPD2PS', singles(1, 2, 3, 4), values)[0]).toBe(hex(singles(single(-3), single(7))));
  });
});

describe('elements', () => {
  const a = singles(...[1, 2, 4, 8].map(single));
  const b = singles(...[16, 32, 64, 128].map(single));
  const c = doubles(double(1), double(2));
  const d = doubles(double(16), double(32));

  test.each([
    ['HADDPS', a, b, singles(...[3, 12, 48, 192].map(single))],
    ['HSUBPS', a, b, singles(...[-1, -4, -16, -64].map(single))],
    ['ADDSUBPS', a, b, singles(...[-15, 34, -60, 136].map(single))],
    ['HADDPD', c, d, doubles(double(3), double(48))],
    ['HSUBPD', c, d, doubles(double(-1), double(-16))],
    ['ADDSUBPD', c, d, doubles(double(-15), double(34))],
  ])('of %s', (name, first, second, result) => {
    for (const mxcsr of [RESET, RESET | PE, RESET | ROUNDING.up]) {
      expect(packed(name, first, second, mxcsr)[0]).toBe(hex(result));
    }
    // With the same register twice.
    const after = execute(m, withRegisters(name, 'V,W', 0, 0), { xmm: [first] });
    expect(after.xmm0).toBe(packed(name, first, first)[0]);
  });

  test('of a scalar operation with memory: only the lowest is read, and changed', () => {
    m.memory.write(OPERAND, new Uint8Array(16).fill(0xff));
    m.memory.writeU32(OPERAND, single(0.5));
    const after = execute(m, withMemory('ADDSS', 'V,W', 0, OPERAND), { xmm: [a] });
    expect(after.xmm0).toBe(hex(singles(...[1.5, 2, 4, 8].map(single))));
    expect(execute(m, withMemory('SQRTSS', 'V,W', 0, OPERAND), { xmm: [a] }).xmm0).toBe(
      hex(singles(...[Math.SQRT1_2, 2, 4, 8].map(single))),
    );
  });
});

describe('approximations', () => {
  const numberOf = (bits: number): number => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, bits);
    return view.getFloat32(0);
  };
  const approximate = (name: string, ...bits: number[]): number[] => {
    const [xmm0, flags] = packed(name, singles(), singles(...bits));
    expect(flags).toBe(0);
    return [3, 2, 1, 0].map((i) => Number.parseInt(xmm0.slice(i * 8, i * 8 + 8), 16));
  };

  test('are within 1.5 × 2^-12 of the value', () => {
    let worst = 0;
    // Both ends of two intervals at a time.
    for (let fraction = 0; fraction < 2 ** 23; fraction += 0x2000) {
      for (const exp of [0x3f800000, 0x40000000]) {
        const inputs = [0, 0xfff, 0x1000, 0x1fff].map((offset) => exp + fraction + offset);
        const reciprocals = approximate('RCPPS', ...inputs);
        const roots = approximate('RSQRTPS', ...inputs);
        inputs.forEach((bits, i) => {
          const x = numberOf(bits);
          const error = Math.abs(numberOf(reciprocals[i]) * x - 1);
          const rootError = Math.abs(numberOf(roots[i]) * Math.sqrt(x) - 1);
          worst = Math.max(worst, error, rootError);
        });
      }
    }
    expect(worst).toBeLessThanOrEqual(1.5 * 2 ** -12);
    expect(worst).toBeGreaterThan(2 ** -12);
  });

  test('raise nothing, and take denormals as zeros', () => {
    const infinity = 0x7f800000;
    expect(approximate('RCPPS', 0, DENORMAL, infinity, SNAN)).toEqual([infinity, 0xff800000, 0, SNAN | 0x400000]);
    expect(approximate('RCPPS', single(2 ** 126), 0xff000000, 0x7e7fffff, ONE)).toEqual([
      0, 0x80000000, 0x00800000, 0x3f7ff000,
    ]);
    expect(approximate('RSQRTPS', 0, DENORMAL, infinity, SNAN)).toEqual([infinity, 0xff800000, 0, SNAN | 0x400000]);
    expect(approximate('RSQRTPS', single(-1), 0xff800000, MINUS_ZERO, ONE)).toEqual([
      0xffc00000, 0xffc00000, 0xff800000, 0x3f7ff000,
    ]);
    const after = execute(m, withRegisters('RCPSS', 'V,W', 0, 1), {
      mxcsr: 0,
      xmm: [singles(9, 8, 7, 6), singles(SNAN, 1, 2, 3)],
    });
    expect(after).toMatchObject({ fault: undefined, mxcsr: 0, xmm0: hex(singles(SNAN | 0x400000, 8, 7, 6)) });
  });
});
