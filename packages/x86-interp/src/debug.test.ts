import { describe, expect, test } from 'vitest';
import { CODE, DATA, FRAME, P, type PagedMachine, paged, RW } from './paging.test-util.ts';

const le32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
const HLT = 0xf4;
const NOP = 0x90;
const DB = 1;
const EXECUTE = 0;
const WRITE = 1;
const PORT = 2;
const ACCESS = 3;
const LENGTH = { 1: 0, 2: 1, 4: 3 } as const;
const BS = 0x4000;
const BD = 0x2000;
const TF = 0x100;
const RF = 0x10000;
const DE = 8;
/** DR6 as it is after reset. */
const DR6 = 0xffff0ff0;

/** Sets DR0 and DR7 from outside, as one does who restores a snapshot. */
function watch(m: PagedMachine, kind: number, at: number, length: 1 | 2 | 4 = 1, more = 0): void {
  const state = m.vcpu.snapshot();
  const dr7 = 0x401 | (kind << 16) | (LENGTH[length] << 18) | more;
  m.vcpu.restore({ ...state, debug: { ...state.debug, dr0: BigInt(at), dr6: BigInt(DR6), dr7: BigInt(dr7) } });
}

function machineWith(kind: number, at: number, length: 1 | 2 | 4 = 1, cr4 = 0): PagedMachine {
  const m = paged({ cr4 });
  m.map(DATA, FRAME | P | RW);
  watch(m, kind, at, length);
  return m;
}

describe('a breakpoint on an instruction', () => {
  test('is a fault before it, once', () => {
    for (const at of [CODE, CODE + 2]) {
      const m = machineWith(EXECUTE, at);
      // inc eax four times
      const code = [0x40, 0x40, 0x40, 0x40, HLT];
      m.set({ rax: 0 });
      expect(m.go(code)).toMatchObject({ vector: DB, eip: at, dr6: 1 });
      expect(m.get('rax')).toBe(at - CODE);
      // With RF it is passed, and RF is gone.
      m.load(code, CODE);
      m.set({ rip: at, rax: 0, rflags: RF | 2 });
      m.run(2);
      expect(m.get('rax')).toBe(2);
      expect(m.get('rflags') & RF).toBe(0);
    }
  });

  test('is met in a loop, on pages that ran before, and from other pages', () => {
    const m = paged();
    // mov ecx, 3; loop $; jmp 6000h … 6000h: hlt
    const code = [0xb9, 3, 0, 0, 0, 0xe2, 0xfe, 0xe9, ...le32(0x6000 - (CODE + 12))];
    m.memory.write(0x6000, Uint8Array.from([HLT]));
    expect(m.go(code)).toBeUndefined();
    watch(m, EXECUTE, CODE + 5);
    expect(m.go(code)).toMatchObject({ vector: DB, eip: CODE + 5 });
    expect(m.get('rcx')).toBe(3);
    watch(m, EXECUTE, 0x6000);
    expect(m.go(code)).toMatchObject({ vector: DB, eip: 0x6000 });
    watch(m, EXECUTE, 0x6001);
    expect(m.go(code)).toBeUndefined();
  });

  test('does not stop the instruction behind MOV SS', () => {
    const m = machineWith(EXECUTE, CODE + 2);
    // mov ax, ss before; mov ss, ax; nop; hlt
    m.set({ rax: 0x10 });
    expect(m.go([0x8e, 0xd0, NOP, HLT])).toBeUndefined();
  });

  test('comes before the fault of a fetch', () => {
    const m = paged();
    m.map(DATA, 0);
    watch(m, EXECUTE, DATA);
    expect(m.go([0xb8, ...le32(DATA), 0xff, 0xe0])).toMatchObject({ vector: DB, eip: DATA });
  });
});

