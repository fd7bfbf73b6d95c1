import { describe, expect, it } from 'vitest';
import { EOI, initialized, MASTER, SLAVE } from './pic.test-util.ts';

describe('the slave', () => {
  it('asks by input 2 of the master, and gives the vector', () => {
    const pic = initialized();
    pic.raise(14, 3);
    expect([pic.irr(MASTER), pic.irr(SLAVE)]).toEqual([0x0c, 0x40]);
    expect(pic.serve()).toEqual([0x76]);
    expect([pic.isr(MASTER), pic.isr(SLAVE), pic.irr(MASTER)]).toEqual([0x04, 0x40, 0x08]);
    pic.write(SLAVE, EOI);
    expect(pic.intr).toBe(false);
    pic.write(MASTER, EOI);
    expect(pic.serve()).toEqual([0x0b]);
  });

  it('is masked as input 2', () => {
    const pic = initialized();
    pic.write(MASTER + 1, 0x04);
    pic.raise(8);
    expect(pic.intr).toBe(false);
    pic.write(MASTER + 1, 0);
    expect(pic.serve()).toEqual([0x70]);
  });

  it('lets go of input 2 when its own input falls', () => {
    const pic = initialized();
    pic.raise(8);
    pic.lower(8);
    expect([pic.intr, pic.irr(MASTER)]).toEqual([false, 0]);
  });

  it('has the next one ready when both were ended, whatever comes first', () => {
    for (const [first, second] of [
      [SLAVE, MASTER],
      [MASTER, SLAVE],
    ]) {
      const pic = initialized();
      pic.raise(9, 12);
      expect(pic.serve()).toEqual([0x71]);
      pic.write(first, EOI);
      pic.write(second, EOI);
      expect(pic.serve()).toEqual([0x74]);
    }
  });

  it('does not interrupt itself by a higher priority, as input 2 is in service', () => {
    const pic = initialized();
    pic.raise(12);
    expect(pic.serve()).toEqual([0x74]);
    pic.raise(9);
    expect([pic.intr, pic.irr(MASTER)]).toEqual([false, 0x04]);
  });

  it('does in special fully nested mode; inputs below it do not', () => {
    const pic = initialized({ masterIcw4: 0x11 });
    pic.raise(12);
    expect(pic.serve()).toEqual([0x74]);
    pic.raise(3, 13);
    expect(pic.intr).toBe(false);
    pic.raise(9);
    expect(pic.serve()).toEqual([0x71]);
    expect([pic.isr(MASTER), pic.isr(SLAVE)]).toEqual([0x04, 0x12]);
    // The driver's way: the slave first, and the master when nothing is in service there.
    pic.write(SLAVE, EOI);
    expect(pic.intr).toBe(false);
    pic.write(SLAVE, EOI);
    expect(pic.serve()).toEqual([0x75]);
    pic.write(SLAVE, EOI);
    pic.write(MASTER, EOI);
    expect(pic.serve()).toEqual([0x0b]);
  });

  it('raises input 2 anew after each acknowledge cycle, as the edges of the master want it', () => {
    const pic = initialized({ masterIcw4: 0x03, slaveIcw4: 0x03 });
    pic.raise(9, 10, 15);
    expect(pic.serve()).toEqual([0x71, 0x72, 0x77]);
  });

  it('can be polled', () => {
    const pic = initialized();
    pic.raise(11);
    pic.write(MASTER, 0x0c);
    expect(pic.read(MASTER)).toBe(0x82);
    pic.write(SLAVE, 0x0c);
    expect(pic.read(SLAVE)).toBe(0x83);
    expect([pic.isr(MASTER), pic.isr(SLAVE), pic.intr]).toEqual([0x04, 0x08, false]);
  });

  it('gives the vector of its input 7 when it is asked, and nobody asks it any more', () => {
    // ICW3 says that the slave is on input 5, and so does the slave; but the wire is that of line 5.
    const pic = initialized({ masterIcw3: 0x20, slaveIcw3: 5 });
    pic.raise(5);
    expect(pic.serve()).toEqual([0x77]);
    expect([pic.isr(MASTER), pic.isr(SLAVE)]).toEqual([0x20, 0]);
    expect(pic.machine.metrics.values().spurious).toBe(1);
  });

  it('that has another address does not answer: nobody drives the bus', () => {
    const pic = initialized({ slaveIcw3: 3 });
    pic.raise(8);
    expect([pic.acknowledge(), pic.isr(SLAVE)]).toEqual([0xff, 0]);
  });

  it('is not asked by a master that does not know of it', () => {
    for (const how of [{ masterIcw3: 0 }, { icw1: 0x13 }]) {
      const pic = initialized(how);
      pic.raise(8);
      expect([pic.acknowledge(), pic.isr(SLAVE)]).toEqual([0x0a, 0]);
    }
  });
});
