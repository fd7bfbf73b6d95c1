import { Vm } from '@picovm/core';
import { FakeMachine, scriptedGuest } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { i440fx, pciBus } from './index.ts';
import { ADDRESS, DATA, PciGuest } from './test/pci-guest.test-util.ts';
import { board, Plugged } from './test/plug.test-util.ts';

const RESET_CONTROL = 0xcf9;

describe('the address register', () => {
  it('takes accesses of four bytes, and keeps the bits that there are', () => {
    const { machine } = board();
    expect(machine.readPort(ADDRESS, 4)).toBe(0);
    machine.writePort(ADDRESS, 0xffff_ffff, 4);
    expect(machine.readPort(ADDRESS, 4)).toBe(0x80ff_fffc);
    machine.writePort(ADDRESS, 0x8000_0800, 4);
    expect(machine.readPort(ADDRESS, 4)).toBe(0x8000_0800);
  });

  it('is not touched by narrower accesses, or by those that do not begin there', () => {
    const { machine } = board();
    machine.writePort(ADDRESS, 0x8000_1234, 4);
    for (const port of [0xcf8, 0xcfa, 0xcfb]) {
      machine.writePort(port, 0x55);
      expect(machine.readPort(port)).toBe(0xff);
    }
    for (const port of [0xcf8, 0xcf9, 0xcfa]) {
      machine.writePort(port, 0x5555, 2);
      expect(machine.readPort(port, 2)).toBe(0xffff);
    }
    for (const port of [0xcf9, 0xcfa, 0xcfb]) {
      machine.writePort(port, 0x5555_5555, 4);
      expect(machine.readPort(port, 4)).toBe(0xffff_ffff);
    }
    expect(machine.readPort(ADDRESS, 4)).toBe(0x8000_1234);
    expect(machine.systemEvents).toEqual([]);
  });

  it('is found by the probe of Linux for mechanism #1, and not by that for #2', () => {
    const { machine } = board();
    machine.writePort(0xcfb, 0x01);
    const before = machine.readPort(ADDRESS, 4);
    machine.writePort(ADDRESS, 0x8000_0000, 4);
    expect(machine.readPort(ADDRESS, 4)).toBe(0x8000_0000);
    machine.writePort(ADDRESS, before, 4);
    for (const port of [0xcfb, 0xcf8, 0xcfa]) machine.writePort(port, 0);
    expect([machine.readPort(0xcf8), machine.readPort(0xcfa)]).not.toEqual([0, 0]);
  });

  it('opens the data ports with bit 31 only', () => {
    const { machine } = board({ device: 3 });
    machine.writePort(ADDRESS, 0x8000_1800, 4);
    expect(machine.readPort(DATA, 4)).toBe(0x5678_1234);
    machine.writePort(ADDRESS, 0x0000_1800, 4);
    expect(machine.readPort(DATA, 4)).toBe(0xffff_ffff);
    machine.writePort(DATA, 0x0007, 4);
    machine.writePort(ADDRESS, 0x8000_1804, 4);
    expect(machine.readPort(DATA, 2)).toBe(0);
  });
});

describe('the data ports', () => {
  it('read and write at every width and offset', () => {
    const registers = { offset: 0x40, initial: Uint8Array.of(1, 2, 3, 4), writable: new Uint8Array(4).fill(0xff) };
    const { machine } = board({ device: 3, registers });
    machine.writePort(ADDRESS, 0x8000_1840, 4);
    expect([0, 1, 2, 3].map((i) => machine.readPort(DATA + i))).toEqual([1, 2, 3, 4]);
    expect([0, 1, 2].map((i) => machine.readPort(DATA + i, 2))).toEqual([0x0201, 0x0302, 0x0403]);
    expect(machine.readPort(DATA, 4)).toBe(0x0403_0201);
    machine.writePort(DATA + 3, 0xaa);
    machine.writePort(DATA + 1, 0xccbb, 2);
    expect(machine.readPort(DATA, 4)).toBe(0xaacc_bb01);
  });

  it('read all ones from empty slots, functions and other buses, and drop what is written there', () => {
    const { machine } = board({ device: 3 });
    for (const [device, fn, bus] of [
      [4, 0, 0],
      [3, 1, 0],
      [3, 0, 1],
      [3, 0, 255],
    ]) {
      const nobody = new PciGuest(machine, device, fn, bus);
      nobody.write(4, 7, 2);
      expect([nobody.read(0), nobody.read(0, 2), nobody.read(0xe, 1)]).toEqual([0xffff_ffff, 0xffff, 0xff]);
    }
    expect(new PciGuest(machine, 3).read(4, 2)).toBe(0);
  });
});

