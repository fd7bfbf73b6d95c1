import type { AccessSize } from '@picovm/core';
import { FakeMachine, Random } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { i440fx, pciBus } from './index.ts';
import { adderCard } from './test/adder-card.test-util.ts';
import { PciGuest } from './test/pci-guest.test-util.ts';
import { constant, Plugged } from './test/plug.test-util.ts';

const SIZES: readonly AccessSize[] = [1, 2, 4];

function crowded() {
  const pci = pciBus({ irqs: [10, 11, 10, 11] });
  const machine = new FakeMachine(pci, { memory: 0x1_0000, keepAccesses: 0 });
  const ranges = [
    { space: 'mmio', size: 0x10000, handler: constant(1) },
    { space: 'port', size: 256, handler: constant(2) },
    { space: 'mmio', size: 2 ** 31, handler: constant(3) },
    undefined,
    { space: 'port', size: 4, handler: constant(4), width: { min: 4 } },
    { space: 'mmio', size: 16, handler: constant(5), coalesced: true },
  ] as const;
  const cards = [
    adderCard({ pci }),
    ...[5, 6, 31].map((device) => {
      return new Plugged(pci, { device, bars: ranges, interruptPin: 3, expansionRom: new Uint8Array(5000) });
    }),
  ];
  const metrics = [i440fx({ pci }), ...cards].map((device) => machine.attach(device));
  return { machine, pci, metrics };
}

describe('a hostile guest', () => {
  it.each([1, 2, 3])('can do with the bus what it likes (seed %i)', (seed) => {
    const { machine, metrics } = crowded();
    const numbers = new Random(seed);
    const random = (n: number): number => numbers.below(n);
    for (let i = 0; i < 30_000; i++) {
      const size = SIZES[random(3)];
      const value = [random(2 ** 32), 0xffff_ffff, 0, 0xe000_0000 + 0x10 * random(64), 0xc000 + 4 * random(64)][
        random(5)
      ];
      const kind = random(8);
      if (kind < 4)
        new PciGuest(machine, [0, 4, 5, 6, 31][random(5)], random(9) === 0 ? 1 : 0).write(random(64), value, size);
      else if (kind === 4) machine.writePort(0xcf5 + random(14), value, size);
      else if (kind === 5) machine.writePort(0xbff0 + random(0x200), value, size);
      else if (kind === 6) machine.writeMmio(0xe000_0000 + random(0x1000), value, size);
      else {
        const read = random(2)
          ? machine.readPort(0xcf5 + random(14), size)
          : machine.readMmio(0xe000_0000 + random(0x1000), size);
        expect(Number.isInteger(read) && read >= 0 && read < 2 ** (8 * size)).toBe(true);
      }
      if (i % 500 === 0) expectSound(machine);
    }
    // One line a range at most, and every time is counted.
    expect(machine.log.length).toBeLessThanOrEqual(2 + 3 * 6);
    expect(machine.log.length).toBeGreaterThan(2);
    const counted = metrics.reduce((sum, each) => sum + each.counter('pciOverlaps').value, 0);
    expect(counted).toBeGreaterThan(machine.log.length);
  });
});

/** No two ranges overlap, none is there twice, and each is inside of its space. */
function expectSound(machine: FakeMachine): void {
  for (const [ranges, end] of [
    [machine.ports.map(), 0x1_0000],
    [machine.mmio.map(), 2 ** 32],
  ] as const) {
    ranges.forEach(({ base, length }, i) => {
      expect(base + length).toBeLessThanOrEqual(ranges[i + 1]?.base ?? end);
    });
    expect(ranges.length).toBeLessThanOrEqual(20);
  }
}
