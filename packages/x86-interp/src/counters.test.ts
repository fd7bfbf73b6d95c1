import { describe, expect, test } from 'vitest';
import { CODE, HANDLERS, machine, type TestMachine } from './machine.test-util.ts';
import { DATA, FRAME, G, P, CODE as PAGED_CODE, paged, RW } from './paging.test-util.ts';

const HLT = 0xf4;

/** How the counters change by what is done. */
function during(m: TestMachine, action: () => void) {
  const before = m.vcpu.counters();
  action();
  const after = m.vcpu.counters();
  const tlb = { ...after.tlb };
  for (const name of Object.keys(tlb) as (keyof typeof tlb)[]) tlb[name] -= before.tlb[name];
  return {
    instructions: after.instructions - before.instructions,
    decoded: after.decoded - before.decoded,
    codePages: after.codePages - before.codePages,
    codeFlushes: after.codeFlushes - before.codeFlushes,
    codeWrites: after.codeWrites - before.codeWrites,
    tlb,
  };
}

describe('counters', () => {
  test('of a vCPU that did nothing are 0', () => {
    const { tlb, ...rest } = machine().vcpu.counters();
    expect(rest).toEqual({
      instructions: 0,
      decoded: 0,
      codePages: 0,
      codeFlushes: 0,
      codeWrites: 0,
      exceptions: {},
      interrupts: { external: 0, nmi: 0, software: 0 },
    });
    expect(tlb).toMatchObject({ misses: 0, fills: 0, pageWalks: 0 });
  });

  test('of decoding: each instruction once, until it is written', () => {
    const m = machine();
    // l: inc ax; inc bx; loop l; hlt
    m.load([0x40, 0x43, 0xe2, 0xfc, HLT]);
    m.set({ rcx: 100 });
    expect(during(m, () => m.run())).toMatchObject({ instructions: 301, decoded: 4, codePages: 1, codeWrites: 0 });
    m.set({ rip: CODE });
    expect(during(m, () => m.run(3))).toMatchObject({ decoded: 0, codePages: 0 });
    // Written by the host, and by the guest: mov byte [CODE + 1], 4Bh
    m.load([0x40, 0x4b, 0xe2, 0xfc, HLT]);
    expect(during(m, () => m.run(3))).toMatchObject({ decoded: 3, codePages: 0 });
    m.load([0xc6, 0x06, 1, 0x10, 0x4b, 0xe9, ...[0xf8, 0xef]], 0x2000);
    m.set({ rcx: 1 });
    expect(during(m, () => m.run())).toMatchObject({ codeWrites: 1, codePages: 1, decoded: 2 + 1 + 1 });
  });

  test('of pages with code, which are forgotten together when there are too many', () => {
    const m = machine();
    // A jump to the next page on each of 200 pages.
    for (let page = 0; page < 200; page++) {
      m.memory.write(0x10000 + page * 0x1000, Uint8Array.from([0xea, 0, 0, ...[0, 0x11 + page]]));
    }
    m.memory.write(0x10000 + 200 * 0x1000, Uint8Array.of(HLT));
    for (let page = 0; page < 200; page++) m.memory.writeU16(0x10003 + page * 0x1000, 0x1100 + page * 0x100);
    m.vcpu.setSpecialRegisters({ cs: { ...m.vcpu.getSpecialRegisters().cs, base: 0x10000n } });
    m.set({ rip: 0 });
    const { codePages, codeFlushes } = during(m, () => expect(m.run()).toBe('halt'));
    expect(codePages).toBeGreaterThanOrEqual(200);
    expect(codeFlushes).toBe(1);
  });

  test('of the TLB: a fill a page and a walk a page', () => {
    const m = paged({ cr4: 0x80 });
    m.map(DATA, FRAME | P | RW | G);
    m.map(DATA + 0x1000, (FRAME + 0x1000) | P | RW);
    // mov [DATA], al; mov [DATA + 1000h], al, twice; hlt
    const store = [0xa2, 0, 0, 0x20, 0, 0xa2, 0, 0x10, 0x20, 0];
    const { tlb } = during(m, () => m.go([...store, ...store, HLT]));
    expect(tlb).toMatchObject({ misses: 2, fills: 2 });
    // Those two, and the code.
    expect(tlb.pageWalks).toBe(3);
    // mov eax, cr3; mov cr3, eax: the global page stays
    const flush = [0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8];
    expect(during(m, () => m.go([...flush, ...store, HLT])).tlb).toMatchObject({ misses: 1, fills: 1, flushes: 1 });
    m.load([HLT], PAGED_CODE);
    expect(during(m, () => m.run()).tlb).toMatchObject({ misses: 0, fills: 0, flushes: 0 });
  });

  test('of the TLB: what it cannot hold misses each time', () => {
    const m = machine();
    m.vcpu.setSpecialRegisters({ fs: { ...m.vcpu.getSpecialRegisters().fs, base: 0x200000n } });
    // mov al, fs:[0], twice; mov ax, [2FFF]; hlt
    m.load([0x64, 0xa0, 0, 0, 0x64, 0xa0, 0, 0, 0xa1, 0xff, 0x2f, HLT]);
    expect(during(m, () => m.run()).tlb).toMatchObject({ misses: 3, fills: 0 });
  });

  test('of exceptions by vector, and of interrupts by source', () => {
    const m = machine();
    m.memory.write(HANDLERS, new Uint8Array(256).fill(0xcf));
    // int3; int 3; int 21h; int 21h; ud2, whose handler is a HLT
    m.memory.writeU8(HANDLERS + 6, HLT);
    m.load([0xcc, 0xcd, 3, 0xcd, 0x21, 0xcd, 0x21, 0x0f, 0x0b]);
    m.vcpu.nmi();
    m.run();
    m.vcpu.injectInterrupt(8);
    const { exceptions, interrupts } = m.vcpu.counters();
    expect(exceptions).toEqual({ 3: 1, 6: 1 });
    expect(interrupts).toEqual({ external: 1, nmi: 1, software: 3 });
    m.vcpu.reset();
    expect(m.vcpu.counters().exceptions).toEqual(exceptions);
  });
});
