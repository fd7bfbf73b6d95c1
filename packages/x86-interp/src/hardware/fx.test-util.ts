import type { Random } from '@picovm/testkit';
import type { InstructionForm } from '../isa/opcodes.ts';
import type { Case } from './case.test-util.ts';
import { FX_BYTES, IN, WINDOW, WINDOW_BYTES } from './layout.test-util.ts';
import { memoryBytes } from './operand.test-util.ts';
import { double, integer, single } from './values.test-util.ts';
import { environment, stackValue, x87Operand, x87Special } from './x87-values.test-util.ts';

/** Which of the registers beyond the general ones a form works with. */
export type FxKind = 'none' | 'x87' | 'mmx' | 'sse';

const OTHERS: Readonly<Record<string, FxKind>> = {
  WAIT: 'x87', EMMS: 'mmx', FXSAVE: 'sse', FXRSTOR: 'sse', LDMXCSR: 'sse', STMXCSR: 'sse',
}; // biome-ignore format: a table

/** @see FxKind */
export function fxKind({ map, opcode, mnemonic, operands }: InstructionForm): FxKind {
  if (map === 'one-byte' && opcode >= 0xd8 && opcode <= 0xdf) return 'x87';
  const letters = operands.map((operand) => (operand === 'STi' ? '' : operand[0])).join('');
  if (/[VWU]/.test(letters)) return 'sse';
  if (/[PQN]/.test(letters)) return 'mmx';
  return OTHERS[mnemonic] ?? 'none';
}

/** Offsets in an FXSAVE image. */
export const FX = { FCW: 0, FSW: 2, FTW: 4, MXCSR: 24, ST: 32, XMM: 160 } as const;
const XMM_REGISTERS = 8;
/** The MXCSR after reset: all exceptions masked. */
const MXCSR_RESET = 0x1f80;
const FCW_RESET = 0x37f;

/** The registers beyond the general ones: of the case, or as after reset if the form has none. */
export function fillFx(c: Case): void {
  const kind = fxKind(c.form);
  const fx = c.fx;
  c.bytes(IN.FX, FX_BYTES).fill(0);
  fx.setUint16(FX.FCW, FCW_RESET, true);
  fx.setUint32(FX.MXCSR, MXCSR_RESET, true);
  if (kind !== 'none') image(c, fx, 0);
}

function image(c: Case, fx: DataView, at: number): void {
  const { random, form } = c;
  const { fcw, fsw } = environment(random);
  fx.setUint16(at + FX.FCW, fcw, true);
  fx.setUint16(at + FX.FSW, fsw, true);
  fx.setUint8(at + FX.FTW, random.oneIn(3) ? 0xff : random.next());
  // A push has room more often than not: the register below the top is empty.
  if (random.oneIn(2)) fx.setUint8(at + FX.FTW, fx.getUint8(at + FX.FTW) & ~(1 << (((fsw >> 11) + 7) & 7)));
  fx.setUint32(at + FX.MXCSR, mxcsr(random), true);
  const kind = fxKind(form);
  for (let i = 0; i < 8; i++) {
    const register = at + FX.ST + i * 16;
    if (kind === 'mmx') vector(fx, register, 8, 'integer', random);
    if (kind === 'mmx') fx.setUint16(register + 8, random.oneIn(3) ? random.next() : 0xffff, true);
    else stackValue(fx, register, random);
  }
  if (kind === 'x87') x87Special(form, fx, at + FX.ST, random);
  for (let i = 0; i < XMM_REGISTERS; i++) vector(fx, at + FX.XMM + i * 16, 16, elementOf(form), random);
}

// Rounding, FZ, DAZ, masks and flags.
function mxcsr(random: Random): number {
  const masks = random.oneIn(2) ? 0x1f80 : random.next() & 0x1f80;
  const control = (random.below(4) << 13) | (random.oneIn(4) ? 0x8000 : 0) | (random.oneIn(4) ? 0x40 : 0);
  return masks | control | (random.oneIn(3) ? random.next() & 0x3f : 0);
}

type Element = 'integer' | 'single' | 'double' | 'bits';

// What the elements of a vector are to the instruction.
function elementOf({ mnemonic, operands }: InstructionForm): Element {
  if (/^CVT(T?P|T?S)S2|^CVTT?PS2/.test(mnemonic)) return 'single';
  if (/^CVTT?[PS]D2/.test(mnemonic)) return 'double';
  if (/^CVT/.test(mnemonic)) return 'integer';
  if (/[PS]S$/.test(mnemonic) && operands.some((operand) => /^[VWU](ps|ss)$/.test(operand))) return 'single';
  if (/[PS]D$/.test(mnemonic) && operands.some((operand) => /^[VWU](pd|sd)$/.test(operand))) return 'double';
  return 'integer';
}

function vector(view: DataView, at: number, bytes: number, kind: Element, random: Random): void {
  const element = random.oneIn(8) ? 'bits' : kind;
  for (let i = 0; i < bytes; i += element === 'double' ? 8 : 4) {
    if (element === 'double') {
      const [high, low] = double(random);
      view.setUint32(at + i, low, true);
      view.setUint32(at + i + 4, high, true);
    } else {
      const value = element === 'single' ? single(random) : element === 'integer' ? packed(random) : random.next();
      view.setUint32(at + i, value, true);
    }
  }
}

// Corners of bytes, words and double words.
function packed(random: Random): number {
  if (random.oneIn(2)) return integer(random);
  if (random.oneIn(2)) return (integer(random) << 16) | (integer(random) & 0xffff);
  let value = 0;
  for (let i = 0; i < 4; i++) value = (value << 8) | random.pick([0, 1, 0x7f, 0x80, 0x81, 0xff, random.next() & 0xff]);
  return value >>> 0;
}

/** The memory operand of an instruction that works with these registers. */
export function fillOperand(c: Case): void {
  const { form, random } = c;
  const kind = fxKind(form);
  if (kind === 'none') return;
  const bytes = memoryBytes(form, c.size);
  const at = c.target - WINDOW;
  // What is filled is a double word at least.
  if (at < 0 || at + Math.max(bytes, 4) > WINDOW_BYTES) return;
  const all = c.bytes(IN.WINDOW, WINDOW_BYTES);
  const window = new DataView(all.buffer, all.byteOffset, WINDOW_BYTES);
  if (form.mnemonic === 'FXRSTOR') {
    image(c, window, at);
    if (random.oneIn(16)) window.setUint16(at + FX.MXCSR + 2, random.next(), true);
  } else if (form.mnemonic === 'LDMXCSR') {
    window.setUint32(at, random.oneIn(16) ? random.next() : mxcsr(random), true);
  } else if (kind === 'x87') {
    x87Operand(form, window, at, c.operand32, random);
  } else {
    vector(window, at, Math.max(bytes & -4, 4), elementOf(form), random);
  }
}
