import { describe, expect, test } from 'vitest';
import { CPU_MODELS } from './index.ts';
import { CODE, HANDLERS, machine } from './machine.test-util.ts';
import { protectedMachine } from './protected.test-util.ts';

// Encodings that one or two models have, and bits that mean nothing: what no other judge looks at.
const UD = HANDLERS + 6;

describe('POP CS', () => {
  test('jumps, on an 8086', () => {
    const m = machine({ model: '8086' });
    m.memory.writeU16(0x7ffe, 0x0200);
    m.set({ rsp: 0x7ffe });
    m.load([0x0f]);
    m.run(1);
    expect([m.vcpu.getSpecialRegisters().cs.selector, m.get('rip'), m.get('rsp')]).toEqual([0x200, CODE + 1, 0x8000]);
  });
});

describe('MOV to and from a test register', () => {
  test.each([
    ['80386', 6],
    ['80486', 3],
  ] as const)('keeps a value, on an %s', (model, number) => {
    const m = machine({ model });
    m.set({ rax: 0x12345678 });
    const modrm = 0xc0 | (number << 3);
    m.load([0x0f, 0x26, modrm, 0x0f, 0x24, modrm | 2]); // mov tr, eax; mov edx, tr
    m.run(2);
    expect(m.get('rdx')).toBe(0x12345678);
  });

  test('is an invalid opcode of every other model', () => {
    for (const model of CPU_MODELS.slice(2).filter((each) => each !== '80386' && each !== '80486')) {
      for (const opcode of [0x24, 0x26]) {
        const m = machine({ model });
        m.load([0x0f, opcode, 0xf0]);
        m.run(1);
        expect(m.get('rip'), model).toBe(UD);
      }
    }
  });
});

describe('0F 0D of a register', () => {
  test('does nothing on a Pentium 4, and is invalid before', () => {
    for (let register = 0xc0; register <= 0xff; register++) {
      const m = machine({ model: 'pentium4' });
      const before = m.vcpu.getRegisters();
      m.load([0x0f, 0x0d, register]);
      m.run(1);
      expect(m.vcpu.getRegisters()).toEqual({ ...before, rip: BigInt(CODE + 3) });
    }
    const m = machine({ model: 'pentium3' });
    m.load([0x0f, 0x0d, 0xc8]);
    m.run(1);
    expect(m.get('rip')).toBe(UD);
  });
});

describe('a segment with the bit set that long mode calls L', () => {
  test('can be saved and restored', () => {
    const m = protectedMachine(0);
    // Bit 53 of a descriptor, of data that is loaded into ES.
    m.describe(0xa8, (m.memory.readU64(0x2000 + 0x10) | (1n << 53n)) & ~(1n << 40n));
    m.set({ rax: 0xa8 });
    expect(m.faultOf([0x8e, 0xc0])).toBeUndefined();
    const state = m.vcpu.snapshot();
    expect(m.vcpu.differences?.(state)).toEqual([]);
    expect(state.special.es).toMatchObject({ selector: 0xa8, l: 0 });
  });
});
