import { describe, expect, test } from 'vitest';
import { HANDLERS, machine, type TestMachine } from './machine.test-util.ts';
import { DATA as PAGED_DATA, paged } from './paging.test-util.ts';
import { protectedMachine } from './protected.test-util.ts';

const DATA = 0x2000;
const MONITOR = [0x0f, 0x01, 0xc8];
const MWAIT = [0x0f, 0x01, 0xc9];
const UD = 6;
const GP = 13;

function ready(m: TestMachine = machine()): TestMachine {
  m.set({ rax: DATA + 5, rcx: 0, rdx: 0 });
  return m;
}

describe('MONITOR and MWAIT', () => {
  test('wait for an interrupt', () => {
    const m = ready();
    m.load([0xfb, ...MONITOR, ...MWAIT, 0x90]);
    expect(m.vcpu.run({ instructions: 10, nanoseconds: 1e9 })).toEqual({ reason: 'halt', interruptsEnabled: true });
    expect(m.get('rip')).toBe(0x1007);
    m.vcpu.injectInterrupt(0x20);
    expect(m.get('rip')).toBe(HANDLERS + 0x20);
    const off = ready();
    off.load([...MONITOR, ...MWAIT]);
    expect(off.vcpu.run({ instructions: 10, nanoseconds: 1e9 })).toEqual({ reason: 'halt', interruptsEnabled: false });
  });

  test('do not wait if the 64 bytes were written in between', () => {
    for (const [at, waits] of [
      [DATA, false],
      [DATA + 63, false],
      [DATA + 64, true],
      [DATA - 1, true],
    ] as const) {
      const m = ready();
      // inc byte [at]
      m.load([...MONITOR, 0xfe, 0x06, at & 0xff, at >> 8, ...MWAIT, 0xf8, 0xf4]);
      m.run();
      expect(m.get('rip')).toBe(waits ? 0x100a : 0x100c);
    }
    const device = ready();
    device.load([...MONITOR, ...MWAIT, 0xf4]);
    device.run(1);
    device.memory.writeU8(DATA + 9, 1);
    expect(device.run()).toBe('halt');
    expect(device.get('rip')).toBe(0x1007);
  });

  test('do not wait without MONITOR, a second time, or for a device', () => {
    const m = ready();
    m.load([...MWAIT, ...MONITOR, ...MWAIT, ...MWAIT, 0xf4]);
    m.run();
    expect(m.get('rip')).toBe(0x1009);
    m.run();
    expect(m.get('rip')).toBe(0x100d);
    const mmio = ready(machine({ regions: [{ base: 0, size: 0x10000 }] }));
    const { ds } = mmio.vcpu.getSpecialRegisters();
    mmio.vcpu.setSpecialRegisters({ ds: { ...ds, base: 0x100000n } });
    mmio.load([...MONITOR, ...MWAIT, 0xf4]);
    mmio.run();
    expect(mmio.get('rip')).toBe(0x1007);
  });

  test('use the address size and a segment prefix', () => {
    const m = ready();
    m.set({ rax: 0x12345678 });
    m.load([0x67, ...MONITOR]);
    m.run(1);
    expect(m.get('rip')).toBe(HANDLERS + GP);
    m.load([...MONITOR, ...MWAIT]);
    expect(m.run()).toBe('halt');
    const { es } = m.vcpu.getSpecialRegisters();
    m.vcpu.setSpecialRegisters({ es: { ...es, limit: 0x5677 } });
    m.load([0x26, ...MONITOR]);
    m.run(1);
    expect(m.get('rip')).toBe(HANDLERS + GP);
  });

  test('fault as a read does, and set the accessed bit', () => {
    const m = paged({ model: 'pentium4' });
    m.map(PAGED_DATA, 0x300001);
    m.set({ rax: PAGED_DATA, rcx: 0 });
    m.go([...MONITOR, 0xf4]);
    expect(m.memory.readU32(m.entryAt(PAGED_DATA))).toBe(0x300021);
    m.set({ rax: 0x80000000 });
    expect(m.go(MONITOR)).toMatchObject({ vector: 14, code: 0, cr2: 0x80000000 });
  });

  test('are for level 0, have no extensions, and can be switched off', () => {
    for (const code of [MONITOR, MWAIT]) {
      const user = protectedMachine(3);
      user.set({ rcx: 1 });
      expect(user.faultOf(code)).toEqual([UD, -1]);
      const m = protectedMachine(0);
      m.set({ rcx: 1 });
      expect(m.faultOf(code)).toEqual([GP, 0]);
      m.vcpu.restore({ ...m.vcpu.snapshot(), msrs: [{ index: 0x1a0, value: 0x1801n }] });
      expect(m.faultOf(code)).toEqual([UD, -1]);
      expect(protectedMachine(0, 'pentium3').faultOf(code)).toEqual([UD, -1]);
      for (const prefix of [0xf0, 0x66, 0xf2, 0xf3])
        expect(protectedMachine(0).faultOf([prefix, ...code])).toEqual([UD, -1]);
    }
    const own = ready(machine({ model: { base: 'pentium', add: ['monitor'] } }));
    own.load([...MONITOR, ...MWAIT]);
    expect(own.run()).toBe('halt');
  });

  test('go on in a snapshot, as they would have without it', () => {
    for (const [change, rip] of [
      [undefined, 0x1006],
      [DATA + 9, 0x1007],
    ] as const) {
      const m = ready();
      m.load([...MONITOR, ...MWAIT, 0xf4]);
      m.run(1);
      const state = m.vcpu.snapshot();
      expect(state.monitor).toEqual({ address: BigInt(DATA), line: m.memory.read(DATA, 64) });
      const other = machine();
      other.memory.write(0, m.memory.read(0, 0x100000));
      other.vcpu.restore(state);
      expect(other.vcpu.snapshot()).toEqual(state);
      for (const each of [m, other]) {
        if (change !== undefined) each.memory.writeU8(change, 1);
        expect(each.run()).toBe('halt');
        expect(each.get('rip')).toBe(rip);
        expect(each.vcpu.snapshot().monitor).toBeUndefined();
      }
    }
  });

  test('do not wait with a state of somebody who does not know, or whose memory is not here', () => {
    const m = ready();
    m.load([...MONITOR, ...MWAIT, 0xf4]);
    m.run(1);
    const { monitor, ...state } = m.vcpu.snapshot();
    const line = new Uint8Array(64);
    for (const known of [
      {},
      { monitor: { address: 0x200000n, line } },
      { monitor: { address: 2n ** 64n - 64n, line } },
    ]) {
      m.vcpu.restore({ ...state, ...known });
      m.run();
      expect(m.get('rip')).toBe(0x1007);
    }
  });
});
