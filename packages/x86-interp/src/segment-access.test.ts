import type { X86Segment } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { CODE, DATA, paged } from './paging.test-util.ts';

const HLT = 0xf4;
const SS = 12;
const GP = 13;
const AC = 17;
const READ_WRITE = 3;
const READ_ONLY = 1;
const EXPAND_DOWN = 7;
const EXECUTE_ONLY = 9;
const EXECUTE_READ = 11;

/** mov eax, [edi]; mov [edi], eax; inc word [edi]; and the same in the stack segment */
const READ = [0x8b, 0x07];
const WRITE = [0x89, 0x07];
const MODIFY = [0x66, 0xff, 0x07];
const READ_STACK = [0x36, ...READ];
const WRITE_STACK = [0x36, ...WRITE];

/** What happens to an access at `offset` of a data segment: the vector of its fault, or undefined. */
function access(segment: Partial<X86Segment>, offset: number, code: readonly number[]): number | undefined {
  const m = paged();
  const { ds } = m.vcpu.getSpecialRegisters();
  const changed = { ...ds, ...segment };
  m.special(code[0] === 0x36 ? { ss: changed } : { ds: changed });
  m.set({ rdi: offset });
  const caught = m.go([...code, HLT]);
  if (caught !== undefined) {
    expect(caught.eip).toBe(CODE);
    expect(caught.code).toBe(0);
  }
  return caught?.vector;
}

describe('limits', () => {
  test.each([
    { what: 'last four bytes', limit: 0xfff, offset: 0xffc, fault: undefined },
    { what: 'three inside', limit: 0xfff, offset: 0xffd, fault: GP },
    { what: 'behind', limit: 0xfff, offset: 0x1000, fault: GP },
    { what: 'far behind', limit: 0xfff, offset: 0x80000000, fault: GP },
    { what: 'a wrap of the offset', limit: 0xfff, offset: 0xfffffffe, fault: GP },
    { what: 'limit 2', limit: 2, offset: 0, fault: GP },
    { what: 'limit 3', limit: 3, offset: 0, fault: undefined },
  ])('expand-up: $what', ({ limit, offset, fault }) => {
    for (const code of [READ, WRITE]) expect(access({ limit, type: READ_WRITE }, offset, code)).toBe(fault);
  });

  test.each([
    { what: 'the limit is outside', limit: 0xfff, db: 1, offset: 0xfff, fault: GP },
    { what: 'above it is inside', limit: 0xfff, db: 1, offset: 0x1000, fault: undefined },
    { what: 'below', limit: 0xfff, db: 1, offset: 0, fault: GP },
    { what: 'up to 4 GiB', limit: 0xfff, db: 1, offset: 0xfffffffc, fault: undefined },
    { what: 'not beyond', limit: 0xfff, db: 1, offset: 0xfffffffd, fault: GP },
    { what: 'up to 64 KiB in one of 16 bits', limit: 0xfff, db: 0, offset: 0xfffc, fault: undefined },
    { what: 'not beyond in one of 16 bits', limit: 0xfff, db: 0, offset: 0xfffd, fault: GP },
    { what: 'nothing is inside', limit: 0xffff, db: 0, offset: 0x8000, fault: GP },
  ] as const)('expand-down: $what', ({ limit, db, offset, fault }) => {
    const base = offset > 0xffff ? BigInt(DATA) : 0n;
    for (const code of [READ, WRITE]) expect(access({ limit, db, base, type: EXPAND_DOWN }, offset, code)).toBe(fault);
  });

  test('of the stack segment are #SS', () => {
    for (const code of [READ_STACK, WRITE_STACK]) {
      expect(access({ limit: 0x9fff, type: READ_WRITE }, 0x9ffd, code)).toBe(SS);
      expect(access({ limit: 0x9fff, type: READ_WRITE }, 0x9ffc, code)).toBeUndefined();
    }
  });

  test('of code: what is fetched beyond is #GP, at the instruction that reaches there', () => {
    const m = paged();
    const { cs } = m.vcpu.getSpecialRegisters();
    m.special({ cs: { ...cs, limit: CODE + 3 } });
    m.set({ rax: 0 });
    // inc eax; mov eax, imm32
    expect(m.go([0x40, 0xb8, 1, 2, 3, 4])).toMatchObject({ vector: GP, code: 0, eip: CODE + 1 });
    expect(m.get('rax')).toBe(1);
  });

  test('REP stops at the element that is outside', () => {
    const m = paged();
    const { es } = m.vcpu.getSpecialRegisters();
    m.special({ es: { ...es, limit: DATA + 0x102 } });
    m.set({ rdi: DATA, rcx: 0x100, rax: 0 });
    expect(m.go([0xf3, 0xab])).toMatchObject({ vector: GP, eip: CODE });
    expect([m.get('rdi'), m.get('rcx')]).toEqual([DATA + 0x100, 0xc0]);
  });
});

