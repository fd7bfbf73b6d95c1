import { describe, expect, test } from 'vitest';
import { ACCESS, CODE, descriptor, INNER_STACK, protectedMachine, SEL, TSS } from './protected.test-util.ts';

const [IF, DF, IOPL_3] = [0x200, 0x400, 0x3000];
const VIF = 0x80000;
const IO_MAP = 0x88;

describe('instructions of the operating system', () => {
  test.each([
    ['HLT', [0xf4]],
    ['LGDT', [0x0f, 0x01, 0x15, 0, 0x40, 0, 0]],
    ['LIDT', [0x0f, 0x01, 0x1d, 0, 0x40, 0, 0]],
    ['LMSW', [0x0f, 0x01, 0xf0]],
    ['LLDT', [0x0f, 0x00, 0xd0]],
    ['LTR', [0x0f, 0x00, 0xd8]],
    ['CLTS', [0x0f, 0x06]],
    ['INVD', [0x0f, 0x08]],
    ['WBINVD', [0x0f, 0x09]],
    ['INVLPG', [0x0f, 0x01, 0x3d, 0, 0x40, 0, 0]],
    ['MOV from CR0', [0x0f, 0x20, 0xc0]],
    ['MOV to CR3', [0x0f, 0x22, 0xd8]],
    ['MOV from DR7', [0x0f, 0x21, 0xf8]],
    ['MOV to DR6', [0x0f, 0x23, 0xf0]],
    ['RDMSR', [0x0f, 0x32]],
    ['WRMSR', [0x0f, 0x30]],
  ])('%s is #GP(0) but at level 0', (_, code) => {
    for (const cpl of [1, 3]) expect(protectedMachine(cpl).faultOf(code)).toEqual([13, 0]);
  });

  test('that everybody may use', () => {
    for (const code of [
      [0x0f, 0x01, 0xe0],
      [0x0f, 0x01, 0x05, 0, 0x40, 0, 0],
      [0x0f, 0x00, 0xc0],
      [0x0f, 0x31],
    ]) {
      expect(protectedMachine(3).faultOf(code)).toBeUndefined();
    }
    const m = protectedMachine(3);
    m.vcpu.setSpecialRegisters({ cr4: 4n });
    expect(m.faultOf([0x0f, 0x31])).toEqual([13, 0]);
  });
});

describe('IOPL', () => {
  test.each([
    ['CLI', [0xfa]],
    ['STI', [0xfb]],
    ['IN', [0xe4, 0x60]],
    ['OUT', [0xe6, 0x60]],
    ['INS', [0x6c]],
    ['OUTS', [0x6e]],
    ['REP INS', [0xf3, 0x6c]],
    ['REP OUTS', [0xf3, 0x6e]],
  ])('below the level makes %s fault', (_, code) => {
    for (const [cpl, iopl, fault] of [
      [3, 0x2000, [13, 0]],
      [3, 0x3000, undefined],
      [2, 0x2000, undefined],
      [1, 0, [13, 0]],
    ] as const) {
      const m = protectedMachine(cpl);
      m.set({ rflags: iopl | 2, rcx: 20, rsi: 0x4000, rdi: 0x4000, rdx: 0x60 });
      expect(m.faultOf(code)).toEqual(fault);
      if (fault !== undefined) expect(m.sink.trace).toEqual([]);
    }
  });

  test('keeps POPF from changing IF, and level 0 has IOPL for itself', () => {
    for (const [cpl, iopl, after] of [
      [0, 0, IOPL_3 | IF | DF],
      [1, 0x1000, 0x1000 | IF | DF],
      [3, 0, DF],
    ] as const) {
      const m = protectedMachine(cpl);
      m.set({ rflags: iopl | 2 });
      m.push(IOPL_3 | IF | DF | 2);
      expect(m.faultOf([0x9d])).toBeUndefined();
      expect(m.get('rflags')).toBe(after | 2);
    }
  });

  test('gives way to the I/O permission bit map', () => {
    for (const [port, opcode, allowed] of [
      [0x60, 0xe4, true],
      [0x60, 0xe5, true],
      [0x67, 0xe5, false],
      [0x64, 0xe4, false],
      [0x63, 0xe4, true],
      [0x62, 0xe5, false],
      [0x67, 0xe4, true],
      [0x68, 0xe4, true],
    ] as const) {
      const m = protectedMachine(3);
      m.memory.writeU16(TSS + 0x66, IO_MAP);
      m.memory.write(TSS + IO_MAP, new Uint8Array(64).fill(0xff));
      // Ports 60 to 63, 67 and 68.
      m.memory.writeU8(TSS + IO_MAP + 12, 0x70);
      m.memory.writeU8(TSS + IO_MAP + 13, 0xfe);
      expect([port, opcode, m.faultOf([opcode, port])]).toEqual([port, opcode, allowed ? undefined : [13, 0]]);
    }
  });

  test('bit map must be inside the TSS, and the TSS one of 32 bits', () => {
    const at = (map: number, port: number, type = 11): unknown => {
      const m = protectedMachine(3);
      m.memory.writeU16(TSS + 0x66, map);
      if (type === 3) {
        // Where a 16-bit TSS has the stack of level 0.
        m.memory.writeU16(TSS + 2, INNER_STACK);
        m.memory.writeU16(TSS + 4, SEL.data[0]);
      }
      m.vcpu.setSpecialRegisters({ tr: { ...m.vcpu.getSpecialRegisters().tr, type } });
      return m.faultOf([0xe4, port]);
    };
    expect(at(0x1fe, 7)).toBeUndefined();
    expect(at(0x1fe, 8)).toEqual([13, 0]);
    expect(at(IO_MAP, 8)).toBeUndefined();
    expect(at(IO_MAP, 8, 3)).toEqual([13, 0]);
  });

  test('leaves VIF to level 3 with CR4.PVI', () => {
    const m = protectedMachine(3);
    m.vcpu.setSpecialRegisters({ cr4: 2n });
    expect(m.faultOf([0xfb])).toBeUndefined();
    expect(m.get('rflags')).toBe(VIF | 2);
    expect(m.faultOf([0xfa])).toBeUndefined();
    expect(m.get('rflags')).toBe(2);
    m.set({ rflags: 0x100002 });
    expect(m.faultOf([0xfb])).toEqual([13, 0]);
  });
});

