import { describe, expect, it } from 'vitest';
import { type ApicBoard, board, enabled } from './apic.test-util.ts';

const [TIMER, INITIAL, CURRENT, DIVIDE] = [0x320, 0x380, 0x390, 0x3e0];
const VECTOR = 0x40;
const PERIODIC = 0x20000;
const MASKED = 0x10000;
/** The divide configuration register, and what it divides 1 GHz by (Intel SDM volume 3A, figure 11-10). */
const DIVIDERS = [
  [0b0000, 2],
  [0b0001, 4],
  [0b0010, 8],
  [0b0011, 16],
  [0b1000, 32],
  [0b1001, 64],
  [0b1010, 128],
  [0b1011, 1],
] as const;

/** The times at which the timer interrupts, while it is served at once. */
function times(apics: ApicBoard, until: number): number[] {
  const { clock } = apics.machine;
  const found: number[] = [];
  while (clock.nextAlarm() <= until) {
    clock.advanceTo(clock.nextAlarm());
    for (const vector of apics.serve()) {
      expect(vector).toBe(VECTOR);
      found.push(clock.now());
      apics.end();
    }
  }
  clock.advanceTo(until);
  return found;
}

describe('the timer of the local APIC', () => {
  it.each(DIVIDERS)('counts down once, with the divider %i: 1 GHz / %i', (code, divider) => {
    const apics = enabled();
    apics.write(DIVIDE, code);
    apics.write(TIMER, VECTOR);
    apics.machine.clock.advance(12_345);
    apics.write(INITIAL, 1000);
    expect([apics.read(DIVIDE), apics.read(CURRENT)]).toEqual([code, 1000]);
    apics.machine.clock.advance(divider - 1);
    expect(apics.read(CURRENT)).toBe(1000);
    apics.machine.clock.advance(1);
    expect(apics.read(CURRENT)).toBe(999);
    apics.machine.clock.advance(divider * 998);
    expect([apics.read(CURRENT), apics.intr]).toEqual([1, false]);
    expect(times(apics, 1e6)).toEqual([12_345 + divider * 1000]);
    expect([apics.read(INITIAL), apics.read(CURRENT), apics.machine.clock.pending]).toEqual([1000, 0, 0]);
  });

  it.each(DIVIDERS)('starts again by itself, with no error that adds up: divider %i, 1 GHz / %i', (code, divider) => {
    const apics = enabled();
    apics.write(DIVIDE, code);
    apics.write(TIMER, VECTOR | PERIODIC);
    apics.write(INITIAL, 30_001);
    const period = 30_001 * divider;
    expect(times(apics, 10.5 * period)).toEqual(Array.from({ length: 10 }, (_, n) => (n + 1) * period));
    expect(apics.read(CURRENT)).toBe(30_001 - Math.floor((period * 0.5) / divider));
  });

  it('counts while it is masked, and sets no alarm then', () => {
    const apics = board();
    apics.write(DIVIDE, 0b1011);
    apics.write(TIMER, VECTOR | MASKED);
    apics.write(INITIAL, 0xffffffff);
    apics.machine.clock.advance(1e9);
    expect([apics.read(CURRENT), apics.machine.clock.pending]).toEqual([0xffffffff - 1e9, 0]);
    apics.write(TIMER, VECTOR | MASKED | PERIODIC);
    apics.machine.clock.advance(4e9);
    expect(apics.read(CURRENT)).toBe(2 * 0xffffffff - 5e9);
    expect(apics.machine.clock.pending).toBe(0);
  });

  it('interrupts at its next end when it is opened, and not for those that were', () => {
    const apics = enabled();
    apics.write(DIVIDE, 0b1011);
    apics.write(TIMER, VECTOR | MASKED | PERIODIC);
    apics.write(INITIAL, 100_000);
    apics.machine.clock.advance(1_250_000);
    apics.write(TIMER, VECTOR | PERIODIC);
    expect(apics.intr).toBe(false);
    expect(times(apics, 1_450_000)).toEqual([1_300_000, 1_400_000]);
  });

  it('stops with a count of 0, and starts anew with each count', () => {
    const apics = enabled();
    apics.write(TIMER, VECTOR);
    apics.write(INITIAL, 1000);
    apics.machine.clock.advance(1000);
    apics.write(INITIAL, 1000);
    apics.machine.clock.advance(1999);
    expect([apics.read(CURRENT), apics.intr]).toEqual([1, false]);
    apics.write(INITIAL, 0);
    expect([apics.read(CURRENT), apics.machine.clock.pending]).toEqual([0, 0]);
    apics.machine.clock.advance(1e9);
    expect(apics.intr).toBe(false);
  });

  it('goes on from what is left when the divider changes', () => {
    const apics = enabled();
    apics.write(DIVIDE, 0b1011);
    apics.write(TIMER, VECTOR);
    apics.write(INITIAL, 1000);
    apics.machine.clock.advance(400);
    apics.write(DIVIDE, 0b1010);
    expect(apics.read(CURRENT)).toBe(600);
    expect(times(apics, 1e6)).toEqual([400 + 600 * 128]);
  });

  it('of a host that is late interrupts once, and keeps the time', () => {
    const apics = enabled();
    apics.write(DIVIDE, 0b1011);
    apics.write(TIMER, VECTOR | PERIODIC);
    apics.write(INITIAL, 100_000);
    // The alarm comes late: the clock jumps.
    apics.machine.clock.advance(100_000);
    apics.serve();
    apics.end();
    const { now } = apics.machine.clock;
    let late = 0;
    apics.machine.clock.now = () => now.call(apics.machine.clock) + late;
    late = 1_030_000;
    expect(apics.read(CURRENT)).toBe(70_000);
    expect(apics.serve()).toEqual([VECTOR]);
    expect(apics.metrics.values()).toMatchObject({ ticks: 2, lostTicks: 9 });
  });

  it('takes ends together that come faster than every 20 µs', () => {
    const apics = enabled();
    apics.write(DIVIDE, 0b1011);
    apics.write(TIMER, VECTOR | PERIODIC);
    apics.write(INITIAL, 1);
    const found = times(apics, 1e6);
    expect(found.length).toBeLessThanOrEqual(50);
    expect(found.length).toBeGreaterThan(40);
    apics.write(INITIAL, 3);
    expect(times(apics, 2e6).length).toBeLessThanOrEqual(50);
    expect(apics.metrics.values().lostTicks).toBeGreaterThan(1000);
  });

  it('has at most one alarm, whatever is written, and none when it is disabled', () => {
    const apics = enabled();
    for (let i = 0; i < 1000; i++) {
      apics.write(TIMER, VECTOR | (i % 2 === 0 ? PERIODIC : 0));
      apics.write(INITIAL, 1 + i * 1000);
      apics.write(DIVIDE, i);
      expect(apics.machine.clock.pending).toBe(1);
    }
    apics.write(0xf0, 0xff);
    expect(apics.machine.clock.pending).toBe(0);
    apics.write(0xf0, 0x1ff);
    apics.write(TIMER, VECTOR);
    apics.apic.setBase(0xfee00100n);
    expect(apics.machine.clock.pending).toBe(0);
  });

  it('is the same in another machine in the middle of a count', () => {
    const apics = enabled();
    apics.write(DIVIDE, 0b0001);
    apics.write(TIMER, VECTOR | PERIODIC);
    apics.write(INITIAL, 10_000);
    apics.machine.clock.advance(55_555);
    apics.serve();
    const state = apics.apic.snapshot();
    const other = board();
    other.machine.clock.advance(1e9);
    other.apic.restore(state);
    expect(other.read(CURRENT)).toBe(apics.read(CURRENT));
    other.end();
    expect(times(other, 1e9 + 100_000)).toEqual([1e9 + 24_445, 1e9 + 64_445]);
  });
});
