import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { realModeSegment } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { absent, filesIn, VECTORS } from '../../conformance/data.test-util.ts';
import { machine } from '../../machine.test-util.ts';

// The f32 and f64 vectors of Berkeley TestFloat 3e through the instructions: scalar
// ones, and packed ones with other vectors in each element; with PE clear, and with PE set, so that all ways of calculating
// are taken. A program works through a table of records.

const ROUNDINGS: Record<string, number> = { near_even: 0, min: 0x2000, max: 0x4000, minMag: 0x6000 };
/** The flags of MXCSR, and those of the vectors. */
const FLAGS = [
  [0x20, 1],
  [0x10, 2],
  [8, 4],
  [4, 8],
  [1, 16],
] as const;
const PE = 0x20;

/** A record: first and second operand, result, MXCSR; 16 bytes each. */
const RECORD = 64;
const TABLE = 0x20000;
const BATCH = 512;
const CONTROL = 0xff00;

/** What becomes of the operands: bytes of one element of the operands and of the result, and the code for one or many. */
interface Operation {
  readonly from: 4 | 8;
  readonly to: 4 | 8;
  readonly scalar: readonly number[];
  /** For as many elements as the operand or the result has, if the form exists. */
  readonly packed?: readonly number[];
  /** What the bytes of a comparison's result stand for. */
  readonly holds?: (result: number) => boolean;
}

const STORE_EAX = [0x66, 0x89, 0x44, 0x20];
const FLAGS_TO_MEMORY = [0x9f, 0x88, 0x64, 0x20]; // lahf; mov [si+20], ah
const [CF, PF, ZF] = [1, 4, 0x40];

function arithmetic(size: 4 | 8, opcode: number): Operation {
  const scalar = [size === 4 ? 0xf3 : 0xf2, 0x0f, opcode, 0xc1];
  const packed = [...(size === 4 ? [] : [0x66]), 0x0f, opcode, 0xc1];
  return { from: size, to: size, scalar, packed };
}

function predicate(size: 4 | 8, code: number): Operation {
  const { scalar, packed } = arithmetic(size, 0xc2);
  return {
    from: size,
    to: size,
    scalar: [...scalar, code],
    packed: [...(packed as number[]), code],
    holds: (result) => result !== 0,
  };
}

// COMISS and UCOMISS, and what says that the relation holds.
function toFlags(size: 4 | 8, opcode: number, flags: number): Operation {
  return {
    from: size,
    to: 4,
    scalar: [...(size === 4 ? [] : [0x66]), 0x0f, opcode, 0xc1, ...FLAGS_TO_MEMORY],
    holds: (result) => (result & flags) !== 0 && (result & PF) === 0,
  };
}

function operationsOf(type: string, name: string): Operation[] {
  if (type === 'i32') {
    if (name === 'to_f32') {
      return [{ from: 4, to: 4, scalar: [0xf3, 0x0f, 0x2a, 0x04], packed: [0x0f, 0x5b, 0xc0] }];
    }
    return name === 'to_f64'
      ? [{ from: 4, to: 8, scalar: [0xf2, 0x0f, 0x2a, 0x04], packed: [0xf3, 0x0f, 0xe6, 0xc0] }]
      : [];
  }
  const size = type === 'f32' ? 4 : 8;
  switch (name) {
    case 'add':
      return [arithmetic(size, 0x58)];
    case 'mul':
      return [arithmetic(size, 0x59)];
    case 'sub':
      return [arithmetic(size, 0x5c)];
    case 'div':
      return [arithmetic(size, 0x5e)];
    case 'sqrt':
      // The operand is the source.
      return [
        {
          from: size,
          to: size,
          scalar: [size === 4 ? 0xf3 : 0xf2, 0x0f, 0x51, 0xc0],
          packed: [...(size === 4 ? [] : [0x66]), 0x0f, 0x51, 0xc0],
        },
      ];
    case 'eq':
      return [predicate(size, 0), toFlags(size, 0x2e, ZF)];
    case 'lt':
      return [predicate(size, 1), toFlags(size, 0x2f, CF)];
    case 'le':
      return [predicate(size, 2), toFlags(size, 0x2f, CF | ZF)];
    case 'eq_signaling':
      return [toFlags(size, 0x2f, ZF)];
    case 'lt_quiet':
      return [toFlags(size, 0x2e, CF)];
    case 'le_quiet':
      return [toFlags(size, 0x2e, CF | ZF)];
    case 'to_i32': {
      const scalar = [size === 4 ? 0xf3 : 0xf2, 0x0f, 0x2d, 0xc0, ...STORE_EAX];
      return [{ from: size, to: 4, scalar, packed: size === 4 ? [0x66, 0x0f, 0x5b, 0xc0] : [0xf2, 0x0f, 0xe6, 0xc0] }];
    }
    case 'to_f64':
      return [{ from: 4, to: 8, scalar: [0xf3, 0x0f, 0x5a, 0xc0], packed: [0x0f, 0x5a, 0xc0] }];
    case 'to_f32':
      return [{ from: 8, to: 4, scalar: [0xf2, 0x0f, 0x5a, 0xc0], packed: [0x66, 0x0f, 0x5a, 0xc0] }];
    default:
      return [];
  }
}

/** A line: operands, result, flags. */
interface Vector {
  readonly line: string;
  readonly operands: readonly string[];
  readonly expected: string;
  readonly flags: number;
}

