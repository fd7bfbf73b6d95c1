import { expect, it } from 'vitest';
import { driver, nsOfTick } from './pit.test-util.ts';

it('keeps its lower four bits, and nothing else that is written', () => {
  const { machine } = driver();
  machine.writePort(0x61, 0xff);
  expect(machine.readPort(0x61) & 0xcf).toBe(0x0f);
  machine.writePort(0x61, 0x00);
  expect(machine.readPort(0x61) & 0xcf).toBe(0x00);
});

it('has OUT of counter 2 in bit 5', () => {
  const pit = driver();
  pit.gate2(true);
  pit.start(2, 0, 10);
  pit.ticks(10);
  expect(pit.machine.readPort(0x61) & 0x20).toBe(0);
  pit.ticks(1);
  expect(pit.machine.readPort(0x61) & 0x20).toBe(0x20);
});

it('has a bit 4 that changes with each refresh, every 15 µs', () => {
  const pit = driver();
  const levels = Array.from({ length: 180 }, () => {
    pit.ticks(1);
    return pit.machine.readPort(0x61) & 0x10;
  });
  expect(levels.filter((level, i) => i > 0 && level !== levels[i - 1]).length).toBe(10);
});

it('tells the host of the tone, once for each change', () => {
  const told: number[] = [];
  const pit = driver({ onSpeaker: (hz) => told.push(Math.round(hz)) });
  pit.start(2, 3, 2712);
  expect(told).toEqual([]);
  pit.machine.writePort(0x61, 3);
  pit.machine.writePort(0x61, 3);
  pit.start(2, 3, 1193);
  pit.machine.writePort(0x61, 2);
  pit.machine.writePort(0x61, 1);
  // A control word alone stops it; so does a count that is illegal.
  pit.machine.writePort(0x61, 3);
  pit.control(0xb6);
  pit.start(2, 3, 1);
  expect(told).toEqual([440, 0, 1000, 0, 1000, 0]);
});

it('tells the host of the tone that a restored state has', () => {
  const told: number[] = [];
  const first = driver();
  first.start(2, 3, 1193);
  first.machine.writePort(0x61, 3);
  const second = driver({ onSpeaker: (hz) => told.push(Math.round(hz)) });
  second.pit.restore?.(first.pit.snapshot?.() ?? { version: 0 });
  second.pit.reset?.();
  expect(told).toEqual([1000, 0]);
});

it('goes on when onSpeaker fails, counts it, and says it once', async () => {
  for (const onSpeaker of [() => Promise.reject(new Error('no sound')), () => fail()]) {
    const pit = driver({ onSpeaker: onSpeaker as () => void });
    pit.start(2, 3, 1193);
    for (const bits of [3, 0, 3]) pit.machine.writePort(0x61, bits);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(pit.machine.metrics.values().hostErrors).toBe(3);
    expect(pit.machine.log.length).toBe(1);
  }
});

it('knows the time of a tick to the nanosecond, also after years', () => {
  for (const start of [0, 1_193_181, 1_193_182, 123_456_789_012]) {
    const pit = driver({}, start);
    pit.gate2(true);
    pit.start(2, 2, 0);
    pit.ticks(1);
    expect(pit.count(2)).toBe(0);
    pit.machine.clock.advanceTo(nsOfTick(start + 2) - 1);
    expect(pit.count(2)).toBe(0);
    pit.machine.clock.advanceTo(nsOfTick(start + 2));
    expect(pit.count(2)).toBe(0xffff);
  }
});

function fail(): never {
  throw new Error('no sound');
}
