import { describe, expect, test } from 'vitest';
import { decodeInstruction } from '../index.ts';

const decode = (hex: string, size: 16 | 32, cpuModel?: Parameters<typeof decodeInstruction>[1]['cpuModel']) => {
  return decodeInstruction(Buffer.from(hex, 'hex'), { size, cpuModel });
};

describe('decodeInstruction', () => {
  test('tells the form, the length and the operands', () => {
    expect(decode('8b45fc90', 32)).toMatchObject({
      valid: true,
      length: 3,
      operandSize: 32,
      addressSize: 32,
      form: { mnemonic: 'MOV', opcode: 0x8b },
      operands: [
        { kind: 'register', name: 'eax' },
        { kind: 'memory', segment: 'ss', base: 'ebp', index: undefined, displacement: -4, size: 4 },
      ],
    });
  });

  test('tells prefixes, and what they change', () => {
    expect(decode('f0656601048d10000000', 32)).toMatchObject({
      valid: true,
      length: 10,
      lock: true,
      repeat: 'none',
      operandSize: 16,
      operands: [
        { kind: 'memory', segment: 'gs', base: undefined, index: 'ecx', scale: 4, displacement: 16, size: 2 },
        { kind: 'register', name: 'ax' },
      ],
    });
    expect(decode('2ef2a6', 16)).toMatchObject({
      repeat: 'repne',
      operands: [
        { segment: 'cs', base: 'si', size: 1 },
        { segment: 'es', base: 'di' },
      ],
    });
  });

  test('tells immediates, jumps and far pointers', () => {
    expect(decode('6aff', 16)).toMatchObject({ operands: [{ kind: 'immediate', value: 0xffff }] });
    expect(decode('c8341205', 16)).toMatchObject({ operands: [{ value: 0x1234 }, { value: 5 }] });
    expect(decode('ebfe', 16)).toMatchObject({ length: 2, operands: [{ kind: 'relative', displacement: -2 }] });
    expect(decode('ea785634121000', 32)).toMatchObject({
      operands: [{ kind: 'far', selector: 0x10, offset: 0x12345678 }],
    });
  });

  test('knows MMX and XMM registers, and those that are implied', () => {
    expect(decode('660f6fca', 32)).toMatchObject({ operands: [{ name: 'xmm1' }, { name: 'xmm2' }] });
    expect(decode('0ffcd9', 32)).toMatchObject({ operands: [{ name: 'mm3' }, { name: 'mm1' }] });
    expect(decode('d3e0', 16)).toMatchObject({ operands: [{ name: 'ax' }, { name: 'cl' }] });
    expect(decode('d8c3', 16)).toMatchObject({ operands: [{ name: 'st0' }, { name: 'st3' }] });
    expect(decode('0f22d8', 16)).toMatchObject({ operands: [{ name: 'cr3' }, { name: 'eax' }] });
    expect(decode('d7', 16)).toMatchObject({ operands: [{ base: 'bx', index: 'al', size: 1 }] });
  });

  test('says why bytes are no instruction', () => {
    expect(decode('0f0400', 32)).toEqual({ valid: false, reason: 'undefined-opcode' });
    expect(decode('f089c0', 32)).toEqual({ valid: false, reason: 'undefined-opcode' });
    expect(decode('8b05', 32)).toEqual({ valid: false, reason: 'incomplete' });
    expect(decode('', 32)).toEqual({ valid: false, reason: 'incomplete' });
    expect(decode(`${'66'.repeat(15)}90`, 32)).toEqual({ valid: false, reason: 'too-long' });
    expect(decode(`${'2e'.repeat(10)}90`, 16, '80286')).toEqual({ valid: false, reason: 'too-long' });
    expect(decode(`${'66'.repeat(14)}90`, 32)).toMatchObject({ valid: true, length: 15 });
  });

  test('goes by the processor', () => {
    expect(decode('0f57c0', 32, 'pentium3')).toMatchObject({ form: { mnemonic: 'XORPS' } });
    expect(decode('0f57c0', 32, 'pentium2')).toEqual({ valid: false, reason: 'undefined-opcode' });
    expect(decode('f30fb8c1', 32)).toMatchObject({ valid: false });
    expect(decode('f30fb8c1', 32, { base: 'pentium4', add: ['popcnt'] })).toMatchObject({
      form: { mnemonic: 'POPCNT' },
    });
    expect(decode('6004', 16, '8086')).toMatchObject({ form: { mnemonic: 'Jcc' }, length: 2 });
    expect(() => decode('90', 16, 'z80' as never)).toThrow('z80');
  });
});
