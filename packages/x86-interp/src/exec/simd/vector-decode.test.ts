import { describe, expect, test } from 'vitest';
import type { CpuFeature } from '../../cpu/features.ts';
import { CPU_MODELS, type CpuModel, featuresOf } from '../../cpu/models.ts';
import { type InstructionForm, opcodes } from '../../isa/opcodes.ts';
import { type ProtectedMachine, STACK } from '../../protected.test-util.ts';
import { vectorMachine } from './vector.test-util.ts';

const UD = 6;
const VECTOR_FEATURES: ReadonlySet<CpuFeature | undefined> = new Set(['mmx', 'sse', 'sse2', 'sse3']);
/** Operations on floating-point numbers, which are tested elsewhere. */
const FLOATING = /^(CVT|(ADD|ADDSUB|SUB|MUL|DIV|SQRT|RSQRT|RCP|MIN|MAX|CMP|HADD|HSUB)[PS][SD]$|U?COMIS)/;

const FORMS = opcodes().filter(({ feature, mnemonic, operands }) => {
  if (!VECTOR_FEATURES.has(feature) || FLOATING.test(mnemonic)) return false;
  return mnemonic === 'MOVNTI' || operands.some((operand) => /^[PQNVWU]/.test(operand));
});
const PREFIXES = [[], [0x66], [0xf2], [0xf3]];

type Operands = 'registers' | 'memory';

function allows({ operands }: InstructionForm, where: Operands): boolean {
  const letters = operands.map(([letter]) => letter);
  if (letters.includes('M')) return where === 'memory';
  if (letters.includes('N') || letters.includes('U')) return where === 'registers';
  return true;
}

function encode({ opcode, digit }: InstructionForm, where: Operands, prefixes: readonly number[]): number[] {
  const reg = digit ?? 1;
  const modrm = where === 'registers' ? [0xc2 | (reg << 3)] : [0x05 | (reg << 3), 0x00, 0x00, 0x02, 0x00];
  return [...prefixes, 0x0f, opcode, ...modrm, 1];
}

function prefixOf({ prefix }: InstructionForm): number[] {
  return typeof prefix === 'number' ? [prefix] : [];
}

// Whether some form has these bytes.
function exists(form: InstructionForm, prefixes: readonly number[], where: Operands): boolean {
  const last = prefixes.findLast((prefix) => prefix !== 0x66) ?? (prefixes.includes(0x66) ? 0x66 : 'none');
  return opcodes().some((other) => {
    const same = other.map === '0f' && other.opcode === form.opcode && other.prefix === last;
    return same && other.digit === form.digit && allows(other, where);
  });
}

const machines = new Map<CpuModel, ProtectedMachine>();

function isUndefined(code: readonly number[], model: CpuModel = 'pentium4'): boolean {
  let m = machines.get(model);
  if (m === undefined) {
    m = vectorMachine({ model });
    machines.set(model, m);
  }
  m.set({ rsp: STACK, rdi: 0x20000 });
  return m.faultOf(code)?.[0] === UD;
}

const places = ['registers', 'memory'] as const;
const named = FORMS.map((form) => [`${form.mnemonic} ${form.operands.join()}`, form] as const);

describe.each(named)('%s', (_, form) => {
  test('is defined with its own prefix alone, and with the operands that it has', () => {
    for (const where of places) {
      for (const prefixes of [...PREFIXES, [0x66, 0xf2], [0xf3, 0x66], [0xf2, 0xf3], [0xf3, 0xf2]]) {
        expect(isUndefined(encode(form, where, prefixes))).toBe(!exists(form, prefixes, where));
      }
    }
  });

  test('is undefined with LOCK', () => {
    for (const where of places) expect(isUndefined(encode(form, where, [0xf0, ...prefixOf(form)]))).toBe(true);
  });

  test('is there from the first processor on that has its feature', () => {
    const where = allows(form, 'registers') ? 'registers' : 'memory';
    const code = encode(form, where, prefixOf(form));
    for (const model of CPU_MODELS.slice(CPU_MODELS.indexOf('80386'))) {
      const has = featuresOf(model).has(form.feature as CpuFeature);
      expect([model, isUndefined(code, model)]).toEqual([model, !has]);
    }
  });
});

test('EMMS has no prefix, and no ModR/M byte', () => {
  for (const [code, undefined_] of [
    [[0x0f, 0x77], false],
    [[0x66, 0x0f, 0x77], true],
    [[0xf3, 0x0f, 0x77], true],
    [[0xf2, 0x0f, 0x77], true],
  ] as const) {
    expect(isUndefined(code)).toBe(undefined_);
  }
  const m = vectorMachine();
  m.load([0x0f, 0x77]);
  m.run(1);
  expect(m.get('rip')).toBe(0x1002);
});

test('16-bit code has the same instructions: 66 is no operand size', () => {
  const m = vectorMachine();
  const { cs } = m.vcpu.getSpecialRegisters();
  m.vcpu.setSpecialRegisters({ cs: { ...cs, db: 0 } });
  m.set({ rax: 0x12345678, rbx: 0 });
  // movd xmm0, eax; movd ebx, xmm0; movd mm0, eax
  m.load([0x66, 0x0f, 0x6e, 0xc0, 0x66, 0x0f, 0x7e, 0xc3, 0x0f, 0x6e, 0xc0]);
  m.run(3);
  expect([m.get('rbx'), m.get('rip')]).toEqual([0x12345678, 0x100b]);
});
