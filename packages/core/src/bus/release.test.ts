import { describe, expect, it } from 'vitest';
import { MmioBus, PortBus } from '../index.ts';

type BusOptions = ConstructorParameters<typeof PortBus>[0];

const fail = (): never => {
  throw new Error('it is stuck');
};
const answering = (value: number) => ({ read: () => value, write: () => {} });

describe.each([
  ['ports', (options?: BusOptions) => new PortBus(options)],
  ['physical addresses', (options?: BusOptions) => new MmioBus(options)],
] as const)('a range of %s', (_, make) => {
  it('is nobody’s once it is given back, and may then be claimed anew', () => {
    const bus = make();
    const here = bus.claim({ base: 0x100, length: 16 }, 'first', answering(1));
    expect(bus.read(0x10f, 1)).toBe(1);
    here[Symbol.dispose]();
    expect(bus.read(0x10f, 1)).toBe(0xff);
    expect(bus.map()).toEqual([]);
    bus.claim({ base: 0x108, length: 16 }, 'second', answering(2));
    // Once more: it is no longer the first one's to give back.
    here[Symbol.dispose]();
    expect(bus.read(0x10f, 1)).toBe(2);
    expect(bus.read(0x107, 1)).toBe(0xff);
  });

  it('leaves its neighbours alone', () => {
    const bus = make();
    const [, middle] = [0, 1, 2].map((n) => bus.claim({ base: 16 * n, length: 16 }, `${n}`, answering(n)));
    middle[Symbol.dispose]();
    expect([0, 16, 32].map((at) => bus.read(at, 1))).toEqual([0, 0xff, 2]);
    expect(bus.map().map(({ owner }) => owner)).toEqual(['0', '2']);
  });

  it('is still counted when it is gone', () => {
    const bus = make();
    for (const base of [0, 0x100, 0x200]) {
      const here = bus.claim({ base, length: 4 }, 'mover', answering(0));
      bus.read(base, 1);
      bus.write(base, 4, 1);
      here[Symbol.dispose]();
    }
    const counts = [...bus.accessCounts()].filter(({ owner }) => owner === 'mover');
    expect(counts).toEqual([{ owner: 'mover', reads: 3, writes: 3 }]);
  });

  it('is given back, though the accelerator does not get rid of it', () => {
    const made = make({ onCoalesced: () => ({ [Symbol.dispose]: fail }) });
    const here = made.claim({ base: 0x100, length: 4, coalesced: true }, 'first', answering(1));
    expect(() => here[Symbol.dispose]()).toThrow('it is stuck');
    made.claim({ base: 0x100, length: 4 }, 'second', answering(2));
    expect(made.read(0x100, 1)).toBe(2);
  });

  it('may be moved for ever', () => {
    const bus = make();
    for (let i = 0; i < 70_000; i++) bus.claim({ base: i & 0xfff, length: 1 }, 'mover', answering(0))[Symbol.dispose]();
    bus.claim({ base: 7, length: 1 }, 'mover', answering(7));
    expect(bus.read(7, 1)).toBe(7);
  });
});
