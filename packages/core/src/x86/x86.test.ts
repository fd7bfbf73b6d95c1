import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Vm } from '../index.ts';
import {
  CR0,
  dumpX86,
  enterRealMode,
  formatFarPointer,
  formatFlags,
  isSelfJump,
  RFLAGS,
  realModeSegment,
  resetRegisters,
  resetSpecialRegisters,
  type X86Dump,
  type X86Registers,
  type X86SpecialRegisters,
  type X86Vcpu,
} from './index.ts';

/** As much of a vCPU as `enterRealMode` meets. */
function registersOnly(): X86Vcpu {
  let registers: X86Registers = { ...resetRegisters(), rax: 99n };
  let special: X86SpecialRegisters = resetSpecialRegisters();
  return {
    reset: () => {
      registers = resetRegisters();
      special = resetSpecialRegisters();
    },
    getRegisters: () => ({ ...registers }),
    setRegisters: (some: Partial<X86Registers>) => Object.assign(registers, some),
    getSpecialRegisters: () => special,
    setSpecialRegisters: (some: Partial<X86SpecialRegisters>) => Object.assign(special, some),
  } as Partial<X86Vcpu> as X86Vcpu;
}

describe('the state after RESET', () => {
  it('fetches the first instruction at FFFFFFF0', () => {
    const { cs } = resetSpecialRegisters();
    expect(cs.base + resetRegisters().rip).toBe(0xfffffff0n);
    expect(cs.selector).toBe(0xf000);
  });

  it('has interrupts off, in real mode', () => {
    expect(formatFlags(resetRegisters().rflags)).toBe('-');
    expect(resetSpecialRegisters().cr0 & BigInt(CR0.PE | CR0.PG)).toBe(0n);
  });
});

describe('enterRealMode', () => {
  it('sets CS:IP and the data segments, and clears the rest', () => {
    const vcpu = registersOnly();
    enterRealMode(vcpu, { segment: 0x07c0, offset: 0x0005 }, 0xb800);
    const special = vcpu.getSpecialRegisters();
    expect(special.cs).toMatchObject({ selector: 0x07c0, base: 0x7c00n, limit: 0xffff, type: 11 });
    for (const name of ['ds', 'es', 'ss', 'fs', 'gs'] as const) {
      expect(special[name]).toEqual(realModeSegment(0xb800));
      expect(special[name].base).toBe(0xb8000n);
    }
    const { rip, rflags, ...others } = vcpu.getRegisters();
    expect([rip, rflags]).toEqual([5n, 2n]);
    expect(new Set(Object.values(others))).toEqual(new Set([0n]));
  });

  it.each([
    [{ segment: 0x10000, offset: 0 }, 0],
    [{ segment: 0, offset: -1 }, 0],
    [{ segment: 0, offset: 1.5 }, 0],
    [{ segment: 0, offset: 0 }, 0x10000],
  ])('refuses %o with data segment %i, before it changes anything', (entry, dataSegment) => {
    const vcpu = registersOnly();
    expect(() => enterRealMode(vcpu, entry, dataSegment)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
    expect(vcpu.getRegisters().rax).toBe(99n);
  });
});

describe('dumpX86', () => {
  it('names the place as segment and offset in real mode', () => {
    const special = { ...resetSpecialRegisters(), cs: realModeSegment(0x07c0) };
    const dump = dumpX86({ ...resetRegisters(), rip: 0x3en, rax: 5n }, special);
    expect(dump.location).toBe('07c0:003e');
    expect(dump.codeAddress).toBe(0x7c3e);
    expect(dump.registers).toMatchObject({ rax: 5n, rip: 0x3en, cs: 0x07c0n, cr0: 0x60000010n });
  });

  it('writes selectors and offsets likewise, with as many digits as the mode has', () => {
    const protectedMode = { ...resetSpecialRegisters(), cr0: BigInt(CR0.PE) };
    const cs = { ...realModeSegment(0), selector: 8 };
    const at = (rip: bigint, l: number, rflags = 2n): string =>
      dumpX86({ ...resetRegisters(), rip, rflags }, { ...protectedMode, cs: { ...cs, l } }).location;
    expect(at(0x100000n, 0)).toBe('0008:00100000');
    expect(at(0xffffffff80000000n, 1)).toBe('0008:ffffffff80000000');
    expect(at(0x3en, 1)).toBe('0008:000000000000003e');
    expect(at(0x3en, 0, BigInt(RFLAGS.VM))).toBe('0008:003e');
  });

  it('cuts a linear address to 32 bits', () => {
    const cs = { ...realModeSegment(0xf000), base: 0xffff0000n };
    expect(dumpX86({ ...resetRegisters(), rip: 0x10001n }, { ...resetSpecialRegisters(), cs }).codeAddress).toBe(1);
  });

  it('cannot tell the physical address once there is paging', () => {
    const special = { ...resetSpecialRegisters(), cr0: BigInt(CR0.PE) | BigInt(CR0.PG) };
    expect(dumpX86(resetRegisters(), special).codeAddress).toBeUndefined();
  });
});

describe('formatting', () => {
  it('writes far pointers and flags as the manuals do', () => {
    expect(formatFarPointer(0x7c0, 5)).toBe('07c0:0005');
    expect(formatFlags(RFLAGS.CF | RFLAGS.IF | RFLAGS.FIXED)).toBe('CF IF');
    expect(formatFlags(2n)).toBe('-');
  });
});

describe('isSelfJump', () => {
  it.each<[string, number[], 16 | 32 | 64, boolean]>([
    ['jmp short $', [0xeb, 0xfe], 16, true],
    ['jmp short $', [0xeb, 0xfe, 0x90], 64, true],
    ['jmp short $+1', [0xeb, 0xff], 16, false],
    ['jmp short $-1', [0xeb, 0xfd], 16, false],
    ['jmp near $', [0xe9, 0xfd, 0xff], 16, true],
    ['jmp near $', [0xe9, 0xfb, 0xff, 0xff, 0xff], 32, true],
    ['jmp near $ of 16-bit code, in 32-bit code', [0xe9, 0xfd, 0xff, 0, 0], 32, false],
    ['jmp dword $', [0x66, 0xe9, 0xfa, 0xff, 0xff, 0xff], 16, true],
    ['o32 jmp short $', [0x66, 0xeb, 0xfd], 16, true],
    ['o16 jmp short $ (its target is cut to 16 bits)', [0x66, 0xeb, 0xfd], 32, false],
    ['a jump that is cut off', [0xe9, 0xfd], 16, false],
    ['nothing', [], 16, false],
    ['hlt', [0xf4], 16, false],
  ])('%s: %o in %i-bit code: %s', (_name, code, codeSize, expected) => {
    expect(isSelfJump(Uint8Array.from(code), codeSize)).toBe(expected);
  });
});

it('types the registers of a dump by their names', () => {
  const dump = dumpX86(resetRegisters(), resetSpecialRegisters());
  expectTypeOf(dump.registers.rax).toEqualTypeOf<bigint>();
  expectTypeOf<Awaited<ReturnType<Vm<X86Vcpu>['run']>>['cpu']>().toEqualTypeOf<X86Dump>();
});
