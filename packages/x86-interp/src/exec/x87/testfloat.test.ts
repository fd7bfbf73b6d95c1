import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { absent, filesIn, VECTORS } from '../../conformance/data.test-util.ts';
import { machine } from '../../machine.test-util.ts';

// The extF80 vectors of Berkeley TestFloat 3e through the instructions: a program
// loads the control word and the operands, executes, and stores result and flags.

const ROUNDINGS: Record<string, number> = { near_even: 0, min: 0x400, max: 0x800, minMag: 0xc00 };
const PRECISIONS: Record<string, number> = { pc32: 0, pc64: 0x200 };
/** The flags of the status word, and those of the vectors. */
const FLAGS = [
  [0x20, 1],
  [0x10, 2],
  [8, 4],
  [4, 8],
  [1, 16],
] as const;
/** ST(0) is the second operand's name: a is ST(1), b is ST(0), of one operand ST(0). */
const OPERATIONS: Record<string, readonly number[]> = {
  add: [0xde, 0xc1],
  sub: [0xde, 0xe9],
  mul: [0xde, 0xc9],
  div: [0xde, 0xf9],
  sqrt: [0xd9, 0xfa],
  roundToInt: [0xd9, 0xfc],
};
/** FSTP or FISTP to memory at 2020h, of the format's name. */
const STORES: Record<string, readonly [modrm: number[], bytes: number]> = {
  to_f32: [[0xd9, 0x1e], 4],
  to_f64: [[0xdd, 0x1e], 8],
  to_i32: [[0xdb, 0x1e], 4],
  to_i64: [[0xdf, 0x3e], 8],
};
const A = 0x2000;
const B = 0x2010;
const RESULT = 0x2020;
const CONTROL = 0x2030;

function at(address: number): [number, number] {
  return [address & 0xff, address >> 8];
}

/** FNINIT; FLDCW; FLD a; FLD b; FNCLEX; the operation; FNSTSW AX; FSTP. */
function program(operation: string, operands: number): { code: number[]; steps: number; bytes: number } {
  const second = operands === 2 ? [0xdb, 0x2e, ...at(B)] : [];
  const store = STORES[operation];
  const act = store === undefined ? (OPERATIONS[operation] as number[]) : [...store[0], ...at(RESULT)];
  const end = store === undefined ? [0xdb, 0x3e, ...at(RESULT)] : [];
  return {
    code: [
      0xdb,
      0xe3,
      0xd9,
      0x2e,
      ...at(CONTROL),
      0xdb,
      0x2e,
      ...at(A),
      ...second,
      0xdb,
      0xe2,
      ...act,
      0xdf,
      0xe0,
      ...end,
    ],
    steps: 6 + (operands === 2 ? 1 : 0) + (store === undefined ? 1 : 0),
    bytes: store === undefined ? 10 : store[1],
  };
}

const files = filesIn(VECTORS, /^extF80_(add|sub|mul|div|sqrt|roundToInt|to_[fi]\d+)\./);

test('the vectors of TestFloat through x87 instructions', { timeout: 300_000 }, (context) => {
  context.skip(files.length === 0, absent(VECTORS));
  const m = machine();
  const wrong: string[] = [];
  let count = 0;
  for (const file of files) {
    const [name, ...settings] = file.replace('.txt.gz', '').split('.');
    const operation = name.replace('extF80_', '');
    const precision = PRECISIONS[settings.find((word) => word in PRECISIONS) ?? ''] ?? 0x300;
    const rounding = ROUNDINGS[settings.find((word) => word in ROUNDINGS) ?? ''] ?? 0;
    m.memory.writeU16(CONTROL, 0x3f | precision | rounding);
    const lines = gunzipSync(readFileSync(`${VECTORS}/${file}`))
      .toString()
      .trim()
      .split('\n');
    for (const line of lines) {
      const words = line.split(' ');
      if (words.length < 3) continue;
      const flags = Number.parseInt(words.pop() as string, 16);
      const expected = words.pop();
      const { code, steps, bytes } = program(operation, words.length);
      for (const [n, digits] of words.entries()) {
        m.memory.write(n === 0 ? A : B, Buffer.from(digits, 'hex').reverse());
      }
      m.load(code);
      m.run(steps);
      const result = Buffer.from(m.memory.read(RESULT, bytes)).reverse().toString('hex').toUpperCase();
      const status = m.get('rax');
      const got = FLAGS.reduce((sum, [ours, theirs]) => sum | ((status & ours) !== 0 ? theirs : 0), 0);
      count++;
      if (result !== expected || got !== flags) wrong.push(`${file}: ${line}, not ${result} ${got}`);
    }
  }
  expect(count, 'vectors were run').toBeGreaterThan(50_000);
  expect(wrong.slice(0, 20)).toEqual([]);
});
