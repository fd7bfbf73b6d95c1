import { describe, expect, it } from 'vitest';
import { type Driver, driver } from './pit.test-util.ts';

// Count and OUT of counter 2 in the ticks after now, as the figures of the data sheet draw them.
function drawn(pit: Driver, ticks: number): string {
  const seen = Array.from({ length: ticks }, () => {
    pit.ticks(1);
    return `${pit.count(2).toString(16)}${pit.out(2) ? '' : '_'}`;
  });
  return seen.join(' ');
}

// With its gate high; the second byte of the count is written in tick 0.
function started(mode: number, count: number, bcd = false): Driver {
  const pit = driver();
  pit.gate2(true);
  pit.start(2, mode, count, bcd);
  return pit;
}

// OUT low is marked with _.
describe('the modes, as the data sheet draws them', () => {
  it('0: OUT rises N + 1 ticks after the count was written, and the count goes on', () => {
    expect(drawn(started(0, 4), 8)).toBe('4_ 3_ 2_ 1_ 0 ffff fffe fffd');
  });

  it('0: the gate stops the count, and a new one starts at the next tick', () => {
    const pit = started(0, 3);
    expect(drawn(pit, 2)).toBe('3_ 2_');
    pit.gate2(false);
    expect(drawn(pit, 2)).toBe('2_ 2_');
    pit.gate2(true);
    expect(drawn(pit, 2)).toBe('1_ 0');
    pit.write(2, 2);
    expect(pit.out(2)).toBe(false);
    expect(drawn(pit, 2)).toBe('0_ 0_');
    pit.write(2, 0);
    expect(drawn(pit, 3)).toBe('2_ 1_ 0');
  });

  it('1: the gate starts it, and starts it again', () => {
    const pit = driver();
    pit.start(2, 1, 3);
    expect(drawn(pit, 2)).toBe('0 0');
    pit.gate2(true);
    expect(drawn(pit, 2)).toBe('3_ 2_');
    pit.gate2(false);
    pit.gate2(true);
    expect(drawn(pit, 5)).toBe('3_ 2_ 1_ 0 ffff');
  });

  it('2: OUT is low while the count is 1', () => {
    expect(drawn(started(2, 3), 8)).toBe('3 2 1_ 3 2 1_ 3 2');
  });

  it('2: without its gate OUT is high, and with it it starts from the top', () => {
    const pit = started(2, 3);
    expect(drawn(pit, 3)).toBe('3 2 1_');
    pit.gate2(false);
    expect(pit.out(2)).toBe(true);
    expect(drawn(pit, 2)).toBe('1 1');
    pit.gate2(true);
    expect(drawn(pit, 4)).toBe('3 2 1_ 3');
  });

  it('2: a new count comes with the next period', () => {
    const pit = started(2, 4);
    expect(drawn(pit, 2)).toBe('4 3');
    pit.write(2, 5);
    pit.write(2, 0);
    expect(drawn(pit, 7)).toBe('2 1_ 5 4 3 2 1_');
  });

  it('3: an even count, two at a time', () => {
    expect(drawn(started(3, 4), 8)).toBe('4 2 4_ 2_ 4 2 4_ 2_');
  });

  it('3: an odd count, high for one tick more than low', () => {
    expect(drawn(started(3, 5), 10)).toBe('4 2 0 4_ 2_ 4 2 0 4_ 2_');
  });

  it('3: a new count comes with the next half', () => {
    const pit = started(3, 4);
    expect(drawn(pit, 1)).toBe('4');
    pit.write(2, 6);
    pit.write(2, 0);
    expect(drawn(pit, 7)).toBe('2 6_ 4_ 2_ 6 4 2');
  });

  it('4: one tick low, N + 1 ticks after the count was written, and never again', () => {
    expect(drawn(started(4, 3), 7)).toBe('3 2 1 0_ ffff fffe fffd');
    const pit = started(4, 3);
    pit.ticks(4);
    expect(pit.out(2)).toBe(false);
    pit.ticks(65_536);
    expect([pit.count(2), pit.out(2)]).toEqual([0, true]);
  });

  it('5: the same after a rising gate', () => {
    const pit = driver();
    pit.start(2, 5, 3);
    pit.gate2(true);
    expect(drawn(pit, 6)).toBe('3 2 1 0_ ffff fffe');
    pit.gate2(false);
    pit.gate2(true);
    expect(drawn(pit, 2)).toBe('3 2');
  });

  it('BCD counts in decimal digits, and 0 is 10,000', () => {
    expect(drawn(started(0, 0x0101, true), 4)).toBe('101_ 100_ 99_ 98_');
    const pit = started(0, 0, true);
    expect(drawn(pit, 2)).toBe('0_ 9999_');
    pit.ticks(9_998);
    expect([pit.out(2), pit.count(2)]).toEqual([false, 1]);
    pit.ticks(1);
    expect([pit.out(2), pit.count(2)]).toEqual([true, 0]);
    expect(drawn(pit, 1)).toBe('9999');
  });

  it('0 is the largest count', () => {
    const pit = started(0, 0);
    pit.ticks(65_536);
    expect(pit.out(2)).toBe(false);
    pit.ticks(1);
    expect(pit.out(2)).toBe(true);
  });

  it.each([6, 7])('mode %i is mode %i less 4, and reads back as it was written', (mode) => {
    const pit = started(mode, 4);
    expect(drawn(pit, 4)).toBe(mode === 6 ? '4 3 2 1_' : '4 2 4_ 2_');
    expect(pit.status(2) & 0x0e).toBe(mode << 1);
  });

  it.each([2, 3])('a count of 1, which mode %i does not allow, leaves OUT high', (mode) => {
    const pit = started(mode, 1);
    for (let i = 0; i < 9; i++) {
      pit.ticks(1);
      expect(pit.out(2)).toBe(true);
    }
  });
});

