import { describe, expect, test } from 'vitest';
import { CODE, DATA, FRAME, P, paged, RW, US } from './paging.test-util.ts';

const le32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
const PF = 14;
const HLT = 0xf4;
const NEXT = DATA + 0x1000;
const FRAME2 = FRAME + 0x2000;
const HANDLER = 0x6000;
const COUNT = 0x7000;
/** Where general registers are set before the instruction. */
const REGISTERS = { rax: 0x11111111, rcx: 0x22222222, rdx: 0x33333333, rbx: 0x44444444 } as const;

interface Case {
  readonly what: string;
  readonly code: readonly number[];
  readonly set: Partial<Record<'rsp' | 'rbp' | 'rsi' | 'rdi' | 'rcx' | 'rax' | 'rbx' | 'rdx', number>>;
  /** How often the handler runs if both pages are absent. */
  readonly faults?: number;
}

// Instructions that touch DATA and the page behind it.
const CASES: readonly Case[] = [
  { what: 'mov [m], eax across pages', code: [0x89, 0x07], set: { rdi: NEXT - 2 } },
  { what: 'mov eax, [m] across pages', code: [0x8b, 0x07], set: { rdi: NEXT - 1 } },
  { what: 'inc dword [m] across pages', code: [0xff, 0x07], set: { rdi: NEXT - 3 } },
  { what: 'xchg [m], ax across pages', code: [0x66, 0x87, 0x07], set: { rdi: NEXT - 1 } },
  { what: 'pusha', code: [0x60], set: { rsp: NEXT + 12 } },
  { what: 'popa', code: [0x61], set: { rsp: NEXT - 20 } },
  { what: 'enter 16, 6', code: [0xc8, 16, 0, 6], set: { rsp: NEXT + 8, rbp: NEXT + 12 } },
  { what: 'enter 16, 6 from another page', code: [0xc8, 16, 0, 6], set: { rsp: DATA + 0x800, rbp: NEXT + 8 } },
  { what: 'leave', code: [0xc9], set: { rbp: NEXT - 2 } },
  { what: 'push dword [m]', code: [0xff, 0x37], set: { rsp: NEXT + 2, rdi: NEXT - 4 } },
  { what: 'pop dword [esp + m]', code: [0x8f, 0x44, 0x24, 0xfa], set: { rsp: NEXT } },
  { what: 'push esp', code: [0x54], set: { rsp: NEXT + 2 } },
  { what: 'call near', code: [0xe8, 0, 0, 0, 0], set: { rsp: NEXT + 2 } },
  { what: 'rep movsb', code: [0xf3, 0xa4], set: { rsi: DATA + 0xf00, rdi: NEXT + 0x100, rcx: 0x200 } },
  { what: 'rep movsd, down', code: [0xfd, 0xf3, 0xa5, 0xfc], set: { rsi: NEXT + 0x80, rdi: NEXT + 0x180, rcx: 0x80 } },
  { what: 'rep stosd across pages', code: [0xf3, 0xab], set: { rdi: NEXT - 0x102, rcx: 0x80 } },
  { what: 'repe cmpsb', code: [0xf3, 0xa6], set: { rsi: DATA + 0xf80, rdi: NEXT + 0xf80, rcx: 0x100 } },
  { what: 'cmpxchg8b [m]', code: [0x0f, 0xc7, 0x0f], set: { rdi: NEXT - 4 } },
  { what: 'xadd [m], edx', code: [0x0f, 0xc1, 0x17], set: { rdi: NEXT - 2 } },
  { what: 'sgdt [m]', code: [0x0f, 0x01, 0x07], set: { rdi: NEXT - 3 } },
  { what: 'bts [m], eax', code: [0x0f, 0xab, 0x07], set: { rdi: NEXT - 8, rax: 70 }, faults: 1 },
  { what: 'shld [m], edx, 5', code: [0x0f, 0xa4, 0x17, 5], set: { rdi: NEXT - 2 } },
  { what: 'les eax, [m]', code: [0xc4, 0x07], set: { rdi: NEXT - 4 } },
];

type Machine = ReturnType<typeof paged>;

// The handler of #PF counts, makes the page of CR2 present, and returns:
//   push eax; mov eax, cr2; shr eax, 12; inc dword [COUNT]; or byte [eax * 4 + table], 7; pop eax; add esp, 4; iretd
function handler(table: number): number[] {
  return [
    ...[0x50, 0x0f, 0x20, 0xd0, 0xc1, 0xe8, 12, 0xff, 0x05, ...le32(COUNT)],
    ...[0x80, 0x0c, 0x85, ...le32(table), P | RW | US, 0x58, 0x83, 0xc4, 4, 0xcf],
  ];
}

