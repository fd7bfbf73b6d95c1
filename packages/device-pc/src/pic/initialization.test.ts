import { describe, expect, it } from 'vitest';
import { driver, initialized, MASTER, SLAVE } from './pic.test-util.ts';

describe('initialization', () => {
  it('comes before any interrupt', () => {
    const pic = driver();
    pic.write(MASTER + 1, 0);
    pic.raise(1, 9);
    expect(pic.intr).toBe(false);
    for (const value of [0x11, 0x20, 0x04]) pic.write(value === 0x11 ? MASTER : MASTER + 1, value);
    pic.lower(1);
    pic.raise(1);
    expect(pic.intr).toBe(false);
    pic.write(MASTER + 1, 0x01);
    expect(pic.serve()).toEqual([0x21]);
  });

  it('takes ICW3 only of chips in cascade, and ICW4 only if ICW1 says so', () => {
    for (const [icw1, words] of [
      [0x11, 3],
      [0x13, 2],
      [0x10, 2],
      [0x12, 1],
    ]) {
      const pic = driver();
      pic.write(MASTER, icw1);
      for (let i = 0; i < words; i++) {
        pic.write(MASTER + 1, 0x55);
        expect(pic.read(MASTER + 1)).toBe(0);
      }
      pic.write(MASTER + 1, 0xaa);
      expect(pic.read(MASTER + 1)).toBe(0xaa);
    }
  });

  it('clears mask, service, edges, special mask and rotation, and reads as IRR', () => {
    const pic = initialized();
    pic.raise(3, 4);
    pic.acknowledge();
    pic.write(MASTER + 1, 0xf0);
    pic.write(MASTER, 0xc4);
    pic.write(MASTER, 0x6b);
    pic.write(MASTER, 0x11);
    for (const value of [0x08, 0x04, 0x01]) pic.write(MASTER + 1, value);
    expect([pic.read(MASTER + 1), pic.read(MASTER), pic.isr(MASTER)]).toEqual([0, 0, 0]);
    // Inputs that are still high have to fall first.
    expect(pic.intr).toBe(false);
    pic.lower(3, 4);
    pic.raise(3, 4, 0);
    expect(pic.serve()).toEqual([0x08]);
  });

  it('gives the upper five bits of the vector', () => {
    const pic = initialized();
    pic.write(MASTER, 0x13);
    pic.write(MASTER + 1, 0xff);
    pic.write(MASTER + 1, 0x01);
    pic.raise(5);
    expect(pic.serve()).toEqual([0xfd]);
  });

  it.each([0x10, 0x12])('without ICW4 (%i) is MCS-80 mode: no interrupts, and one line in the log', (icw1) => {
    const pic = initialized({ icw1 });
    pic.raise(1, 9);
    expect(pic.intr).toBe(false);
    expect(pic.machine.log.filter(({ level }) => level === 'warn').length).toBe(1);
    // The registers work, and the mode can be left.
    expect(pic.irr(MASTER)).toBe(0x02);
    for (const value of [0x11, 0x08, 0x04, 0x01]) pic.write(value === 0x11 ? MASTER : MASTER + 1, value);
    pic.lower(1);
    pic.raise(1);
    expect(pic.serve()).toEqual([0x09]);
  });
});

describe('inputs', () => {
  it('are edges: one interrupt for each, which is gone if the line falls before it is acknowledged', () => {
    const pic = initialized();
    pic.raise(5);
    expect([pic.irr(MASTER), pic.serve(), pic.irr(MASTER), pic.isr(MASTER)]).toEqual([0x20, [0x0d], 0, 0x20]);
    pic.write(MASTER, 0x20);
    expect(pic.intr).toBe(false);
    pic.lower(5);
    pic.raise(5);
    pic.lower(5);
    expect([pic.intr, pic.irr(MASTER)]).toEqual([false, 0]);
  });

  it('keep an edge that comes while they are masked or in service', () => {
    const pic = initialized();
    pic.write(MASTER + 1, 0xff);
    pic.raise(5);
    expect([pic.intr, pic.irr(MASTER)]).toEqual([false, 0x20]);
    pic.write(MASTER + 1, 0);
    expect(pic.serve()).toEqual([0x0d]);
    pic.lower(5);
    pic.raise(5);
    expect(pic.intr).toBe(false);
    pic.write(MASTER, 0x20);
    expect(pic.serve()).toEqual([0x0d]);
  });

  it('are levels by LTIM: as long as the line is high', () => {
    const pic = initialized({ icw1: 0x19 });
    pic.raise(5);
    expect(pic.serve()).toEqual([0x0d]);
    expect(pic.irr(MASTER)).toBe(0x20);
    pic.write(MASTER, 0x20);
    expect(pic.serve()).toEqual([0x0d]);
    pic.lower(5);
    pic.write(MASTER, 0x20);
    expect([pic.serve(), pic.irr(MASTER)]).toEqual([[], 0]);
  });

  it('are levels one by one by ELCR, but for those of the board', () => {
    const pic = initialized();
    pic.machine.writePort(0x4d0, 0xffff, 2);
    expect(pic.machine.readPort(0x4d0, 2)).toBe(0xdef8);
    pic.machine.writePort(0x4d0, 0x0800, 2);
    pic.raise(10, 11);
    expect(pic.serve()).toEqual([0x72]);
    for (const port of [SLAVE, MASTER]) pic.write(port, 0x20);
    expect(pic.serve()).toEqual([0x73]);
    for (const port of [SLAVE, MASTER]) pic.write(port, 0x20);
    // 10 was an edge, 11 is still there.
    expect(pic.serve()).toEqual([0x73]);
  });

  it('2 and 16 to 23 lead nowhere', () => {
    const pic = initialized();
    pic.raise(2, 16, 18, 23);
    expect([pic.intr, pic.irr(MASTER), pic.irr(SLAVE)]).toEqual([false, 0, 0]);
  });
});

it('is uninitialized again after a reset, with what is on its inputs', () => {
  const pic = initialized();
  pic.raise(1, 5);
  pic.acknowledge();
  pic.pic.reset();
  expect([pic.intr, pic.read(MASTER + 1), pic.read(MASTER)]).toEqual([false, 0xff, 0]);
  for (const value of [0x19, 0x08, 0x04, 0x01]) pic.write(value === 0x19 ? MASTER : MASTER + 1, value);
  expect(pic.irr(MASTER)).toBe(0x22);
});