describe('a breakpoint on data', () => {
  const read = (at: number): number[] => [0xa0, ...le32(at), NOP, HLT];
  const read32 = (at: number): number[] => [0xa1, ...le32(at), NOP, HLT];
  const write = (at: number): number[] => [0xa2, ...le32(at), NOP, HLT];
  const NEXT_IP = CODE + 5;

  test.each([
    { what: 'write by a write', kind: WRITE, length: 1, at: 8, code: write(DATA + 8), hit: true },
    { what: 'write by a read', kind: WRITE, length: 1, at: 8, code: read(DATA + 8), hit: false },
    { what: 'access by a read', kind: ACCESS, length: 1, at: 8, code: read(DATA + 8), hit: true },
    { what: 'access by a write', kind: ACCESS, length: 1, at: 8, code: write(DATA + 8), hit: true },
    { what: 'byte behind', kind: ACCESS, length: 1, at: 8, code: read(DATA + 9), hit: false },
    { what: 'end of four', kind: ACCESS, length: 4, at: 8, code: read(DATA + 11), hit: true },
    { what: 'behind four', kind: ACCESS, length: 4, at: 8, code: read(DATA + 12), hit: false },
    {
      what: 'four, with lower bits that do not count',
      kind: ACCESS,
      length: 4,
      at: 11,
      code: read(DATA + 8),
      hit: true,
    },
    {
      what: 'two, with a lower bit that does not count',
      kind: WRITE,
      length: 2,
      at: 9,
      code: write(DATA + 8),
      hit: true,
    },
    { what: 'last byte of a read of four', kind: ACCESS, length: 1, at: 11, code: read32(DATA + 8), hit: true },
    { what: 'behind a read of four', kind: ACCESS, length: 1, at: 12, code: read32(DATA + 8), hit: false },
  ] as const)('$what', ({ kind, length, at, code, hit }) => {
    const m = machineWith(kind, DATA + at, length);
    // Also when the page is known already.
    m.go([0xa0, ...le32(DATA + 0x100), 0xa2, ...le32(DATA + 0x104), HLT]);
    const caught = m.go(code);
    if (hit) expect(caught).toMatchObject({ vector: DB, eip: NEXT_IP, dr6: 1 });
    else expect(caught).toBeUndefined();
  });

  test('traps behind the access, which is done; the stack counts too', () => {
    const m = machineWith(WRITE, DATA + 4, 4);
    m.set({ rax: 0x5a });
    m.go(write(DATA + 4));
    expect(m.memory.readU8(FRAME + 4)).toBe(0x5a);
    // mov esp, DATA + 8; push eax
    expect(m.go([0xbc, ...le32(DATA + 8), 0x50, NOP])).toMatchObject({ vector: DB, eip: CODE + 6 });
  });

  test('stops a string in between', () => {
    const m = machineWith(WRITE, DATA + 0x20);
    m.set({ rdi: DATA, rcx: 0x100, rax: 0x77 });
    expect(m.go([0xf3, 0xaa, HLT])).toMatchObject({ vector: DB, eip: CODE });
    expect(m.get('rdi')).toBe(DATA + 0x21);
    expect(m.get('rcx')).toBe(0x100 - 0x21);
    expect([m.memory.readU8(FRAME + 0x20), m.memory.readU8(FRAME + 0x21)]).toEqual([0x77, 0]);
  });

  test('is set by the guest, and two at once are told apart', () => {
    const m = machineWith(EXECUTE, 0);
    // mov eax, DATA; mov dr0, eax; mov dr1, eax; mov eax, DR7; mov dr7, eax; mov [DATA], al
    const dr7 = 0x405 | (WRITE << 16) | (ACCESS << 20);
    const set = [0xb8, ...le32(DATA), 0x0f, 0x23, 0xc0, 0x0f, 0x23, 0xc8, 0xb8, ...le32(dr7), 0x0f, 0x23, 0xf8];
    const caught = m.go([...set, 0xa2, ...le32(DATA), NOP, HLT]);
    expect(caught).toMatchObject({ vector: DB, eip: CODE + set.length + 5, dr6: 3 });
    expect(m.go([...set, 0xa0, ...le32(DATA), NOP, HLT])?.dr6).toBe(3);
  });

  test('that is not reached by an instruction that faults is not reported', () => {
    const m = machineWith(ACCESS, DATA + 0xffc, 4);
    m.map(DATA + 0x1000, 0);
    expect(m.go([0xa1, ...le32(DATA + 0xffe)])).toMatchObject({ vector: 14, dr6: 0 });
  });
});

describe('a breakpoint on a port', () => {
  test('traps behind IN and OUT, with CR4.DE', () => {
    for (const [code, hit] of [
      [[0xe6, 0x80], true],
      [[0xe4, 0x80], true],
      [[0xe7, 0x7f], true],
      [[0xe6, 0x81], false],
      [[0xa2, ...le32(0x80)], false],
    ] as const) {
      const m = machineWith(PORT, 0x80, 1, DE);
      const caught = m.go([...code, NOP, HLT]);
      if (hit) expect(caught).toMatchObject({ vector: DB, eip: CODE + code.length, dr6: 1 });
      else expect(caught).toBeUndefined();
      const without = machineWith(PORT, 0x80, 1);
      expect(without.go([...code, NOP, HLT])).toBeUndefined();
    }
  });

  test('stops INS after the element', () => {
    const m = machineWith(PORT, 0x80, 1, DE);
    m.set({ rdi: DATA, rcx: 9, rdx: 0x80 });
    expect(m.go([0xf3, 0x6c, HLT])).toMatchObject({ vector: DB, eip: CODE });
    expect(m.get('rcx')).toBe(8);
  });
});

describe('DR7 and DR6', () => {
  test('GD: an access to a debug register faults, and is allowed in the handler', () => {
    const m = paged();
    watch(m, EXECUTE, 0, 1, 0x2000);
    // mov eax, dr0
    expect(m.go([0x0f, 0x21, 0xc0, HLT])).toMatchObject({ vector: DB, eip: CODE, dr6: BD });
    expect(Number(m.vcpu.snapshot().debug.dr7) & 0x2000).toBe(0);
    expect(m.go([0x0f, 0x21, 0xc0, HLT])).toBeUndefined();
  });

  test('BS: a single step, together with a breakpoint', () => {
    const m = machineWith(WRITE, DATA);
    // pushf; or dword [esp], TF; popf; mov [DATA], al
    const step = [0x9c, 0x81, 0x0c, 0x24, ...le32(TF), 0x9d];
    const code = [...step, 0xa2, ...le32(DATA), NOP, HLT];
    expect(m.go(code)).toMatchObject({ vector: DB, eip: CODE + step.length + 5, dr6: BS | 1 });
  });
});
