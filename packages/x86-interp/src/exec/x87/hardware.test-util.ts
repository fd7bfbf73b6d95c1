import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { opcodes } from '../../isa/opcodes.ts';
import { CODE, machine, type TestMachine } from '../../machine.test-util.ts';

/** What the driver reads and writes for a case: see judge/x87.c. */
const IN_BYTES = 240;
const OUT_BYTES = 240;
const STATE_BYTES = 108;
const MEMORY_BYTES = 124;
const FLAGS_AT = 232;
const AX_AT = 236;

const DRIVER = fileURLToPath(new URL('../../../judge/x87.c', import.meta.url));

/** Builds the driver. @returns a function that runs cases on this processor, or why there is none */
export function hardware(): ((cases: Uint8Array) => Uint8Array) | string {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'the processor of this machine is no x86-64 under Linux';
  const directory = mkdtempSync(join(tmpdir(), 'x87-'));
  const program = join(directory, 'x87');
  try {
    execFileSync('cc', ['-O1', '-o', program, DRIVER], { stdio: 'pipe' });
  } catch (error) {
    rmSync(directory, { recursive: true });
    return `the driver was not built: ${(error as Error).message}`;
  }
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return (cases) => execFileSync(program, { input: cases, maxBuffer: 2 ** 30 });
}

/** An instruction form: opcode and ModR/M byte; that of a memory form has its `reg` field alone. */
export interface Form {
  readonly name: string;
  readonly opcode: number;
  readonly modrm: number;
}

/** The forms of the x87 that change nothing but its state, memory and flags. */
export function forms(): Form[] {
  return opcodes()
    .filter(({ map, opcode, mnemonic }) => map === 'one-byte' && opcode >= 0xd8 && opcode <= 0xdf && mnemonic !== 'ESC')
    .map(({ opcode, modrm, digit, mnemonic, operands }) => ({
      name: `${opcode.toString(16)} ${modrm === undefined ? `/${digit}` : modrm.toString(16)} ${mnemonic} ${operands}`,
      opcode,
      modrm: modrm ?? (digit as number) << 3,
    }));
}

/** Pseudo-random numbers, always the same. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 1;
  }
  /** 32 bits, unsigned. */
  word(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return Math.imul(x, 0x9e3779b1) >>> 0;
  }
  below(n: number): number {
    return Math.floor((this.word() / 2 ** 32) * n);
  }
}

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
function value80(view: DataView, at: number, random: Random): void {
  const kind = random.below(10);
  let exp = 0x3fff - 40 + random.below(80);
  if (kind < 3) exp = EXPONENTS[random.below(EXPONENTS.length)];
  else if (kind === 3) exp = random.below(0x8000);
  let [high, low] = SIGNIFICANDS[random.below(SIGNIFICANDS.length)];
  if (random.below(3) > 0) {
    high = random.word();
    low = random.word();
    // Few bits: integers and exact results.
    if (random.below(3) === 0) {
      low = 0;
      high &= -0x100000;
    }
  }
  // Encodings without the integer bit are rare.
  if (exp !== 0 && random.below(8) > 0) high |= 0x80000000;
  view.setUint32(at, low, true);
  view.setUint32(at + 4, high, true);
  view.setUint16(at + 8, exp | (random.below(2) << 15), true);
}

// Memory operands: an 80-bit, a 64-bit or a 32-bit value, or an integer.
function operand(view: DataView, at: number, random: Random): void {
  for (let i = 0; i < MEMORY_BYTES; i += 4) view.setUint32(at + i, random.word(), true);
  switch (random.below(6)) {
    case 0:
      value80(view, at, random);
      break;
    case 1:
      view.setFloat64(at, (random.word() - 2 ** 31) * 2 ** (random.below(40) - 20), true);
      break;
    case 2:
      view.setFloat32(at, (random.word() - 2 ** 31) * 2 ** (random.below(40) - 20), true);
      break;
    case 3: {
      const exp = [0, 0, 1, 0x7fe, 0x7ff, 0x3ff][random.below(6)];
      view.setUint32(at, random.below(2) * random.word(), true);
      view.setUint32(at + 4, (random.below(2) * 0x80000000 + exp * 0x100000 + random.below(3) * 0x40000) >>> 0, true);
      break;
    }
    case 4: {
      const exp = [0, 0, 1, 0xfe, 0xff, 0x7f][random.below(6)];
      const fraction = [0, 1, 0x400000, 0x7fffff, random.below(0x800000)][random.below(5)];
      view.setUint32(at, (random.below(2) * 0x80000000 + exp * 0x800000 + fraction) >>> 0, true);
      break;
    }
    default:
      // Decimal digits.
      for (let i = 0; i < 9; i++) view.setUint8(at + i, random.below(10) * 16 + random.below(10));
  }
}

/** The arithmetic and status flags of the CPU that a case begins with. */
const CPU_FLAGS = 0x8d5;