describe('questions about selectors', () => {
  const ZF = 0x40;
  const ask = (cpl: number, selector: number, code: number[]): [boolean, number] => {
    const m = protectedMachine(cpl);
    m.describe(SEL.free, descriptor(0, 0, 0x8e));
    m.set({ rax: selector, rcx: 0xdddddddd });
    expect(m.faultOf(code)).toBeUndefined();
    return [(m.get('rflags') & ZF) !== 0, m.get('rcx')];
  };
  const [LAR, LSL] = [
    [0x0f, 0x02, 0xc8],
    [0x0f, 0x03, 0xc8],
  ];
  const [VERR, VERW] = [
    [0x0f, 0x00, 0xe0],
    [0x0f, 0x00, 0xe8],
  ];
  const none = [false, 0xdddddddd];

  test('LAR gives the access rights', () => {
    expect(ask(0, SEL.code[3], LAR)).toEqual([true, 0xcffa00]);
    expect(ask(0, SEL.code[3], [0x66, ...LAR])).toEqual([true, 0xddddfa00]);
    expect(ask(0, SEL.tss2, LAR)).toEqual([true, ACCESS.tss32 << 8]);
    expect(ask(3, SEL.data[0], LAR)).toEqual(none);
    expect(ask(3, SEL.conforming, LAR)[0]).toBe(true);
    for (const selector of [0, SEL.free, 0x100]) expect(ask(0, selector, LAR)).toEqual(none);
  });

  test('LSL gives the limit in bytes', () => {
    expect(ask(0, SEL.code[3], LSL)).toEqual([true, 0xffffffff]);
    expect(ask(0, SEL.tss2, LSL)).toEqual([true, 0x67]);
    expect(ask(0, SEL.tss2, [0x66, ...LSL])).toEqual([true, 0xdddd0067]);
    for (const selector of [0, SEL.free, 0x100]) expect(ask(0, selector, LSL)).toEqual(none);
  });

  test('VERR and VERW tell whether it can be read and written', () => {
    const both = (cpl: number, selector: number): boolean[] => [
      ask(cpl, selector, VERR)[0],
      ask(cpl, selector, VERW)[0],
    ];
    expect(both(3, SEL.data[3] | 3)).toEqual([true, true]);
    expect(both(3, SEL.readOnly)).toEqual([true, false]);
    expect(both(3, SEL.executeOnly)).toEqual([false, false]);
    expect(both(3, SEL.code[0])).toEqual([false, false]);
    expect(both(3, SEL.conforming)).toEqual([true, false]);
    expect(both(0, SEL.data[2] | 3)).toEqual([false, false]);
    expect(both(0, SEL.tss2)).toEqual([false, false]);
  });

  test('ARPL raises the RPL to that of the other selector', () => {
    const m = protectedMachine(3);
    m.set({ rax: 0x8, rcx: 0x3 });
    m.faultOf([0x63, 0xc8]);
    expect([m.get('rax'), m.get('rflags') & ZF]).toEqual([0xb, ZF]);
    m.faultOf([0x63, 0xc8]);
    expect([m.get('rax'), m.get('rflags') & ZF]).toEqual([0xb, 0]);
  });
});

describe('the way between the modes', () => {
  test('LMSW and MOV CR0 lead in, MOV CR0 leads out, and limits stay', () => {
    const m = protectedMachine(0);
    m.set({ rax: 0 });
    m.load([0x0f, 0x01, 0xf0, 0x0f, 0x20, 0xc0, 0x24, 0xfe, 0x0f, 0x22, 0xc0]);
    m.run(2);
    expect(m.get('rax') & 1).toBe(1);
    m.run(2);
    expect(m.vcpu.getSpecialRegisters().cr0 & 1n).toBe(0n);
    // Still code of 32 bits: mov eax, 0x1000; mov ds, ax; mov al, [0x123456]
    m.memory.writeU8(0x10000 + 0x54321, 0x77);
    m.load([0xb8, 0, 0x10, 0, 0, 0x8e, 0xd8, 0xa0, 0x21, 0x43, 0x05, 0]);
    m.run(3);
    expect([m.get('rax') & 0xff, m.selector('ds'), m.get('rip')]).toEqual([0x77, 0x1000, CODE + 12]);
    // Code can be written there.
    m.load([0x2e, 0xa2, 0, 0x40, 0, 0]);
    m.run(1);
    expect(m.memory.readU8(0x4000)).toBe(0x77);
  });
});