function prepare(present: readonly boolean[]): Machine {
  const m = paged({ user: true });
  m.memory.write(HANDLER, Uint8Array.from(handler(m.entryAt(0))));
  m.memory.writeU32(0x2000 + PF * 8, (8 << 16) | HANDLER);
  for (let n = 0; n < 2; n++) {
    m.map(DATA + n * 0x1000, (FRAME + n * 0x2000) | (present[n] ? P | RW | US : 0));
    m.memory.write(
      FRAME + n * 0x2000,
      Uint8Array.from({ length: 0x1000 }, (_, i) => i & 0x7f),
    );
  }
  // A selector for LES.
  for (const at of [FRAME2, FRAME2 + 1]) m.memory.writeU8(at, 0);
  return m;
}

function outcome(m: Machine, { code, set }: Case): Record<string, unknown> {
  m.load([...code, HLT], CODE);
  m.set({ ...REGISTERS, rsi: 0, rdi: 0, rbp: 0, rsp: 0xa000, rflags: 0x2, ...set });
  m.run(100_000);
  const { rax, rcx, rdx, rbx, rsi, rdi, rbp } = m.vcpu.getRegisters();
  const top = m.get('rsp');
  return {
    // #GP of the HLT, which the user may not: error code, EIP, CS, EFLAGS, ESP.
    end: m.get('rip') === 0x3000 + 14 ? [1, 3, 4].map((n) => m.memory.readU32(top + 4 * n)) : undefined,
    registers: { rax, rcx, rdx, rbx, rsi, rdi, rbp },
    memory: [FRAME, FRAME2].map((at) => Buffer.from(m.memory.read(at, 0x1000)).toString('hex')),
  };
}

describe('an instruction that meets absent pages is repeated, and ends as if they had been there', () => {
  test.each(CASES)('$what', (c) => {
    const whole = outcome(prepare([true, true]), c);
    expect(whole.end).toBeDefined();
    for (const present of [
      [false, true],
      [true, false],
      [false, false],
    ]) {
      const m = prepare(present);
      expect(outcome(m, c)).toEqual(whole);
      if (!present.includes(true)) expect(m.memory.readU32(COUNT)).toBe(c.faults ?? 2);
    }
  });

  const single = CASES.filter(({ code, faults }) => code[0] !== 0xf3 && code[0] !== 0xfd && faults === undefined);
  test.each(single.flatMap((c) => [0, 1].map((absent) => ({ ...c, absent }))))(
    '$what: until page $absent is there, nothing changes',
    ({ absent, ...c }) => {
      const m = prepare([absent !== 0, absent !== 1]);
      m.memory.writeU32(0x2000 + PF * 8, (8 << 16) | (0x3000 + PF));
      const before = [FRAME, FRAME2].map((at) => Buffer.from(m.memory.read(at, 0x1000)).toString('hex'));
      const registers = { ...REGISTERS, rsi: 0, rdi: 0, rbp: 0, rsp: 0xa000, ...c.set };
      const result = outcome(m, c);
      expect(m.get('rip')).toBe(0x3000 + PF + 1);
      expect(result.memory).toEqual(before);
      const { rsp, ...others } = registers;
      expect(result.registers).toEqual(
        Object.fromEntries(Object.entries(others).map(([name, value]) => [name, BigInt(value)])),
      );
      // What the handler finds: error code, EIP, CS, EFLAGS, ESP.
      expect(m.memory.readU32(m.get('rsp') + 16)).toBe(rsp);
      expect(m.memory.readU32(m.get('rsp') + 4)).toBe(CODE);
    },
  );

  test('code across pages, and code of pages that are not there', () => {
    for (const present of [
      [true, false],
      [false, false],
    ]) {
      const m = prepare(present);
      // mov eax, 12345678h in the last three bytes of DATA and behind, then HLT
      m.memory.write(FRAME + 0xffd, Uint8Array.from([0xb8, 0x78, 0x56]));
      m.memory.write(FRAME2, Uint8Array.from([0x34, 0x12, HLT]));
      const jump = [0xb8, ...le32(NEXT - 3), 0xff, 0xe0];
      const result = outcome(m, { what: '', code: jump, set: {} });
      expect(result.registers).toMatchObject({ rax: 0x12345678n });
      expect((result.end as number[])[0]).toBe(NEXT + 2);
      expect(m.memory.readU32(COUNT)).toBe(present[0] ? 1 : 2);
      expect(m.vcpu.getSpecialRegisters().cr2).toBe(BigInt(NEXT));
    }
  });
});