/** Makes a case. */
export function makeCase(view: DataView, at: number, form: Form, random: Random): void {
  const { opcode, modrm } = form;
  view.setUint8(at, opcode);
  view.setUint8(at + 1, modrm);
  view.setUint32(at + 4, (random.word() & CPU_FLAGS) | 0x202, true);
  const state = at + 8;
  environment(view, state, random);
  for (let i = 0; i < 8; i++) value80(view, state + 28 + i * 10, random);
  operand(view, state + STATE_BYTES, random);
  if (isLoad(form)) {
    environment(view, state + STATE_BYTES, random);
    for (let i = 0; i < 8; i++) value80(view, state + STATE_BYTES + 28 + i * 10, random);
  }
  const exp = state + 36;
  if (opcode === 0xd9 && modrm === 0xf9 && [0x3ffd, 0x3ffe].includes(view.getUint16(exp, true) & 0x7fff)) {
    // FYL2XP1 is undefined from 0.41 on, and below -0.29: no processor is a model there.
    view.setUint16(exp, view.getUint16(exp, true) - 2, true);
  }
  if (opcode === 0xd9 && modrm === 0xfd && random.below(2) === 0) {
    // FSCALE by what may or may not be too much.
    view.setUint16(state + 46, 0x3ffe + random.below(18) + random.below(2) * 0x8000, true);
  }
  if (opcode === 0xd9 && (modrm === 0xf5 || modrm === 0xf8) && random.below(3) === 0) {
    // FPREM and FPREM1 of exponents far apart.
    view.setUint16(state + 36, 0x3fff + random.below(1000) + random.below(2) * 0x8000, true);
    view.setUint16(state + 46, 0x3fff + random.below(1000) + random.below(2) * 0x8000, true);
  }
}

function isLoad({ opcode, modrm }: Form): boolean {
  return (opcode === 0xd9 && modrm === 0x20) || (opcode === 0xdd && modrm === 0x20);
}

function environment(view: DataView, at: number, random: Random): void {
  const masks = random.below(3) > 0 ? 0x3f : random.word() & 0x3f;
  const precision = [3, 3, 3, 2, 0, 1][random.below(6)];
  view.setUint32(at, 0xffff0040 | masks | (precision << 8) | (random.below(4) << 10), true);
  const flags = (random.below(2) * random.word()) & masks;
  const stack = random.below(4) === 0 ? 0x40 : 0;
  view.setUint32(at + 4, (0xffff0000 | (random.word() & 0x7f00) | flags | stack) >>> 0, true);
  let tags = 0;
  for (let n = 0; n < 8; n++) if (random.below(6) === 0) tags |= 3 << (n * 2);
  if (random.below(3) === 0) tags = 0;
  // A push has room more often than not.
  if (random.below(2) === 0) tags |= 3 << ((((view.getUint16(at + 4, true) >> 11) + 7) & 7) * 2);
  view.setUint32(at + 8, 0xffff0000 + tags, true);
  for (let i = 12; i < 28; i += 4) view.setUint32(at + i, 0, true);
}

const STATE = 0x3000;
const OPERAND = 0x3100;
const SAVED = 0x3200;

/** Runs cases on the interpreter: FRSTOR, the instruction, FNSAVE. */
export function interpreted(cases: Uint8Array): Uint8Array {
  const m = machine();
  const out = new Uint8Array((cases.length / IN_BYTES) * OUT_BYTES);
  for (let n = 0; n * IN_BYTES < cases.length; n++) {
    runCase(m, cases.subarray(n * IN_BYTES, (n + 1) * IN_BYTES), out.subarray(n * OUT_BYTES, (n + 1) * OUT_BYTES));
  }
  return out;
}

function runCase(m: TestMachine, input: Uint8Array, output: Uint8Array): void {
  const view = new DataView(input.buffer, input.byteOffset, IN_BYTES);
  const [opcode, modrm] = input;
  const place = modrm < 0xc0 ? [modrm | 6, OPERAND & 0xff, OPERAND >> 8] : [modrm];
  m.memory.write(STATE, input.subarray(8, 8 + STATE_BYTES));
  m.memory.write(OPERAND, input.subarray(8 + STATE_BYTES, 8 + STATE_BYTES + MEMORY_BYTES));
  m.set({ rax: 0, rflags: view.getUint32(4, true) });
  m.load([
    0x66,
    0xdd,
    0x26,
    STATE & 0xff,
    STATE >> 8,
    0x66,
    opcode,
    ...place,
    0x66,
    0xdd,
    0x36,
    SAVED & 0xff,
    SAVED >> 8,
  ]);
  m.run(3);
  if (m.get('rip') !== CODE + 12 + place.length)
    throw new Error(`${opcode.toString(16)} ${modrm.toString(16)} faulted`);
  output.set(m.memory.read(SAVED, STATE_BYTES));
  output.set(m.memory.read(OPERAND, MEMORY_BYTES), STATE_BYTES);
  const result = new DataView(output.buffer, output.byteOffset, OUT_BYTES);
  result.setUint32(FLAGS_AT, m.get('rflags'), true);
  result.setUint32(AX_AT, m.get('rax') & 0xffff, true);
}

export { AX_AT, CPU_FLAGS, FLAGS_AT, IN_BYTES, OUT_BYTES, STATE_BYTES };