describe('the reset control register', () => {
  it('resets the machine when bit 2 rises, hard or soft', () => {
    const { machine } = board();
    machine.writePort(RESET_CONTROL, 0x02);
    expect(machine.readPort(RESET_CONTROL)).toBe(0x02);
    expect(machine.systemEvents).toEqual([]);
    machine.writePort(RESET_CONTROL, 0x06);
    expect(machine.systemEvents).toEqual(['reset']);
    machine.writePort(RESET_CONTROL, 0x06);
    expect(machine.systemEvents).toEqual(['reset']);
    machine.writePort(RESET_CONTROL, 0x00);
    machine.writePort(RESET_CONTROL, 0x04);
    expect(machine.systemEvents).toEqual(['reset', 'reset']);
  });

  it('has two bits, is 0 after a reset, and ends a run', async () => {
    const { machine, bus } = board();
    machine.writePort(RESET_CONTROL, 0xf9);
    expect(machine.readPort(RESET_CONTROL)).toBe(0);
    machine.writePort(RESET_CONTROL, 0x06);
    bus.reset();
    expect(machine.readPort(RESET_CONTROL)).toBe(0);

    const accelerator = scriptedGuest(function* (cpu) {
      cpu.out(RESET_CONTROL, 0x06);
      yield cpu.halt();
    });
    const vm = new Vm({ accelerator, memory: [{ base: 0, size: 4096 }], devices: [pciBus()] });
    expect((await vm.run({ timeoutMs: 5000 })).outcome).toBe('reset');
    vm.dispose();
  });
});

describe('plugging in', () => {
  const invalid = (...texts: string[]) =>
    expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(new RegExp(texts.join('.*'))),
    });

  it('refuses two in one place, and names both', () => {
    expect(() => board({ device: 3 }, { device: 3 })).toThrow(invalid('card0 and card1', 'slot 3, function 0 of pci'));
    expect(() => board({ device: 3 }, { device: 3, function: 1 })).not.toThrow();
  });

  it('refuses a bus that does not come before it', () => {
    const bus = pciBus();
    expect(() => new FakeMachine(new Plugged(bus, { device: 3 }))).toThrow(invalid('pci must come before slot3'));
    expect(() => new FakeMachine(i440fx({ pci: bus }))).toThrow(invalid('pci must come before i440fx'));
  });

  const handler = { read: () => 0, write: () => {} };
  const bar = (size: number, space: 'port' | 'mmio' = 'mmio') => ({ bars: [{ space, size, handler }] });
  const registers = (offset: number, initial = 1, writable = initial) => {
    return { registers: { offset, initial: new Uint8Array(initial), writable: new Uint8Array(writable) } };
  };
  it.each([
    { device: 32 },
    { device: -1 },
    { device: 1.5 },
    { function: 8 },
    { vendorId: 0xffff },
    { deviceId: 0x1_0000 },
    { classCode: 0x100_0000 },
    { revision: 256 },
    { interruptPin: 5 as never },
    { capabilities: 0x3c },
    bar(24),
    bar(8),
    bar(2, 'port'),
    bar(2 ** 32),
    bar(16, 'memory' as never),
    { bars: new Array(7).fill(undefined) },
    { expansionRom: [1, 2] as never },
    registers(0x3f),
    registers(0xff, 2),
    registers(0x40, 2, 1),
  ])('refuses %o', (wrong) => {
    expect(() => board({ device: 3, ...wrong })).toThrow(invalid('card0'));
  });

  it.each([[[1, 2, 3]], [[1, 2, 3, 24]], [{}], [[1, 2, 3, '4']]])('refuses irqs %o', (irqs) => {
    expect(() => pciBus({ irqs: irqs as never })).toThrow(invalid('four interrupt lines'));
  });
});
