import {
  AX_AT,
  CPU_FLAGS,
  FLAGS_AT,
  type Form,
  forms,
  IN_BYTES,
  interpreted,
  makeCase,
  OUT_BYTES,
  Random,
  STATE_BYTES,
} from './hardware.test-util.ts';

/** What a form gives that the processor of this machine does not. */
export interface Difference {
  readonly form: string;
  readonly what: string;
}

/** Results of these differ by a unit in the last place from one processor to the next, and so does C1. */
const TRANSCENDENTAL = /F2XM1|FYL2X|FPTAN|FPATAN|FSIN|FCOS/;
/** C1 after a comparison to the flags: Intel's manual says 0 (volume 2, FCOMI), AMD's processors leave it. */
const C1_IS_LEFT = /F(U)?COMI/;
const C1 = 0x200;
const REGISTERS_AT = 28;

/**
 * Compares `count` cases of each form with the processor: registers, control, status and tag word, memory, flags and AX. The
 * pointers (bytes 12 to 27) are not compared: processors of today keep them for failed instructions alone, or not at all.
 */
export function differences(
  hardware: (cases: Uint8Array) => Uint8Array,
  count: number,
  seed: number,
  only: RegExp = /./,
): Difference[] {
  const found: Difference[] = [];
  for (const form of forms()) {
    if (!only.test(form.name)) continue;
    const random = new Random(seed * 7919 + form.opcode * 256 + form.modrm);
    const cases = new Uint8Array(count * IN_BYTES);
    const view = new DataView(cases.buffer);
    for (let n = 0; n < count; n++) makeCase(view, n * IN_BYTES, form, random);
    const expected = hardware(cases);
    const got = interpreted(cases);
    for (let n = 0; n < count; n++) {
      const what = compare(form, part(expected, n, OUT_BYTES), part(got, n, OUT_BYTES));
      if (what !== '') found.push({ form: form.name, what: `${what}; case ${hex(part(cases, n, IN_BYTES))}` });
    }
  }
  return found;
}

function part(bytes: Uint8Array, n: number, size: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + n * size, size);
}

function compare({ name }: Form, expected: DataView, got: DataView): string {
  const wrong: string[] = [];
  const check = (what: string, at: number, mask: number): void => {
    const e = expected.getUint16(at, true) & mask;
    const g = got.getUint16(at, true) & mask;
    if (e !== g) wrong.push(`${what} ${g.toString(16)}, not ${e.toString(16)}`);
  };
  const loose = TRANSCENDENTAL.test(name);
  check('FCW', 0, 0xffff);
  check('FSW', 4, loose || C1_IS_LEFT.test(name) ? 0xffff & ~C1 : 0xffff);
  // A result next to the smallest normal number is normal or not.
  if (!loose) check('FTW', 8, 0xffff);
  check('flags', FLAGS_AT, CPU_FLAGS);
  check('AX', AX_AT, 0xffff);
  for (let i = 0; i < 8; i++) {
    const at = REGISTERS_AT + i * 10;
    const distance = place(got, at) - place(expected, at);
    const allowed = loose && i < 2 ? 1n : 0n;
    if (distance > allowed || distance < -allowed) {
      wrong.push(`ST(${i}) ${digits(got, at)}, not ${digits(expected, at)}`);
    }
  }
  const pointers = /STENV|NSAVE/.test(name);
  for (let at = STATE_BYTES; at < FLAGS_AT; at += 2) {
    const inPointers = at >= STATE_BYTES + 12 && at < STATE_BYTES + REGISTERS_AT;
    if (!pointers || !inPointers) check(`memory at ${at - STATE_BYTES}`, at, 0xffff);
  }
  return wrong.join(', ');
}

/** The place of a value in the order of all that have its sign. Encodings that are no numbers are far from all others. */
function place(view: DataView, at: number): bigint {
  const significand = view.getBigUint64(at, true);
  const signExp = view.getUint16(at + 8, true);
  const exp = signExp & 0x7fff;
  const integer = significand >> 63n;
  let magnitude = BigInt(exp) * 2n ** 64n + significand;
  // The largest denormal and the smallest normal number are neighbours, as 1.11…1 and 10.00…0 are.
  if (exp === 0 || integer === 1n) magnitude = BigInt(exp === 0 ? 1 : exp) * 2n ** 63n + significand - 2n ** 63n;
  else magnitude += 2n ** 90n;
  // A pseudo-denormal has the value of a normal number, but is not the same.
  if (exp === 0 && integer === 1n) magnitude += 2n ** 95n;
  return signExp >= 0x8000 ? -magnitude - 2n ** 100n : magnitude;
}

function digits(view: DataView, at: number): string {
  return `${view.getUint16(at + 8, true).toString(16)}:${view.getBigUint64(at, true).toString(16).padStart(16, '0')}`;
}

function hex(view: DataView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('hex');
}
