import type { X86Registers } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { type Caught, CODE, DATA, FRAME, P, paged, RW, US } from './paging.test-util.ts';

const [GP, PF, AC] = [13, 14, 17];
/** The bits of a page fault's error code. */
const [PRESENT, WRITE, USER] = [1, 2, 4];
const AC_FLAG = 0x40002;
const CR0_AM_NE = 0x40020n;
const READ_ONLY = DATA + 0x1000;
const ABSENT = DATA + 0x2000;
/** The last byte of DS and ES, in the page that is absent. */
const LIMIT = ABSENT + 0xff;

type Set = Partial<Record<keyof X86Registers, number>>;

function machine(): ReturnType<typeof paged> {
  const m = paged({ user: true });
  m.map(DATA, FRAME | P | RW | US);
  m.map(READ_ONLY, FRAME | P | US);
  m.map(ABSENT, 0);
  const { ds, cr0, tr } = m.vcpu.getSpecialRegisters();
  // No I/O permission bit map.
  m.memory.writeU16(Number(tr.base) + 0x66, 0x68);
  const limited = { ...ds, limit: LIMIT };
  m.special({ ds: limited, es: limited, cr0: cr0 | CR0_AM_NE });
  return m;
}

// What a user program with these registers raises. The stack of its FPU holds 1.
function caught(code: readonly number[], set: Set = {}): Caught | undefined {
  const m = machine();
  m.load([0xdb, 0xe3, 0xd9, 0xe8], CODE - 4);
  m.run(2);
  m.set({ rflags: 2, ...set });
  return m.go(code);
}

describe('what an instruction with an operand in memory raises', () => {
  test.each<[string, number[]]>([
    ['rol byte', [0xc0, 0x07, 0]],
    ['shl word', [0x66, 0xc1, 0x27, 0x20]],
    ['sar dword by cl', [0xd3, 0x3f]],
    ['shld dword', [0x0f, 0xa4, 0x07, 0]],
    ['shrd word by cl', [0x66, 0x0f, 0xad, 0x07]],
  ])('%s: a shift by 0 changes nothing, of what can be changed', (_, code) => {
    expect(caught(code, { rdi: READ_ONLY, rcx: 0 })).toMatchObject({ vector: PF, code: PRESENT | WRITE | USER });
    expect(caught(code, { rdi: ABSENT, rcx: 0 })).toMatchObject({ vector: PF, code: WRITE | USER });
    expect(caught([...code, 0xf4], { rdi: DATA, rcx: 0 })).toMatchObject({ vector: GP, eip: CODE + code.length });
  });

  test.each<[string, number[], number]>([
    ['fld qword', [0xdd, 0x07], 8],
    ['fadd qword', [0xdc, 0x07], 8],
    ['fild qword', [0xdf, 0x2f], 8],
    ['fstp qword', [0xdd, 0x1f], 8],
    ['cmpxchg8b', [0x0f, 0xc7, 0x0f], 8],
    ['fldenv', [0xd9, 0x27], 28],
    ['frstor', [0xdd, 0x27], 108],
  ])('%s: the limit of the segment comes before the page, for the operand as a whole', (_, code, bytes) => {
    expect(caught(code, { rdi: LIMIT - bytes + 2 })).toMatchObject({ vector: GP, code: 0 });
    expect(caught(code, { rdi: LIMIT - bytes + 1 })).toMatchObject({ vector: PF, cr2: LIMIT - bytes + 1 });
  });

  test('80 bits are 64 and 16', () => {
    for (const code of [
      [0xdb, 0x2f],
      [0xdb, 0x3f],
      [0xdf, 0x27],
      [0xdf, 0x37],
    ]) {
      expect(caught(code, { rdi: LIMIT - 6 })).toMatchObject({ vector: GP });
      expect(caught(code, { rdi: LIMIT - 7 })).toMatchObject({ vector: PF, cr2: LIMIT - 7 });
    }
  });

  // FLDCW unmasks what comes: an invalid operation, or the loss of precision or of range.
  test.each<[string, number[]]>([
    ['fstp dword of an empty register', [0xd9, 0x1f]],
    ['fistp word of an empty register', [0xdf, 0x1f]],
    ['fbstp of an empty register', [0xdf, 0x37]],
    ['fstp tbyte of an empty register', [0xdb, 0x3f]],
  ])('%s: a fault comes before an unmasked exception of the FPU', (_, code) => {
    // fninit; fldcw [esi]; and the FPU is as it was, after the fault.
    const m = machine();
    m.memory.writeU16(FRAME + 0x100, 0x340);
    m.set({ rsi: DATA + 0x100, rdi: READ_ONLY });
    expect(m.go([0xdb, 0xe3, 0xd9, 0x2e, ...code])).toMatchObject({ vector: PF, code: PRESENT | WRITE | USER });
    expect(m.vcpu.snapshot().fpu.fsw).toBe(0);
  });

  test('a fault of FBSTP leaves the status word alone', () => {
    const m = machine();
    m.set({ rdi: READ_ONLY });
    // fninit; fldpi; fbstp [edi]
    expect(m.go([0xdb, 0xe3, 0xd9, 0xeb, 0xdf, 0x37])).toMatchObject({ vector: PF });
    expect(m.vcpu.snapshot().fpu.fsw & 0x3ff).toBe(0);
  });

  test('a port that may not be used comes before the memory of INS and OUTS', () => {
    for (const code of [[0x6c], [0xf3, 0x6d], [0x6e], [0xf3, 0x66, 0x6f]]) {
      expect(caught(code, { rsi: ABSENT, rdi: ABSENT, rcx: 10 })).toMatchObject({ vector: GP, code: 0 });
    }
  });

  test('ENTER copies from the frame before it looks at the end of the new one', () => {
    const code = [0xc8, 0xff, 0xff, 3];
    expect(caught(code, { rbp: ABSENT + 0x80 })).toMatchObject({ vector: PF, code: USER, cr2: ABSENT + 0x7c });
    expect(caught(code, { rbp: DATA + 0x80 })).toMatchObject({ vector: PF, code: WRITE | USER });
  });

  test('CMPS reads the operand in ES first', () => {
    expect(caught([0xa6], { rsi: ABSENT, rdi: ABSENT + 1 })).toMatchObject({ vector: PF, cr2: ABSENT + 1 });
  });
});

