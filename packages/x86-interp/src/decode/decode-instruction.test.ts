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

  test.each<[unknown, unknown, RegExp]>([
    [undefined, { size: 32 }, /^decodeInstruction\(\): bytes must be a Uint8Array, not undefined: /],
    ['AB', { size: 32 }, /bytes must be a Uint8Array, not 'AB'/],
    [[0x90], { size: 32 }, /not an array/],
    [new ArrayBuffer(1), { size: 32 }, /not an object/],
    [Uint16Array.of(0x90), { size: 32 }, /not 2 bytes/],
    [Uint8Array.of(0x90), undefined, /^decodeInstruction\(\) takes an object of options, not undefined$/],
    [Uint8Array.of(0x90), {}, /size must be 16 or 32, not undefined/],
    [Uint8Array.of(0x90), { size: 64 }, /size must be 16 or 32, not 64/],
    [Uint8Array.of(0x90), { size: '32' }, /size must be 16 or 32, not '32'/],
    [Uint8Array.of(0x90), { size: 32, cpumodel: '486' }, /no option 'cpumodel': .* did you mean cpuModel\?/],
    [Uint8Array.of(0x90), { size: 32, cpuModel: '286' }, /size must be 16 for a 80286, not 32/],
    [Uint8Array.of(0x90), { size: 32, cpuModel: null }, /there is no CPU model null/],
  ])('takes no %o with %o', (bytes, options, message) => {
    expect(() => decodeInstruction(bytes as Uint8Array, options as { size: 16 })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
  });

  test("sees what changes in a table of one's own", () => {
    const table = { base: 'pentium3' as const, add: [] as 'sse2'[] };
    expect(decode('660f58c0', 32, table)).toMatchObject({ valid: false });
    table.add.push('sse2');
    expect(decode('660f58c0', 32, table)).toMatchObject({ form: { mnemonic: 'ADDPD' } });
    table.add.push('x' as 'sse2');
    expect(() => decode('660f58c0', 32, table)).toThrow('there is no CPU feature x');
    table.add.length = 0;
    expect(decode('660f58c0', 32, table)).toMatchObject({ valid: false });
  });

  test('gives nothing with which the decoder could be changed', () => {
    const decoded = decode('8907', 32);
    if (!decoded.valid) throw new Error('it is an instruction');
    expect(() => Object.assign(decoded.form, { lock: true })).toThrow(TypeError);
    expect(() => (decoded.form.operands as string[]).pop()).toThrow(TypeError);
    expect(decode('f08907', 32)).toMatchObject({ valid: false });
  });
});
