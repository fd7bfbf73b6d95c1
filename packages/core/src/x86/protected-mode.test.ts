import { describe, expect, it, test } from 'vitest';
import { VmError } from '../errors.ts';
import {
  buildPageTables,
  enterLongMode,
  enterProtectedMode,
  resetRegisters,
  resetSpecialRegisters,
  writeFlatGdt,
  type X86SpecialRegisters,
  type X86Vcpu,
} from './index.ts';
import { memoryOf } from './paging/paging.test-util.ts';

/** As much of a vCPU as matters here. @param keep what it makes of the registers that it is given */
function registersOnly(keep: (registers: Partial<X86SpecialRegisters>) => Partial<X86SpecialRegisters>): X86Vcpu {
  let registers = { ...resetRegisters(), rax: 99n };
  let special = resetSpecialRegisters();
  return {
    reset: () => {
      registers = resetRegisters();
      special = resetSpecialRegisters();
    },
    getRegisters: () => ({ ...registers }),
    setRegisters: (some: object) => Object.assign(registers, some),
    getSpecialRegisters: () => special,
    setSpecialRegisters: (some: Partial<X86SpecialRegisters>) => Object.assign(special, keep(some)),
  } as Partial<X86Vcpu> as X86Vcpu;
}

const memory = memoryOf();
const page = { linear: 0n, physical: 0, length: 0x1000 };
const tables = (mode: '32-bit' | 'pae' | '4-level'): ReturnType<typeof buildPageTables> =>
  buildPageTables(memory, mode, 0x10000, [page]);

describe('what the CPU gets', () => {
  test('protected mode', () => {
    const vcpu = registersOnly((all) => all);
    enterProtectedMode(vcpu, { entry: 0x1234n, stack: 0x8000n });
    const { cs, ss, ds, cr0, cr3, cr4, efer, idt, gdt } = vcpu.getSpecialRegisters();
    expect(cs).toMatchObject({ selector: 8, base: 0n, limit: 0xffffffff, type: 11, db: 1, l: 0, g: 1, dpl: 0 });
    expect(ds).toMatchObject({ selector: 0x10, base: 0n, limit: 0xffffffff, type: 3, db: 1, l: 0, g: 1 });
    expect(ss).toEqual(ds);
    expect([cr0, cr3, cr4, efer]).toEqual([0x11n, 0n, 0n, 0n]);
    expect([idt, gdt]).toEqual([
      { base: 0n, limit: 0 },
      { base: 0n, limit: 0 },
    ]);
    expect(vcpu.getRegisters()).toMatchObject({ rip: 0x1234n, rsp: 0x8000n, rflags: 2n, rax: 0n, rdx: 0n });
  });

  test('paging', () => {
    const vcpu = registersOnly((all) => all);
    enterProtectedMode(vcpu, { entry: 0x1234n }, tables('pae'));
    expect(vcpu.getSpecialRegisters()).toMatchObject({ cr0: 0x80000011n, cr3: 0x10000n, cr4: 0x20n, efer: 0n });
  });

  test('long mode, with a GDT', () => {
    const vcpu = registersOnly((all) => all);
    const gdt = writeFlatGdt(memory, 0x3000);
    enterLongMode(vcpu, { entry: 0xffff_8000_0000_1000n, gdt }, tables('4-level'));
    const special = vcpu.getSpecialRegisters();
    expect(special).toMatchObject({ cr0: 0x80000011n, cr4: 0x20n, efer: 0x500n, gdt: { base: 0x3000n, limit: 31 } });
    expect(special.cs).toMatchObject({ selector: 0x18, db: 0, l: 1 });
    expect(vcpu.getRegisters().rip).toBe(0xffff_8000_0000_1000n);
    // What the table has is what the hidden parts say: type, level, present, sizes.
    expect([0, 1, 2, 3].map((n) => memory.readU64(0x3000 + 8 * n))).toEqual([
      0n,
      0x00cf_9b00_0000_ffffn,
      0x00cf_9300_0000_ffffn,
      0x00af_9b00_0000_ffffn,
    ]);
  });
});

describe('what is refused, before anything changes', () => {
  it.each<[string, (vcpu: X86Vcpu) => void]>([
    ['an entry beyond 32 bits', (vcpu) => enterProtectedMode(vcpu, { entry: 2n ** 32n })],
    ['a number', (vcpu) => enterProtectedMode(vcpu, { entry: 0x1000 as unknown as bigint })],
    ['a negative stack', (vcpu) => enterLongMode(vcpu, { entry: 0n, stack: -8n }, tables('4-level'))],
    ['tables of long mode in protected mode', (vcpu) => enterProtectedMode(vcpu, { entry: 0n }, tables('4-level'))],
    ['tables of protected mode in long mode', (vcpu) => enterLongMode(vcpu, { entry: 0n }, tables('pae'))],
  ])('%s', (_name, enter) => {
    const vcpu = registersOnly((all) => all);
    expect(() => enter(vcpu)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(vcpu.getRegisters().rax).toBe(99n);
  });
});

describe('a CPU that cannot', () => {
  test('leaves bits out: it is named, and the CPU is as after RESET', () => {
    const vcpu = registersOnly((all) => ({ ...all, ...(all.cr0 === undefined ? {} : { cr0: all.cr0 & 0x7fffffffn }) }));
    expect(() => enterProtectedMode(vcpu, { entry: 0n }, tables('32-bit'))).toThrow(
      expect.objectContaining({
        code: 'ERR_UNSUPPORTED',
        message: 'this CPU has no protected mode with paging 32-bit: it refuses cr0',
      }),
    );
    expect(vcpu.getSpecialRegisters()).toEqual(resetSpecialRegisters());
  });

  test('refuses registers, and tells which', () => {
    const differences = [{ what: 'the register EFER', snapshot: '0x500', machine: 'none' }];
    const vcpu = registersOnly(() => {
      throw new VmError('ERR_INVALID_ARGUMENT', 'no', { differences });
    });
    expect(() => enterLongMode(vcpu, { entry: 0n }, tables('4-level'))).toThrow(
      expect.objectContaining({
        code: 'ERR_UNSUPPORTED',
        message: 'this CPU has no long mode with paging 4-level: it refuses the register EFER',
      }),
    );
    expect(vcpu.getSpecialRegisters()).toEqual(resetSpecialRegisters());
  });

  test('fails otherwise: that is told as it is', () => {
    const vcpu = registersOnly(() => {
      throw new VmError('ERR_KVM', 'KVM_SET_SREGS');
    });
    expect(() => enterProtectedMode(vcpu, { entry: 0n })).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
  });
});
