import type { Random } from '@picovm/testkit';
import type { InstructionForm } from '../isa/opcodes.ts';
import { double, integer, single } from './values.test-util.ts';

const EXPONENTS = [0, 0, 1, 2, 0x3fbf, 0x3ffe, 0x3fff, 0x4000, 0x401e, 0x403d, 0x403e, 0x7ffe, 0x7fff, 0x7fff];
const SIGNIFICANDS: readonly (readonly [number, number])[] = [
  [0x80000000, 0],
  [0xc0000000, 0],
  [0xffffffff, 0xffffffff],
  [0x80000000, 1],
  [0, 0],
  [0, 1],
  [0x40000000, 0],
  [0x7fffffff, 0xffffffff],
  [0xa0000000, 0x12345678],
];

/** Puts an 80-bit value at `at`: ordinary or special ones. */
export function stackValue(view: DataView, at: number, random: Random): void {
  const kind = random.below(10);
  let exp = 0x3fff - 40 + random.below(80);
  if (kind < 3) exp = random.pick(EXPONENTS);
  else if (kind === 3) exp = random.below(0x8000);
  let [high, low] = random.pick(SIGNIFICANDS);
  if (random.below(3) > 0) {
    high = random.next();
    low = random.next();
    // Few bits: integers and exact results.
    if (random.oneIn(3)) {
      low = 0;
      high &= -0x100000;
    }
  }
  // Encodings without the integer bit are rare.
  if (exp !== 0 && !random.oneIn(8)) high |= 0x80000000;
  view.setUint32(at, low, true);
  view.setUint32(at + 4, high, true);
  view.setUint16(at + 8, exp | (random.below(2) << 15), true);
}

/** A control and a status word: any precision and rounding; errors are pending at times. */
export function environment(random: Random): { fcw: number; fsw: number } {
  const masks = random.below(3) > 0 ? 0x3f : random.next() & 0x3f;
  const precision = random.pick([3, 3, 3, 2, 0, 1]);
  const flags = random.next() & 0x3f & (random.oneIn(2) ? 0 : random.oneIn(12) ? -1 : masks);
  const pending = (flags & ~masks) === 0 ? 0 : 0x8080;
  const stack = random.oneIn(4) ? 0x40 : 0;
  return {
    fcw: 0x40 | masks | (precision << 8) | (random.below(4) << 10),
    fsw: (random.next() & 0x7f00) | flags | stack | pending,
  };
}

/** Moves the values of ST(0) and ST(1) into the domain of an instruction. @param st where ST(0) is, 16 bytes each */
export function x87Special({ opcode, modrm }: InstructionForm, view: DataView, st: number, random: Random): void {
  if (opcode !== 0xd9 || modrm === undefined) return;
  if (modrm === 0xf9 && [0x3ffd, 0x3ffe].includes(view.getUint16(st + 8, true) & 0x7fff)) {
    // FYL2XP1 is undefined from 0.41 on, and below -0.29: no processor is a model there.
    view.setUint16(st + 8, view.getUint16(st + 8, true) - 2, true);
  }
  if (modrm === 0xfd && random.oneIn(2)) {
    // FSCALE by what may or may not be too much.
    view.setUint16(st + 24, 0x3ffe + random.below(18) + random.below(2) * 0x8000, true);
  }
  if ((modrm === 0xf5 || modrm === 0xf8) && random.oneIn(3)) {
    // FPREM and FPREM1 of exponents far apart.
    view.setUint16(st + 8, 0x3fff + random.below(1000) + random.below(2) * 0x8000, true);
    view.setUint16(st + 24, 0x3fff + random.below(1000) + random.below(2) * 0x8000, true);
  }
}

/** The operand in memory: a real number of its format, an integer, decimal digits, or an environment. */
export function x87Operand(
  { mnemonic, operands }: InstructionForm,
  view: DataView,
  at: number,
  wide: boolean,
  random: Random,
): void {
  if (mnemonic === 'FLDENV' || mnemonic === 'FRSTOR') {
    savedEnvironment(view, at, wide, random);
    return;
  }
  const type = operands.find((operand) => operand[0] === 'M')?.slice(1);
  if (mnemonic.startsWith('FI')) {
    if (type === 'w') view.setUint16(at, integer(random), true);
    else view.setUint32(at, integer(random), true);
    if (type === 'q' && random.oneIn(3)) view.setInt32(at + 4, view.getInt32(at, true) >> 31, true);
    return;
  }
  if (random.oneIn(6)) return;
  if (mnemonic === 'FBLD') {
    for (let i = 0; i < 9; i++) view.setUint8(at + i, random.below(10) * 16 + random.below(10));
  } else if (type === 't') {
    stackValue(view, at, random);
  } else if (type === 'q') {
    const [high, low] = double(random);
    view.setUint32(at, low, true);
    view.setUint32(at + 4, high, true);
  } else if (type === 'd') {
    view.setUint32(at, single(random), true);
  } else if (mnemonic === 'FLDCW') {
    view.setUint16(at, environment(random).fcw, true);
  }
}

// Words, or double words whose upper halves are ones. The pointers are zero.
function savedEnvironment(view: DataView, at: number, wide: boolean, random: Random): void {
  const { fcw, fsw } = environment(random);
  let tags = 0;
  for (let n = 0; n < 8; n++) if (random.oneIn(6)) tags |= 3 << (n * 2);
  if (random.oneIn(3)) tags = 0;
  const bytes = wide ? 4 : 2;
  for (let i = 0; i < 7 * bytes; i++) view.setUint8(at + i, 0);
  [fcw, fsw, tags].forEach((word, n) => {
    if (wide) view.setUint32(at + n * 4, (0xffff0000 | word) >>> 0, true);
    else view.setUint16(at + n * 2, word, true);
  });
  for (let i = 0; i < 8; i++) {
    const register = at + 7 * bytes + i * 10;
    if (register + 10 <= view.byteLength) stackValue(view, register, random);
  }
}
