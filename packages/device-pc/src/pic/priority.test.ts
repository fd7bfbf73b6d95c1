import { describe, expect, it } from 'vitest';
import { EOI, initialized, MASTER } from './pic.test-util.ts';

describe('fully nested mode', () => {
  it('serves the lowest number first, and interrupts only for a higher priority', () => {
    const pic = initialized();
    pic.raise(4, 6);
    expect(pic.serve()).toEqual([0x0c]);
    pic.raise(3, 5);
    expect(pic.serve()).toEqual([0x0b]);
    expect(pic.isr(MASTER)).toBe(0x18);
    pic.write(MASTER, EOI);
    expect([pic.isr(MASTER), pic.intr]).toEqual([0x10, false]);
    pic.write(MASTER, EOI);
    expect(pic.serve()).toEqual([0x0d]);
    pic.write(MASTER, EOI);
    expect(pic.serve()).toEqual([0x0e]);
  });

  it('has a specific end of interrupt for any level', () => {
    const pic = initialized();
    pic.raise(6);
    pic.acknowledge();
    pic.raise(1);
    pic.acknowledge();
    pic.write(MASTER, 0x66);
    expect(pic.isr(MASTER)).toBe(0x02);
    // Of one that is not in service: nothing.
    pic.write(MASTER, 0x65);
    expect(pic.isr(MASTER)).toBe(0x02);
  });

  it('gives the vector of input 7 when nobody asks any more, without taking anything into service', () => {
    const pic = initialized();
    expect([pic.acknowledge(), pic.isr(MASTER)]).toEqual([0x0f, 0]);
    expect(pic.machine.metrics.values()).toEqual({ interrupts: 1, spurious: 1 });
    // A real one has its bit, by which a driver tells them apart.
    pic.raise(7);
    expect([pic.serve(), pic.isr(MASTER)]).toEqual([[0x0f], 0x80]);
  });
});

// Data sheet, figures 9 and 10 and "OCW2": who has the lowest priority then.
describe('rotation', () => {
  const order = (pic: ReturnType<typeof initialized>): number[] => {
    // With automatic ends of interrupt all come one after the other: their order is that of the priorities.
    pic.lower(0, 1, 3, 4, 5, 6, 7);
    pic.raise(0, 1, 3, 4, 5, 6, 7);
    return pic.serve().map((vector) => vector & 7);
  };

  it('by a non-specific end of interrupt puts what was served last', () => {
    const pic = initialized();
    pic.raise(4, 6);
    pic.acknowledge();
    pic.write(MASTER, 0xa0);
    pic.raise(0, 5);
    expect(pic.serve()).toEqual([0x0d]);
    pic.write(MASTER, 0xa0);
    expect(pic.serve()).toEqual([0x0e]);
    pic.write(MASTER, 0xa0);
    expect(pic.serve()).toEqual([0x08]);
  });

  it('by a specific end of interrupt puts that level last', () => {
    const pic = initialized();
    pic.raise(3);
    pic.acknowledge();
    pic.write(MASTER, 0xe3);
    pic.raise(1, 4);
    expect([pic.isr(MASTER), pic.serve()]).toEqual([0, [0x0c]]);
  });

  it('by the set priority command', () => {
    const pic = initialized({ masterIcw4: 0x03 });
    expect(order(pic)).toEqual([0, 1, 3, 4, 5, 6, 7]);
    pic.write(MASTER, 0xc5);
    expect(order(pic)).toEqual([6, 7, 0, 1, 3, 4, 5]);
    pic.write(MASTER, 0xc7);
    expect(order(pic)).toEqual([0, 1, 3, 4, 5, 6, 7]);
  });

  it('in automatic mode puts each one last that is served, until it is switched off', () => {
    const pic = initialized({ masterIcw4: 0x03 });
    pic.write(MASTER, 0x80);
    pic.raise(3);
    pic.serve();
    expect(order(pic)).toEqual([4, 5, 6, 7, 0, 1, 3]);
    pic.write(MASTER, 0x00);
    pic.lower(5);
    pic.raise(5);
    pic.serve();
    expect(order(pic)).toEqual([4, 5, 6, 7, 0, 1, 3]);
  });

  it('does nothing when there is nothing to end, and for the command 40h', () => {
    const pic = initialized();
    for (const command of [0xa0, 0x40, 0x45]) pic.write(MASTER, command);
    pic.raise(0, 7);
    expect(pic.serve()).toEqual([0x08]);
  });
});

describe('special mask mode', () => {
  it('lets all levels in that are not masked, also below what is in service', () => {
    const pic = initialized();
    pic.raise(3);
    pic.acknowledge();
    pic.raise(6);
    expect(pic.intr).toBe(false);
    pic.write(MASTER + 1, 0x08);
    expect(pic.intr).toBe(false);
    pic.write(MASTER, 0x68);
    expect(pic.serve()).toEqual([0x0e]);
    // A masked level is not ended but by name.
    pic.write(MASTER, EOI);
    expect(pic.isr(MASTER)).toBe(0x08);
    pic.write(MASTER, EOI);
    expect(pic.isr(MASTER)).toBe(0x08);
    pic.write(MASTER, 0x63);
    expect(pic.isr(MASTER)).toBe(0);
  });

  it('ends by OCW3 with ESMM, and stays without', () => {
    const pic = initialized();
    pic.raise(3);
    pic.acknowledge();
    pic.write(MASTER + 1, 0x08);
    pic.write(MASTER, 0x68);
    pic.raise(6);
    pic.write(MASTER, 0x08);
    expect(pic.intr).toBe(true);
    pic.write(MASTER, 0x48);
    expect(pic.intr).toBe(false);
  });
});

describe('poll', () => {
  it('acknowledges with the next read, of either port, and only with that', () => {
    for (const port of [MASTER, MASTER + 1]) {
      const pic = initialized();
      pic.write(MASTER + 1, 0x80);
      pic.raise(6, 7);
      pic.write(MASTER, 0x0c);
      expect([pic.read(port), pic.intr, pic.isr(MASTER)]).toEqual([0x86, false, 0x40]);
      expect(pic.read(MASTER + 1)).toBe(0x80);
    }
  });

  it('gives 0 if nobody asks', () => {
    const pic = initialized();
    pic.write(MASTER, 0x0c);
    expect(pic.read(MASTER)).toBe(0);
  });

  it('overrides what is to be read', () => {
    const pic = initialized();
    pic.raise(1);
    pic.write(MASTER, 0x0f);
    expect([pic.read(MASTER), pic.read(MASTER)]).toEqual([0x81, 0]);
  });

  it('ends by itself in automatic mode', () => {
    const pic = initialized({ masterIcw4: 0x03 });
    pic.raise(4);
    pic.write(MASTER, 0x0c);
    expect([pic.read(MASTER), pic.isr(MASTER)]).toEqual([0x84, 0]);
  });
});