describe('alignment checks', () => {
  test.each<[string, number[], number, number]>([
    ['fld qword', [0xdd, 0x07], 8, 4],
    ['fld tbyte', [0xdb, 0x2f], 8, 4],
    ['fstp tbyte', [0xdb, 0x3f], 8, 4],
    ['cmpxchg8b', [0x0f, 0xc7, 0x0f], 8, 4],
    ['fldenv of words', [0x66, 0xd9, 0x27], 2, 1],
    ['fnstenv of words', [0x66, 0xd9, 0x37], 2, 1],
    ['fnsave of words', [0x66, 0xdd, 0x37], 2, 1],
    ['fnsave of double words', [0xdd, 0x37], 4, 2],
  ])('%s', (_, code, aligned, misaligned) => {
    const flags = { rflags: AC_FLAG };
    expect(caught([...code, 0xf4], { ...flags, rdi: DATA + aligned })).toMatchObject({ vector: GP });
    expect(caught(code, { ...flags, rdi: DATA + misaligned })).toMatchObject({ vector: AC, code: 0 });
  });

  test('a string that is moved as a whole is checked too, and not moved', () => {
    const m = machine();
    m.set({ rflags: AC_FLAG, rsi: DATA + 1, rdi: DATA + 0x200, rcx: 64 });
    expect(m.go([0xf3, 0xa5])).toMatchObject({ vector: AC });
    expect(m.get('rcx')).toBe(64);
    expect(caught([0xf3, 0xab], { rflags: AC_FLAG, rdi: DATA + 2, rcx: 64 })).toMatchObject({ vector: AC });
  });
});
