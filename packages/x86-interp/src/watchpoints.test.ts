import { describe, expect, test } from 'vitest';
import { broken, go, hit } from './breakpoint.test-util.ts';
import type { BreakpointKind } from './index.ts';
import { CODE, STACK, type TestMachine } from './machine.test-util.ts';
import { DATA, FRAME, P, CODE as PAGED_CODE, paged, RW, US } from './paging.test-util.ts';

const HLT = 0xf4;
const NOP = 0x90;

describe('a breakpoint on data', () => {
  const SI = 0x3008;
  const read = [0x8a, 0x04, NOP, HLT];
  const write = [0x88, 0x04, NOP, HLT];
  const both = [0xfe, 0x04, NOP, HLT];

  test.each<[BreakpointKind, number[], string | undefined]>([
    ['read', read, 'read'],
    ['read', write, undefined],
    ['read', both, 'read'],
    ['write', read, undefined],
    ['write', write, 'write'],
    ['write', both, 'write'],
    ['access', read, 'read'],
    ['access', write, 'write'],
    ['access', both, 'read'],
  ])('of the kind %s ends the run behind the instruction: %o', (kind, code, direction) => {
    const m = broken(code, kind, SI);
    // The page is known already, by other accesses to it.
    m.load([0xfe, 0x44, 8, HLT], CODE + 0x100);
    m.set({ rsi: SI });
    expect(go(m).reason).toBe('halt');
    m.load(code);
    const exit = go(m);
    if (direction === undefined) expect(exit.reason).toBe('halt');
    else {
      const [breakpoint] = m.vcpu.breakpoints;
      const access = { direction, address: BigInt(SI), size: 1 };
      expect(exit).toMatchObject({ address: BigInt(CODE), breakpoint, hits: [{ breakpoint, access }] });
      expect(m.get('rip')).toBe(CODE + 2);
      expect(go(m).reason).toBe('halt');
    }
  });

  test.each([
    [1, SI, SI, 1, true],
    [4, SI - 3, SI, 1, true],
    [4, SI - 4, SI, 1, false],
    [2, SI - 1, SI, 1, true],
    [1, SI - 1, SI, 1, false],
    [1, SI + 1, SI, 1, false],
    [4, SI + 0x1000, SI, 0x1001, true],
    [4, SI + 0x1001, SI, 0x1001, false],
    [4, SI, SI + 3, 0x5000, true],
    [4, SI, SI + 4, 0x5000, false],
  ])('%i bytes read at %i: one at %i with length %i is hit: %o', (size, at, address, length, isHit) => {
    const load = size === 1 ? [0x8a, 0x04] : size === 2 ? [0x8b, 0x04] : [0x66, 0x8b, 0x04];
    const m = broken([...load, HLT], 'read', address, length);
    m.set({ rsi: at });
    expect(go(m).reason).toBe(isHit ? 'debug' : 'halt');
  });

  test('is met by an access across pages, by the stack, and by the CPU for itself', () => {
    // mov eax, [2FFE]
    const across = broken([0x66, 0xa1, 0xfe, 0x2f, HLT], 'read', 0x3000);
    expect(hit(across).hits[0].access).toEqual({ direction: 'read', address: 0x2ffen, size: 4 });
    const push = broken([0x50, HLT], 'write', STACK - 1);
    expect(hit(push).hits[0].access).toEqual({ direction: 'write', address: BigInt(STACK - 2), size: 2 });
    // int 40h reads the vector, and pushes
    const int = broken([0xcd, 0x40, HLT], 'read', 0x100, 4);
    int.vcpu.breakpoints.add({ kind: 'write', address: STACK - 6, length: 6 });
    const exit = hit(int);
    expect(exit.hits.map(({ access }) => access?.direction)).toEqual(['read', 'write']);
    expect(exit.address).toBe(BigInt(CODE));
    expect(go(int).reason).toBe('halt');
  });

  test('is met by wide operands of the x87 and of SSE, beside the page too', () => {
    for (const [code, direction, at] of [
      [[0xdd, 0x04], 'read', SI - 7],
      [[0xdd, 0x14], 'write', SI - 7],
      [[0xdb, 0x3c], 'write', SI - 9],
      [[0x0f, 0x10, 0x04], 'read', SI - 15],
      [[0x0f, 0x11, 0x04], 'write', SI - 15],
      [[0x0f, 0x28, 0x04], 'read', SI - 8],
      [[0x0f, 0x29, 0x04], 'write', SI - 8],
      [[0x0f, 0xe7, 0x04], 'write', SI - 7],
    ] as const) {
      for (const address of [SI, SI + 0x1000]) {
        const m = broken([...code, HLT], direction, address);
        m.vcpu.setSpecialRegisters({ cr4: 0x200n });
        m.set({ rsi: at });
        expect([code, go(m).reason]).toEqual([code, address === SI ? 'debug' : 'halt']);
        if (address === SI) expect(go(m).reason).toBe('halt');
      }
    }
  });

  test('tells each breakpoint once, with its first access', () => {
    // pusha
    const m = broken([0x60, HLT], 'write', STACK - 16, 16);
    const second = m.vcpu.breakpoints.add({ kind: 'access', address: STACK - 4, length: 1 });
    const { hits, breakpoint } = hit(m);
    expect(hits).toHaveLength(2);
    expect(hits[0].breakpoint).toBe(breakpoint);
    expect(hits[1]).toEqual({
      breakpoint: second,
      access: { direction: 'write', address: BigInt(STACK - 4), size: 2 },
    });
    expect(go(m).reason).toBe('halt');
  });

  test('stops a string in between, which goes on behind', () => {
    const m = broken([0xf3, 0xaa, HLT], 'write', 0x3020);
    m.set({ rdi: 0x3000, rcx: 0x100, rax: 0x77 });
    expect(hit(m).address).toBe(BigInt(CODE));
    expect([m.get('rip'), m.get('rdi'), m.get('rcx')]).toEqual([CODE, 0x3021, 0xdf]);
    expect(go(m).reason).toBe('halt');
    expect(m.get('rcx')).toBe(0);
    expect(m.vcpu.instructions).toBe(2);
  });

  test('comes before the HLT that waits, and with the fault of its instruction', () => {
    // div byte [si]: 0
    const m = broken([0xf6, 0x34, HLT], 'read', SI);
    m.set({ rsi: SI });
    expect(hit(m).address).toBe(BigInt(CODE));
    // The fault was delivered.
    expect(m.memory.readU16(STACK - 6)).toBe(CODE);
    expect(go(m).reason).toBe('halt');
  });

  test('is met when an interrupt, an NMI, or an exception of a restored state is delivered', () => {
    for (const deliver of [
      (m: TestMachine) => m.vcpu.injectInterrupt(0x20),
      (m: TestMachine) => m.vcpu.nmi(),
      (m: TestMachine) => {
        const state = m.vcpu.snapshot();
        m.vcpu.restore({ ...state, events: { ...state.events, exception: { vector: 6, errorCode: null } } });
      },
    ]) {
      const m = broken([NOP, NOP, NOP, HLT], 'write', STACK - 6, 6);
      deliver(m);
      expect(hit(m).address).toBe(BigInt(CODE));
      expect(m.vcpu.instructions).toBe(0);
      expect(go(m).reason).toBe('halt');
    }
  });

  test('holds its own page off alone', () => {
    // l: mov [bx], al; mov [si], al; loop l
    const m = broken([0x88, 0x07, 0x88, 0x04, 0xe2, 0xfa, HLT], 'write', 0x4010);
    m.set({ rbx: 0x3000, rsi: 0x4000, rcx: 1000 });
    const before = m.vcpu.counters().tlb.misses;
    expect(go(m).reason).toBe('halt');
    const misses = m.vcpu.counters().tlb.misses - before;
    expect(misses).toBeGreaterThanOrEqual(1000);
    expect(misses).toBeLessThan(1010);
    m.vcpu.breakpoints.clear();
    m.load([0x88, 0x07, 0x88, 0x04, 0xe2, 0xfa, HLT]);
    m.set({ rcx: 1000 });
    expect(go(m).reason).toBe('halt');
    expect(m.vcpu.counters().tlb.misses - before - misses).toBeLessThan(10);
  });

  test('stays in force when the privilege level changes', () => {
    const m = paged({ user: true });
    m.map(DATA, FRAME | P | RW | US);
    m.vcpu.breakpoints.add({ kind: 'write', address: DATA + 4 });
    // mov [DATA], al; int 3; and from the handler, HLT
    m.load([0xa2, 0, 0, 0x20, 0, 0xcc], PAGED_CODE);
    expect(go(m).reason).toBe('halt');
    // In the handler's privilege: mov [DATA + 4], al
    m.memory.write(0x6000, Uint8Array.from([0xa2, 0, 0, 0x20, 0, 0xa2, 4, 0, 0x20, 0, HLT]));
    m.set({ rip: 0x6000 });
    expect(hit(m).address).toBe(0x6005n);
  });

  test('on a debug register of the guest and one of the host at once: both tell', () => {
    const m = paged();
    m.map(DATA, FRAME | P | RW);
    const state = m.vcpu.snapshot();
    m.vcpu.restore({ ...state, debug: { ...state.debug, dr1: BigInt(DATA), dr7: 0x404n | (1n << 20n) } });
    m.vcpu.breakpoints.add({ kind: 'write', address: DATA });
    m.load([0xa2, 0, 0, 0x20, 0, NOP, HLT], PAGED_CODE);
    hit(m);
    expect(m.vcpu.snapshot().debug.dr6 & 15n).toBe(2n);
    m.vcpu.breakpoints.clear();
    expect(go(m).reason).toBe('halt');
    m.load([0xa2, 0, 0, 0x20, 0, NOP, HLT], PAGED_CODE);
    let traps = 0;
    m.vcpu.on('exception', () => traps++);
    go(m);
    expect(traps).toBe(1);
  });
});

describe('a breakpoint on a port', () => {
  test.each([
    [[0xe4, 0x80], 'read', 1],
    [[0xe6, 0x80], 'write', 1],
    [[0xe5, 0x7f], 'read', 2],
    [[0x66, 0xe7, 0x81], 'write', 4],
    [[0xe6, 0x82], 'write', 1],
  ] as const)('ends the run behind %o', (code, direction, size) => {
    const m = broken([...code, NOP, HLT], 'port', 0x80, 3);
    const [{ access }] = hit(m).hits;
    expect(access).toEqual({ direction, address: BigInt(code.at(-1) as number), size });
    expect(m.get('rip')).toBe(CODE + code.length);
    expect(m.sink.trace).toHaveLength(1);
    expect(go(m).reason).toBe('halt');
  });

  test('lets the ports beside it alone, and stops INS after an element', () => {
    const m = broken([0xe6, 0x7f, 0xe6, 0x83, 0xf3, 0x6c, HLT], 'port', 0x80, 3);
    m.set({ rdx: 0x82, rcx: 3, rdi: 0x4000 });
    for (const left of [2, 1, 0]) {
      hit(m);
      expect(m.get('rcx')).toBe(left);
    }
    expect(go(m).reason).toBe('halt');
  });
});