describe('reading and writing', () => {
  it('of one byte: the other is 0', () => {
    const pit = driver();
    pit.gate2(true);
    pit.control(0x90);
    pit.write(2, 0x34);
    pit.ticks(1);
    expect([pit.read(2), pit.read(2)]).toEqual([0x34, 0x34]);
    pit.control(0xa0);
    pit.write(2, 0x12);
    pit.ticks(2);
    expect([pit.read(2), pit.read(2)]).toEqual([0x11, 0x11]);
  });

  it('of two bytes may be interleaved', () => {
    const pit = started(2, 0x1234);
    pit.ticks(1);
    expect(pit.read(2)).toBe(0x34);
    pit.write(2, 0x78);
    expect(pit.read(2)).toBe(0x12);
    pit.write(2, 0x56);
    pit.ticks(0x1234);
    expect(pit.count(2)).toBe(0x5678);
  });

  it('a latched count stays until it is read, and a second latch command is ignored', () => {
    const pit = started(2, 0x1234);
    pit.ticks(2);
    pit.control(0x80);
    pit.ticks(0x100);
    pit.control(0x80);
    expect([pit.read(2), pit.read(2)]).toEqual([0x33, 0x12]);
    expect([pit.read(2), pit.read(2)]).toEqual([0x33, 0x11]);
  });

  it('so does a latched status', () => {
    const pit = started(0, 4);
    pit.ticks(2);
    pit.control(0xe8);
    pit.ticks(100);
    pit.control(0xe8);
    expect([pit.read(2), pit.status(2)]).toEqual([0x30, 0xb0]);
  });

  it('a control word takes the latches away', () => {
    const pit = started(2, 0x1234);
    pit.ticks(1);
    pit.control(0xc8);
    pit.control(0xb4);
    pit.write(2, 0x55);
    pit.write(2, 0);
    pit.ticks(1);
    expect([pit.read(2), pit.read(2)]).toEqual([0x55, 0]);
  });

  // Data sheet, figure 13: commands one after the other, and what they do.
  it('read-back latches counts and status of several counters; of both the status is read first', () => {
    const pit = driver();
    pit.start(0, 2, 0x100);
    pit.start(1, 3, 0x200);
    pit.ticks(1);
    pit.control(0xc2 | 0x04);
    pit.control(0xe4);
    pit.ticks(20);
    pit.control(0xc6);
    expect([pit.read(0), pit.read(0), pit.read(0)]).toEqual([0xb4, 0x00, 0x01]);
    expect([pit.read(1), pit.read(1), pit.read(1)]).toEqual([0xb6, 0x00, 0x02]);
    expect([pit.read(0), pit.read(1)]).toEqual([0xec, 0xd8]);
  });

  it('the null count is set until the count is in the counting element', () => {
    const pit = driver();
    pit.gate2(true);
    pit.control(0xb4);
    expect(pit.status(2)).toBe(0xf4);
    pit.write(2, 4);
    pit.write(2, 0);
    expect(pit.status(2)).toBe(0xf4);
    pit.ticks(1);
    expect(pit.status(2)).toBe(0xb4);
    pit.write(2, 9);
    pit.write(2, 0);
    pit.ticks(3);
    expect(pit.status(2)).toBe(0x74);
    pit.ticks(1);
    expect(pit.status(2)).toBe(0xb4);
  });

  it('the control port reads as all ones', () => {
    expect(driver().machine.readPort(0x43)).toBe(0xff);
  });
});
