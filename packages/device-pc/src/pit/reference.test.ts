import { Random } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { driver } from './pit.test-util.ts';
import { ReferenceCounter } from './reference.test-util.ts';

// Counter 2, whose gate a guest can switch, beside one that takes each tick.
describe.each([0, 1, 2, 3, 4, 5])('mode %i', (mode) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is as a counter that really counts, whatever is done to it (seed %i)', (seed) => {
    const random = new Random(seed * 6 + mode + 1);
    const below = (end: number): number => random.below(end);
    const pit = driver();
    const reference = new ReferenceCounter();
    const bcd = seed % 3 === 0;
    const start = (): void => {
      pit.control(0xb0 | (mode << 1) | (bcd ? 1 : 0));
      reference.setMode(mode, bcd);
    };
    const digits = (count: number): number => (bcd ? Number.parseInt(String(count), 16) : count);
    const write = (count: number, between = 0): void => {
      pit.write(2, digits(count) & 0xff);
      reference.firstByte();
      pass(between);
      pit.write(2, digits(count) >> 8);
      reference.setCount(count);
    };
    const pass = (ticks: number): void => {
      pit.ticks(ticks);
      for (let i = 0; i < ticks; i++) reference.clock();
    };
    const counts = [() => 1 + below(12), () => 1 + below(12), () => below(300), () => below(bcd ? 10_000 : 65_536)];
    start();
    for (let step = 0; step < 500; step++) {
      const what = below(16);
      if (what === 0) start();
      else if (what <= 3) write(counts[below(4)](), below(3) === 0 ? below(4) : 0);
      else if (what <= 6) {
        const level = below(2) === 1;
        pit.gate2(level);
        reference.setGate(level);
      } else pass([below(3), below(20), below(20), below(200_000)][what === 7 ? 3 : below(3)]);
      // The status does not move while it is latched; the count is latched in the same tick.
      const status = pit.status(2);
      const count = bcd ? Number.parseInt(pit.count(2).toString(16), 10) : pit.count(2);
      const out = (pit.machine.readPort(0x61) & 0x20) !== 0;
      const seen = { step, count, out, status: (status & 0x80) !== 0, nullCount: (status & 0x40) !== 0 };
      expect(seen).toEqual({
        step,
        count: reference.value,
        out: reference.out,
        status: reference.out,
        nullCount: reference.nullCount,
      });
    }
  });
});
