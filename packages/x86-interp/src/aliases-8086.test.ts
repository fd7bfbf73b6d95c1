import { describe, expect, test } from 'vitest';
import { CODE, machine, STACK, type TestMachine } from './machine.test-util.ts';

// Opcodes of the 8086 that later processors use for something else, or for nothing: it looks at fewer bits of them.

const FLAGS = { CF: 1, PF: 4, AF: 0x10, ZF: 0x40, SF: 0x80, OF: 0x800 } as const;
const OPERAND = 0x3000;

function old(code: readonly number[], registers: Parameters<TestMachine['set']>[0] = {}): TestMachine {
  const m = machine({ model: '8086' });
  m.load(code);
  m.set(registers);
  return m;
}

const word = (value: number): number[] => [value & 0xff, value >> 8];

/** The even conditions by their definition; the odd ones are their opposites. */
const CONDITIONS: readonly ((flags: Readonly<Record<keyof typeof FLAGS, boolean>>) => boolean)[] = [
  ({ OF }) => OF,
  ({ CF }) => CF,
  ({ ZF }) => ZF,
  ({ CF, ZF }) => CF || ZF,
  ({ SF }) => SF,
  ({ PF }) => PF,
  ({ SF, OF }) => SF !== OF,
  ({ ZF, SF, OF }) => ZF || SF !== OF,
];

describe('on an 8086', () => {
  test.each(Array.from({ length: 16 }, (_, n) => n))('6x is the conditional jump 7x: condition %i', (condition) => {
    const names = Object.keys(FLAGS) as (keyof typeof FLAGS)[];
    for (let choice = 0; choice < 1 << names.length; choice++) {
      const chosen = names.filter((_, n) => ((choice >> n) & 1) !== 0);
      const flags = Object.fromEntries(names.map((name) => [name, chosen.includes(name)])) as Record<
        keyof typeof FLAGS,
        boolean
      >;
      const m = old([0x60 + condition, 0xf0], { rflags: chosen.reduce((sum, name) => sum | FLAGS[name], 2) });
      m.run(1);
      const jumps = CONDITIONS[condition >> 1](flags) !== ((condition & 1) !== 0);
      expect(m.get('rip'), chosen.join()).toBe(jumps ? CODE + 2 - 0x10 : CODE + 2);
    }
  });

  test.each([0xc0, 0xc1])('%x is RET', (opcode) => {
    const extra = opcode === 0xc0 ? word(6) : [];
    const m = old([opcode, ...extra]);
    m.memory.writeU16(STACK, 0x1234);
    m.run(1);
    expect([m.get('rip'), m.get('rsp')]).toEqual([0x1234, STACK + 2 + (opcode === 0xc0 ? 6 : 0)]);
  });

  test.each([0xc8, 0xc9])('%x is RETF', (opcode) => {
    const extra = opcode === 0xc8 ? word(6) : [];
    const m = old([opcode, ...extra]);
    m.memory.writeU16(STACK, 0x1234);
    m.memory.writeU16(STACK + 2, 0x2000);
    m.run(1);
    expect([m.get('rip'), m.get('rsp')]).toEqual([0x1234, STACK + 4 + (opcode === 0xc8 ? 6 : 0)]);
    expect(m.vcpu.getSpecialRegisters().cs).toMatchObject({ selector: 0x2000, base: 0x20000n });
  });

  describe.each(Array.from({ length: 8 }, (_, n) => n))('whatever the reg field, %i,', (digit) => {
    const memory = (digit << 3) | 6;
    const register = 0xc0 | (digit << 3) | 3;

    test('8F is POP', () => {
      const m = old([0x8f, memory, ...word(OPERAND), 0x8f, register]);
      m.memory.writeU32(STACK, 0x4321_8765);
      m.run(2);
      expect(m.memory.readU32(OPERAND)).toBe(0x8765);
      expect([m.get('rbx'), m.get('rsp')]).toEqual([0x4321, STACK + 4]);
    });

    test('C6 is MOV of a byte', () => {
      const m = old([0xc6, memory, ...word(OPERAND), 0xab, 0xc6, register, 0xcd], { rbx: 0x1111 });
      m.run(2);
      expect(m.memory.readU16(OPERAND)).toBe(0xab);
      expect(m.get('rbx')).toBe(0x11cd);
    });

    test('C7 is MOV of a word', () => {
      const m = old([0xc7, memory, ...word(OPERAND), ...word(0xabcd), 0xc7, register, ...word(0x9876)]);
      m.run(2);
      expect(m.memory.readU32(OPERAND)).toBe(0xabcd);
      expect(m.get('rbx')).toBe(0x9876);
    });
  });

  test('FF/7 is PUSH', () => {
    const m = old([0xff, 0xfb, 0xff, 0x3e, ...word(OPERAND)], { rbx: 0x1234 });
    m.memory.writeU16(OPERAND, 0x5678);
    m.run(2);
    expect(m.memory.readU32(STACK - 4)).toBe(0x1234_5678);
    expect(m.get('rsp')).toBe(STACK - 4);
  });

  test.each([
    ['D0/6', 0xd0, 1, 0xff],
    ['D1/6', 0xd1, 1, 0xffff],
    ['D2/6', 0xd2, 5, 0xff],
    ['D3/6', 0xd3, 5, 0xffff],
    ['D2/6 by 0', 0xd2, 0, 0x12],
    ['D3/6 by 0', 0xd3, 0, 0x3412],
  ])('%s sets all bits, if it counts at all', (_, opcode, count, result) => {
    const wide = (opcode & 1) !== 0;
    const m = old([opcode, 0x36, ...word(OPERAND), opcode, 0xf3], { rcx: count, rbx: 0x3412 });
    m.memory.writeU32(OPERAND, 0x7856_3412);
    m.run(2);
    expect(m.memory.readU32(OPERAND)).toBe(0x7856_0000 + (wide ? result : 0x3400 + result));
    expect(m.get('rbx')).toBe(wide ? result : 0x3400 + result);
  });

  test('LEA of a register gives some word, and nothing else happens', () => {
    const m = old([0x8d, 0xc3], { rbx: 0x1234, rcx: 0x5678 });
    expect(m.run(1)).toBe('slice-end');
    const { rax, ...others } = m.vcpu.getRegisters();
    expect(rax).toBeLessThan(0x10000n);
    expect(others).toMatchObject({
      rbx: 0x1234n,
      rcx: 0x5678n,
      rip: BigInt(CODE + 2),
      rsp: BigInt(STACK),
      rflags: 0xf002n,
    });
  });

  test('of all this, the 80186 has nothing but what it says itself', () => {
    const m = machine({ model: '80186' });
    m.load([0x60]); // PUSHA
    m.run(1);
    expect(m.get('rsp')).toBe(STACK - 16);
  });
});
