import { describe, expect, it } from 'vitest';
import { setUpPci } from '../index.ts';
import { PciGuest } from '../test/pci-guest.test-util.ts';
import { board, constant } from '../test/plug.test-util.ts';

const port = (size: number) => ({ space: 'port', size, handler: constant(1) }) as const;
const mmio = (size: number) => ({ space: 'mmio', size, handler: constant(2) }) as const;
const PIIX3 = {
  ...{ vendorId: 0x8086, deviceId: 0x7000, device: 1, command: 7, multifunction: true },
  registers: { offset: 0x60, initial: new Uint8Array(4).fill(0x80), writable: new Uint8Array(4).fill(0x8f) },
};

describe('setUpPci', () => {
  it('places all ranges, aligned and apart, and enables those that there are', () => {
    const { machine } = board(
      { ...PIIX3 },
      { device: 1, function: 1, bars: [undefined, undefined, undefined, undefined, port(16)] },
      { device: 2, bars: [mmio(0x100_0000), mmio(0x1000), port(0x100)], command: 4 },
      { device: 7, bars: [mmio(0x200_0000)] },
    );
    setUpPci(machine.ports);
    const ranges = [...machine.ports.map(), ...machine.mmio.map()].filter(({ owner }) => owner.startsWith('card'));
    expect(ranges.map(({ owner, base, length }) => [owner, base, length])).toEqual([
      ['card1', 0xc000, 0x10],
      ['card2', 0xc100, 0x100],
      ['card2', 0xe000_0000, 0x100_0000],
      ['card2', 0xe100_0000, 0x1000],
      ['card3', 0xe200_0000, 0x200_0000],
    ]);
    const commands = [
      [1, 0],
      [1, 1],
      [2, 0],
      [7, 0],
    ].map(([slot, fn]) => new PciGuest(machine, slot, fn).read(4, 2));
    expect(commands).toEqual([7, 1, 7, 2]);
  });

  it('routes interrupts as levels, and tells each function which line it is at', () => {
    const { machine } = board(
      PIIX3,
      { device: 1, function: 3, vendorId: 0x8086, deviceId: 0x7113, interruptPin: 1 },
      { device: 2, interruptPin: 1 },
      { device: 3, interruptPin: 1 },
      { device: 4, interruptPin: 2 },
      { device: 5 },
    );
    const elcr = new Uint8Array(2);
    machine.ports.claim({ base: 0x4d0, length: 2, width: { max: 1 } }, 'pic', {
      read: (offset) => elcr[offset],
      write: (offset, _size, value) => {
        elcr[offset] = value;
      },
    });
    setUpPci(machine.ports, { irqs: [5, 9, 10, 11] });
    expect(new PciGuest(machine, 1).read(0x60)).toBe(0x0b0a_0905);
    expect([...elcr]).toEqual([1 << 5, (1 << 1) | (1 << 2) | (1 << 3)]);
    const lines = [
      [1, 3],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 0],
    ].map(([slot, fn]) => new PciGuest(machine, slot, fn).read(0x3c, 1));
    expect(lines).toEqual([9, 9, 10, 5, 0]);
  });

  it('does the same again after a reset, and where it is told to', () => {
    const { machine, functions } = board({ device: 2, bars: [port(4), mmio(16)] });
    setUpPci(machine.ports);
    for (const each of functions) each.reset();
    setUpPci(machine.ports, { ports: 0x2001, memory: 0x1000_0001 });
    const pci = new PciGuest(machine, 2);
    expect([pci.read(0x10), pci.read(0x14)]).toEqual([0x2005, 0x1000_0010]);
  });

  it('says which range has no room', () => {
    const { machine } = board({ device: 2, bars: [mmio(16), mmio(2 ** 29)] });
    expect(() => setUpPci(machine.ports)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringContaining('BAR 1 of the PCI function 1234:5678'),
      }),
    );
  });

  it('does nothing without a bus', () => {
    const { machine } = board();
    expect(() => setUpPci(machine.ports)).not.toThrow();
  });
});
