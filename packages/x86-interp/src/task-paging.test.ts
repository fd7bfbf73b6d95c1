import { describe, expect, test } from 'vitest';
import { CODE, DATA, FRAME, P, paged, RW } from './paging.test-util.ts';

const PF = 14;
const GDT = 0x2800;
const OLD_TSS = 0x2c00;
const NEW_TSS = 0x2d00;
const OLD = 0x28;
const NEW = 0x30;
const BUSY_TSS = 11;

interface Layout {
  readonly gdt?: number;
  readonly tss?: number;
  readonly newTss?: number;
}

/** A machine with another task to switch to. Linear addresses from DATA on are at FRAME; they can be written. */
function withTasks({ gdt = GDT, tss = OLD_TSS, newTss = NEW_TSS }: Layout): ReturnType<typeof paged> {
  const m = paged({ wp: true });
  const at = (linear: number): number => (linear < DATA ? linear : linear - DATA + FRAME);
  const describe = (selector: number, base: number, type: number): void => {
    m.memory.writeU32(at(gdt + selector), 0x67 | ((base & 0xffff) << 16));
    m.memory.writeU32(at(gdt + selector + 4), ((base >> 16) & 0xff) | (type << 8) | 0x8000 | (base & 0xff000000));
  };
  for (const page of [0, 0x1000]) m.map(DATA + page, (FRAME + page) | P | RW);
  m.memory.write(at(gdt), m.memory.read(GDT, 0x28));
  describe(OLD, tss, BUSY_TSS);
  describe(NEW, newTss, 9);
  const { tr } = m.vcpu.getSpecialRegisters();
  m.special({ tr: { ...tr, base: BigInt(tss) }, gdt: { base: BigInt(gdt), limit: 0x37 } });
  const words: Record<number, number> = { 28: 0x10000, 32: 0x5800, 36: 2, 56: 0x9800 };
  for (let n = 0; n < 6; n++) words[0x48 + 4 * n] = n === 1 ? 8 : 0x10;
  for (const [offset, word] of Object.entries(words)) m.memory.writeU32(at(newTss) + Number(offset), word);
  return m;
}

describe('a task switch that cannot save the old task', () => {
  const call = [0x9a, 0, 0, 0, 0, NEW, 0];
  const jump = [0xea, 0, 0, 0, 0, NEW, 0];
  const accessOf = (m: ReturnType<typeof paged>, selector: number): number => m.memory.readU8(GDT + selector + 5);

  test.each([
    ['CALL', call],
    ['JMP', jump],
  ])('faults in it, with nothing changed: %s', (_what, code) => {
    // The TSS goes on on a page that is not there.
    const tss = DATA + 0xfc0;
    const m = withTasks({ tss });
    m.map(DATA + 0x1000, 0);
    m.memory.write(FRAME, new Uint8Array(0x1000).fill(0xcc));
    m.set({ rax: 0x1234 });
    expect(m.go(code)).toMatchObject({ vector: PF, code: 2, cr2: DATA + 0x1000, eip: CODE });
    expect(m.memory.read(FRAME, 0x1000).every((byte) => byte === 0xcc)).toBe(true);
    expect([m.get('rax'), m.vcpu.getSpecialRegisters().tr.selector]).toEqual([0x1234, 0x28]);
    expect([accessOf(m, 0x28), accessOf(m, NEW), m.memory.readU16(NEW_TSS)]).toEqual([0x8b, 0x89, 0]);
    // With the page there, it goes on.
    m.map(DATA + 0x1000, (FRAME + 0x1000) | P | RW);
    m.load(code, CODE);
    m.run(1);
    expect([m.get('rip'), m.get('rsp')]).toEqual([0x5800, 0x9800]);
    expect(m.memory.readU32(FRAME + 0xfc0 + 0x28)).toBe(0x1234);
  });

  test('nor the link of a CALL in the new one', () => {
    const m = withTasks({ newTss: DATA });
    m.map(DATA, FRAME | P);
    expect(m.go(call)).toMatchObject({ vector: PF, code: 3, cr2: DATA, eip: CODE });
    expect([accessOf(m, OLD), accessOf(m, NEW), m.memory.readU32(OLD_TSS + 0x20)]).toEqual([0x8b, 0x89, 0]);
  });

  test.each([
    ['the old task free', 0x1000 - OLD - 8, 0],
    ['the new one busy', 0x1000 - NEW, 0x1000],
  ])('nor make %s', (_what, offset, page) => {
    // The entries are on two pages, of which one cannot be written.
    const m = withTasks({ gdt: DATA + offset });
    m.map(DATA + page, (FRAME + page) | P);
    const entry = page === 0 ? OLD : NEW;
    expect(m.go(jump)).toMatchObject({ vector: PF, code: 3, cr2: DATA + offset + entry, eip: CODE });
    const access = [OLD, NEW].map((selector) => m.memory.readU8(FRAME + offset + selector + 5));
    expect([access, m.memory.readU32(OLD_TSS + 0x20)]).toEqual([[0x8b, 0x89], 0]);
  });
});