function read(file: string): Vector[] {
  const lines = gunzipSync(readFileSync(`${VECTORS}/${file}`))
    .toString()
    .trim()
    .split('\n');
  return lines
    .map((line) => ({ line, words: line.split(' ') }))
    .filter(({ words }) => words.length >= 3)
    .map(({ line, words }) => ({
      line,
      operands: words.slice(0, -2),
      expected: words[words.length - 2],
      flags: Number.parseInt(words[words.length - 1], 16),
    }));
}

const m = machine({ model: 'pentium4' });
m.vcpu.setSpecialRegisters({ cr4: 0x600n, ds: realModeSegment(TABLE >> 4) });

// ldmxcsr [CONTROL]; movups xmm0, [si]; movups xmm1, [si+10]; the operation; movups [si+20], xmm0, unless it stored itself;
// stmxcsr [si+30]; add si, 40; dec cx; jnz
function program(code: readonly number[], stores: boolean): number[] {
  const body = [
    ...[0x0f, 0xae, 0x16, CONTROL & 0xff, CONTROL >> 8, 0x0f, 0x10, 0x04, 0x0f, 0x10, 0x4c, 0x10],
    ...code,
    ...(stores ? [] : [0x0f, 0x11, 0x44, 0x20]),
    ...[0x0f, 0xae, 0x5c, 0x30, 0x83, 0xc6, 0x40, 0x49],
  ];
  return [...body, 0x75, -(body.length + 2) & 0xff, 0xf4];
}

// @returns the lines that came out wrong
function check(operation: Operation, vectors: readonly Vector[], mxcsr: number, isPacked: boolean): string[] {
  const { from, to, holds } = operation;
  const lanes = isPacked ? Math.min(16 / from, 16 / to) : 1;
  const code = isPacked ? (operation.packed as readonly number[]) : operation.scalar;
  const stores = [STORE_EAX, FLAGS_TO_MEMORY].some((end) =>
    end.every((byte, i) => byte === code[code.length - end.length + i]),
  );
  const wrong: string[] = [];
  for (let start = 0; start < vectors.length; start += BATCH * lanes) {
    const records = Math.min(BATCH, Math.ceil((vectors.length - start) / lanes));
    const table = new Uint8Array(records * RECORD).fill(0x5a);
    // The last record may repeat vectors.
    const vector = (record: number, lane: number): Vector =>
      vectors[Math.min(start + record * lanes + lane, vectors.length - 1)];
    for (let record = 0; record < records; record++) {
      for (let lane = 0; lane < lanes; lane++) {
        vector(record, lane).operands.forEach((digits, n) => {
          table.set(Buffer.from(digits, 'hex').reverse(), record * RECORD + n * 16 + lane * from);
        });
      }
    }
    m.memory.write(TABLE, table);
    m.memory.writeU32(TABLE + CONTROL, mxcsr);
    m.load(program(code, stores));
    m.set({ rsi: 0, rcx: records });
    expect(m.run()).toBe('halt');
    const done = Buffer.from(m.memory.read(TABLE, records * RECORD));
    for (let record = 0; record < records; record++) {
      const at = record * RECORD;
      const flags = FLAGS.reduce((sum, [bit, value]) => sum | ((done[at + 48] & bit) !== 0 ? value : 0), 0);
      let expectedFlags = (mxcsr & PE) !== 0 ? 1 : 0;
      for (let lane = 0; lane < lanes; lane++) expectedFlags |= vector(record, lane).flags;
      for (let lane = 0; lane < lanes; lane++) {
        const { line, expected } = vector(record, lane);
        const result = done.subarray(at + 32 + lane * to, at + 32 + (lane + 1) * to);
        const got = holds
          ? holds(to === 4 && !isPacked && stores ? result[0] : result.readInt32LE(0))
            ? '1'
            : '0'
          : Buffer.from(result).reverse().toString('hex').toUpperCase();
        if (got !== expected || flags !== expectedFlags) wrong.push(`${line}, not ${got} ${flags}`);
      }
      // A scalar leaves the rest of the register.
      const rest = done.subarray(at + 32 + Math.max(from, to), at + 48);
      if (!isPacked && !stores && rest.some((byte) => byte !== 0x5a)) {
        wrong.push(`${vector(record, 0).line}: the upper elements changed`);
      }
    }
  }
  return wrong;
}

const files = filesIn(VECTORS, /^(f32|f64|i32)_/);

describe('the vectors of TestFloat through SSE instructions', () => {
  const cases = files.flatMap((file) => {
    const [name, rounding] = file.replace('.txt.gz', '').split('.');
    const [, type, operation] = /^(f32|f64|i32)_(.+)$/.exec(name) as unknown as [string, string, string];
    const operations = operationsOf(type, operation);
    return operations.length === 0 ? [] : [{ file, rounding: ROUNDINGS[rounding] ?? 0, operations }];
  });

  test('are there for all operations', (context) => {
    context.skip(files.length === 0, absent(VECTORS));
    expect(cases.length).toBe(76);
  });

  test.each(cases)('$file', { timeout: 120_000 }, ({ file, rounding, operations }) => {
    const vectors = read(file);
    expect(vectors.length).toBeGreaterThan(100);
    for (const operation of operations) {
      for (const flags of [0, PE]) {
        expect(check(operation, vectors, 0x1f80 | rounding | flags, false).slice(0, 5)).toEqual([]);
        if (operation.packed !== undefined) {
          expect(check(operation, vectors, 0x1f80 | rounding | flags, true).slice(0, 5)).toEqual([]);
        }
      }
    }
  });
});
