import type { GuestCase } from '../harness/guest-case.ts';
import { dword, words } from '../harness/words.ts';

/** x87, MMX, SSE and SSE2: Intel SDM volume 1, chapters 8 to 11. */
export const floatAndVector: readonly GuestCase[] = [
  {
    name: 'x87',
    about: 'constants, roundings, exceptions, comparisons, transcendental functions of exact arguments',
    needs: ['x87'],
    expect: {
      pushed: [
        ['1 / 0: ZE; 0 / 0: IE', 4, 1],
        ['0 < 1; 1 = 1; FXAM of 0', 0x100, 0x4000, 0x4000],
        ['TOP', 0],
      ],
      memory: [
        [0x4000, [...hex('35c26821a2da0fc9'), 0x00, 0x40]], // pi
        [0x4010, [...doubles(1 / 3), ...floats(Math.SQRT2)]],
        [0x4020, [...hex('8464def933f304b5'), 0xff, 0x3f]],
        // 2.5 and -2.5: to the nearest, down, up, towards 0.
        [0x4030, words(2, 0xfffe, 2, 0xfffd, 3, 0xfffe, 2, 0xfffe)],
        [0x4040, hex('67452301000000000080')],
        [0x4050, [...words(0, 0x7f80, 0, 0xffc0), ...doubles(1)]],
        [0x4060, [...hex('35c26821a2da0fc9'), 0xfe, 0x3f]], // pi / 4
        [0x4070, doubles(1, 1)],
        [0x4080, words(1, 1, 1, 0x37f)],
      ],
    },
  },
  {
    name: 'mmx',
    about: 'integers that wrap and saturate, comparisons, packs, shifts, and what the x87 sees of it',
    needs: ['mmx', 'x87'],
    expect: {
      pushed: [
        ['movd', ...dword(0xff01807f)],
        ['the significand, the exponent, the tags', ...dword(0xff01807f), 0xffff, 0x56aa],
        ['after emms', 0xffff],
      ],
      memory: [
        [0x4000, hex('800000fe20501010')], // paddb
        [0x4008, hex('7f8000fe20501010')],
        [0x4010, hex('80ffffff2050ff10')],
        [0x4018, hex('7e0002ff00f0d00e')], // psubsw
        [0x4020, hex('7e0000000000d00e')],
        [0x4028, hex('7f00ff00000100ee')], // pmullw
        [0x4030, hex('c03f000005061100')],
        [0x4038, hex('7e01c03f00ef1606')], // pmaddwd
        [0x4040, hex('00ff00ffff000000')],
        [0x4048, hex('ffff00000000ffff')],
        [0x4050, hex('80807f7f80ff7f7f')], // packsswb
        [0x4058, hex('0000ffff0000ffff')],
        [0x4060, hex('7f01808001ffffff')],
        [0x4068, hex('10201030f00f2001')],
        [0x4070, hex('018001ff10202001')], // pand
        [0x4078, hex('0000fe0000100000')],
        [0x4080, hex('7e00fe000010d00e')],
        [0x4088, hex('f80308f88000807f')], // psllw 3
        [0x4090, hex('07f8f0ff0102ff00')],
        [0x4098, hex('f00f0102ff000000')],
        [0x40a0, hex('7f8001ff00000000')],
      ],
    },
  },
  {
    name: 'sse',
    about: 'SSE and SSE2: arithmetic, roundings, exceptions, conversions, shuffles, integers, FXSAVE',
    needs: ['sse'],
    expect: {
      pushed: [
        ['movmskps', ...dword(6)],
        ['2.5: to the nearest, down, up, towards 0; cut', 2, 2, 3, 2, 2],
        ['1 < 2: CF', 1],
        ['pmovmskb', 0x3f80],
        ['movaps, not aligned', 13],
        ['MXCSR', ...dword(0x1f80)],
        ['XMM7', ...dword(0x01000000)],
      ],
      memory: [
        [0x4000, floats(3, -6, -6, 16.5)],
        [0x4010, floats(2, -16, 8, 8)],
        [0x4020, floats(0.5, -0.25, 2, 32)],
        [0x4030, floats(1, -8, -4, 0.5)],
        [0x4040, floats(-1, 2, -4, 16)],
        [0x4050, hex('ffffffff00000000ffffffff00000000')],
        [0x4060, [...floats(1, Math.SQRT2), 0x00, 0x00, 0xc0, 0xff, ...floats(4)]],
        [0x4070, floats(16, -4, -8, 2)],
        [0x4080, [...floats(Number.POSITIVE_INFINITY), 0xa4, 0x1f, 0, 0]], // ZE, and PE of what was cut
        [0x4090, doubles(1.75, 99.75)],
        [0x40a0, floats(1.75, 99.75, 0, 0)],
        [0x40b0, doubles(1, -2)],
        [0x40c0, hex('02000000fcfffffffeffffff08000000')],
        [0x40d0, hex('04000000ffffff7ffeffffff01000000')],
        [0x40e0, hex('00000001000000feffffffffffff7f04')],
      ],
    },
  },
];

function hex(text: string): number[] {
  return [...Buffer.from(text, 'hex')];
}

function floats(...values: number[]): number[] {
  return [...new Uint8Array(Float32Array.from(values).buffer)];
}

function doubles(...values: number[]): number[] {
  return [...new Uint8Array(Float64Array.from(values).buffer)];
}
