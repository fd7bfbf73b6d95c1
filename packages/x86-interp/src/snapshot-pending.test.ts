import type { X86VcpuState } from '@picovm/core/x86';
import { describe, expect, test } from 'vitest';
import { createCpu } from './index.ts';
import { machine, type TestMachine } from './machine.test-util.ts';
import { CODE, DATA, FRAME, P, type PagedMachine, paged, RW } from './paging.test-util.ts';
import { HANDLERS, protectedMachine, SEL } from './protected.test-util.ts';

const le32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
const HLT = 0xf4;

/** Another machine with the same memory, into which the state of the first goes. */
function copyTo(other: TestMachine, from: TestMachine): void {
  for (const { base, size } of from.memory.regions) other.memory.write(base, from.memory.read(base, size));
  other.vcpu.restore(structuredClone(from.vcpu.snapshot()));
  expect(other.vcpu.snapshot()).toEqual(from.vcpu.snapshot());
}

describe('a debug trap that waits behind MOV SS', () => {
  /** Stands behind MOV SS from a watched word. */
  function waiting(): TestMachine {
    const m = protectedMachine(0);
    const state = m.vcpu.snapshot();
    m.vcpu.restore({ ...state, debug: { ...state.debug, dr0: 0x9000n, dr7: 0x70402n } });
    m.memory.writeU32(0x9000, SEL.data[0]);
    m.load([0x8e, 0x15, ...le32(0x9000), 0x90, 0x90, HLT]);
    m.run(1);
    return m;
  }

  test('is in a snapshot', () => {
    const m = waiting();
    expect(m.vcpu.snapshot().events).toMatchObject({ interruptShadow: 'mov-ss', debugTrap: 1 });
    const other = protectedMachine(0);
    copyTo(other, m);
    for (const each of [m, other]) {
      expect(each.run()).toBe('halt');
      expect([each.get('rip'), each.memory.readU32(each.get('rsp'))]).toEqual([HANDLERS + 2, 0x1007]);
      expect(each.vcpu.snapshot().debug.dr6 & 0xfn).toBe(1n);
      expect(each.vcpu.snapshot().events.debugTrap).toBeUndefined();
    }
  });

  test('is not in a CPU that is put into another state', () => {
    const other = protectedMachine(0);
    other.load([0x90, 0x90, HLT]);
    const clean = other.vcpu.snapshot();
    const m = waiting();
    m.memory.write(0x1000, Uint8Array.of(0x90, 0x90, HLT));
    m.vcpu.restore(clean);
    expect([m.run(), m.get('rip')]).toEqual(['halt', 0x1003]);
  });

  test('comes at once if nothing holds it off', () => {
    const m = waiting();
    const state = m.vcpu.snapshot();
    m.vcpu.restore({ ...state, events: { ...state.events, interruptShadow: 'none' } });
    m.run();
    expect([m.get('rip'), m.memory.readU32(m.get('rsp'))]).toEqual([HANDLERS + 2, 0x1006]);
  });

  test('goes through save and load, too', () => {
    const [first, second] = [createCpu({ memory: 0x10000 }), createCpu({ memory: 0x10000 })];
    const { events } = first.snapshot();
    first.restore({ ...first.snapshot(), events: { ...events, interruptShadow: 'mov-ss', debugTrap: 0x8001 } });
    second.load(structuredClone(first.save()));
    expect(second.snapshot().events.debugTrap).toBe(0x8001);
    second.reset();
    expect(second.snapshot().events).toEqual(events);
  });
});

describe('the page-directory pointers of PAE', () => {
  const POINTERS = 0x10000;
  const OTHER = 0x1f000;

  /** Has changed the first pointer in memory, and loaded CR3 not yet. */
  function changed(): PagedMachine {
    const m = paged({ pae: true });
    m.map(DATA, FRAME | P | RW);
    m.load([0xa1, ...le32(DATA), HLT], CODE);
    m.memory.writeU32(FRAME, 0x1234);
    m.memory.writeU32(POINTERS, OTHER | P);
    return m;
  }

  test('are those of the last load of CR3, after a snapshot too', () => {
    const m = changed();
    expect(m.vcpu.snapshot().pdptes).toEqual([0x11001n, 0n, 0n, 0n]);
    const other = paged({ pae: true });
    copyTo(other, m);
    for (const each of [m, other]) {
      expect(each.run()).toBe('halt');
      expect(each.get('rax')).toBe(0x1234);
    }
  });

  test('stay when the host changes another register', () => {
    const m = changed();
    m.vcpu.setSpecialRegisters({ gs: m.vcpu.getSpecialRegisters().ds });
    expect([m.run(), m.get('rax')]).toEqual(['halt', 0x1234]);
  });

  test('are read from memory if the state has none, and are not there without PAE paging', () => {
    const m = changed();
    const { pdptes, ...state } = m.vcpu.snapshot();
    m.vcpu.restore(state);
    expect(m.vcpu.snapshot().pdptes?.[0]).toBe(BigInt(OTHER | P));
    expect('pdptes' in paged().vcpu.snapshot()).toBe(false);
    expect('pdptes' in machine().vcpu.snapshot()).toBe(false);
  });

  test('are refused with reserved bits', () => {
    const { vcpu } = changed();
    const state = vcpu.snapshot();
    for (const [pointer, good] of [
      [0x11003n, false],
      [0x11001n | (1n << 36n), false],
      [0x11002n, true],
      [0x11019n | (15n << 32n), true],
    ] as const) {
      const change: X86VcpuState = { ...state, pdptes: [pointer, 0n, 0n, 0n] };
      expect(vcpu.differences?.(change)).toHaveLength(good ? 0 : 1);
      if (!good) expect(() => vcpu.restore(change)).toThrow(expect.objectContaining({ code: 'ERR_SNAPSHOT_MISMATCH' }));
    }
    expect(vcpu.snapshot()).toEqual(state);
  });
});
