import { describe, expect, test } from 'vitest';
import {
  CODE,
  descriptor,
  gate,
  HANDLERS,
  type ProtectedMachine,
  protectedMachine,
  SEL,
  STACK,
  TSS,
  TSS_2,
} from './protected.test-util.ts';

// The T flag of a TSS: Intel SDM volume 3B, section 17.3.1.5.

const TARGET = 0x5000;
const NEW_STACK = 0x7000;
const TASK_GATE = 0x85;
const BT = 0x8000n;
const [IF, NT] = [0x200, 0x4000];

/** A machine whose vectors 2 and 20 lead to a task that has the T flag set, and increments EAX. */
function trapped(changes: Record<number, number> = {}): ProtectedMachine {
  const m = protectedMachine(0);
  for (const vector of [2, 0x20]) m.vector(vector, gate(SEL.tss2, 0, TASK_GATE));
  const words: Record<number, number> = {
    32: TARGET,
    36: 2,
    56: NEW_STACK,
    76: SEL.code[0],
    96: SEL.ldt,
    100: 0x680001,
  };
  for (const at of [72, 80, 84, 88, 92]) words[at] = SEL.data[0];
  for (const [at, word] of Object.entries({ ...words, ...changes })) m.memory.writeU32(TSS_2 + Number(at), word);
  m.memory.write(TARGET, Uint8Array.of(0x40, 0x40, 0xf4));
  m.set({ rflags: IF | 2 });
  return m;
}

describe('the trap of a task that begins', () => {
  test.each<[string, (m: ProtectedMachine) => void]>([
    ['INT n', (m) => m.load([0xcd, 0x20])],
    ['an external interrupt', (m) => m.vcpu.injectInterrupt(0x20)],
    ['an NMI', (m) => m.vcpu.nmi()],
  ])('by %s comes before its first instruction', (_, begin) => {
    const m = trapped();
    m.load([0x90, 0x90]);
    begin(m);
    expect(m.run()).toBe('halt');
    expect([m.get('rip'), m.get('rax'), m.stack(3)]).toEqual([HANDLERS + 2, 0, [TARGET, SEL.code[0], NT | 2]]);
    expect(m.vcpu.snapshot().debug.dr6 & BT).toBe(BT);
  });

  test.each<[string, (m: ProtectedMachine) => void, number]>([
    ['INT n', (m) => m.load([0xcd, 0x20]), 0],
    ['an external interrupt', (m) => m.vcpu.injectInterrupt(0x20), 1],
  ])('by %s does not come if it cannot be loaded: that is another fault, in it', (_, begin, ext) => {
    const m = trapped({ 84: SEL.absentData });
    begin(m);
    m.run();
    expect([m.get('rip'), m.stack(2)]).toEqual([HANDLERS + 11 + 1, [SEL.absentData | ext, TARGET]]);
    expect(m.vcpu.snapshot().debug.dr6 & BT).toBe(0n);
  });
});

describe('a task switch', () => {
  test.each([
    ['32 bits', SEL.tss, 0x8b, 0x5f],
    ['16 bits', SEL.tss, 0x83, 0x29],
  ])('saves nothing beyond the end of an old TSS of %s', (_, selector, access, last) => {
    for (const limit of [last - 1, last]) {
      const m = protectedMachine(0);
      const words: Record<number, number> = {
        32: TARGET,
        36: 2,
        56: NEW_STACK,
        76: SEL.code[0],
        80: SEL.data[0],
        96: SEL.ldt,
      };
      for (const [at, word] of Object.entries(words)) m.memory.writeU32(TSS_2 + Number(at), word);
      m.describe(selector, descriptor(TSS, limit, access));
      m.vcpu.setSpecialRegisters({ tr: { ...m.vcpu.getSpecialRegisters().tr, limit, type: access & 15 } });
      const before = m.memory.read(TSS, 0x68);
      m.set({ rax: 0x1234567 });
      const fault = m.faultOf([0xea, 0, 0, 0, 0, SEL.tss2, 0]);
      if (limit === last) expect([fault, m.get('rip')]).toEqual([undefined, TARGET]);
      else {
        expect([fault, m.stack(2)[1], m.selector('tr')]).toEqual([[10, SEL.tss], CODE, SEL.tss]);
        expect(m.memory.read(TSS, 0x68)).toEqual(before);
        expect(m.get('rsp')).toBe(STACK - 16);
      }
    }
  });

  test('clears LE of DR7, not GE', () => {
    const m = trapped({ 100: 0x680000 });
    const state = m.vcpu.snapshot();
    m.vcpu.restore({ ...state, debug: { ...state.debug, dr7: 0x700n } });
    m.load([0xea, 0, 0, 0, 0, SEL.tss2, 0]);
    m.run(1);
    expect(m.vcpu.snapshot().debug.dr7).toBe(0x600n);
  });
});