describe('rights', () => {
  test.each([
    { what: 'read-only data', type: READ_ONLY, read: undefined, write: GP },
    { what: 'data', type: READ_WRITE, read: undefined, write: undefined },
    { what: 'execute-only code', type: EXECUTE_ONLY, read: GP, write: GP },
    { what: 'readable code', type: EXECUTE_READ, read: undefined, write: GP },
  ])('$what', ({ type, read, write }) => {
    expect(access({ type }, DATA, READ)).toBe(read);
    expect(access({ type }, DATA, WRITE)).toBe(write);
    expect(access({ type }, DATA, MODIFY)).toBe(write);
  });

  test('nothing can be done with a segment that is none', () => {
    for (const code of [READ, WRITE, MODIFY]) expect(access({ unusable: 1 }, DATA, code)).toBe(GP);
  });

  test('code may not be written, nor read if it is execute-only', () => {
    for (const [type, code, fault] of [
      [EXECUTE_READ, [0x2e, ...READ], undefined],
      [EXECUTE_READ, [0x2e, ...WRITE], GP],
      [EXECUTE_ONLY, [0x2e, ...READ], GP],
    ] as const) {
      const m = paged();
      const { cs } = m.vcpu.getSpecialRegisters();
      m.special({ cs: { ...cs, type } });
      m.set({ rdi: DATA });
      expect(m.go([...code, HLT])?.vector).toBe(fault);
    }
  });
});

describe('alignment checks', () => {
  const AM = 0x40000;
  const AC_FLAG = 0x40000;

  function check(user: boolean, am: boolean, flag: boolean, offset: number, code: readonly number[]): unknown {
    const m = paged({ user });
    const { cr0 } = m.vcpu.getSpecialRegisters();
    if (am) m.special({ cr0: cr0 | BigInt(AM) });
    m.set({ rdi: DATA + offset, rflags: flag ? AC_FLAG | 2 : 2 });
    return m.go([...code, HLT]);
  }

  test('are for the user, with AM and AC', () => {
    expect(check(true, true, true, 1, READ)).toMatchObject({ vector: AC, code: 0, eip: CODE });
    for (const [user, am, flag] of [
      [false, true, true],
      [true, false, true],
      [true, true, false],
    ] as const) {
      const end = check(user, am, flag, 1, READ);
      if (user) expect(end).toMatchObject({ vector: GP });
      else expect(end).toBeUndefined();
    }
  });

  test('are of the size of the operand', () => {
    for (const [offset, code, fault] of [
      [2, READ, AC],
      [4, READ, GP],
      [2, WRITE, AC],
      [1, MODIFY, AC],
      [2, MODIFY, GP],
      [3, [0x8a, 0x07], GP],
      [6, [0x66, 0x8b, 0x07], GP],
    ] as const) {
      expect(check(true, true, true, offset, code)).toMatchObject({ vector: fault });
    }
  });

  test('begin with POPF, though the page is known', () => {
    const m = paged({ user: true });
    const { cr0 } = m.vcpu.getSpecialRegisters();
    m.special({ cr0: cr0 | BigInt(AM) });
    m.set({ rdi: DATA + 1, rflags: 2 });
    // mov eax, [edi]; pushf; or byte [esp + 2], 4; popf; mov eax, [edi]
    const code = [...READ, 0x9c, 0x80, 0x4c, 0x24, 2, 4, 0x9d, ...READ, HLT];
    expect(m.go(code)).toMatchObject({ vector: AC, eip: CODE + code.length - 3 });
  });
});
