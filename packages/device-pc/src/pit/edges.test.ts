import { Random } from '@picovm/testkit';
import { expect, it } from 'vitest';
import { driver } from './pit.test-util.ts';
import { ReferenceCounter } from './reference.test-util.ts';
import { MIN_ALARM_TICKS } from './timer-interrupt.ts';

// Counts that are long enough for each edge to have an alarm of its own.
it.each([1, 2, 3, 4, 5, 6])(
  'the line of counter 0 rises where OUT of one that really counts does (seed %i)',
  (seed) => {
    const random = new Random(seed);
    const below = (end: number): number => random.below(end);
    const pit = driver();
    const reference = new ReferenceCounter();
    reference.setGate(true);
    const rises: number[] = [];
    const watch = (act: () => void): void => {
      const { out } = reference;
      act();
      if (!out && reference.out) rises.push(pit.tick);
    };
    const pass = (ticks: number): void => {
      for (let i = 0; i < ticks; i++) {
        pit.ticks(1);
        watch(() => reference.clock());
      }
    };
    for (let step = 0; step < 400; step++) {
      if (below(4) === 0) {
        const mode = below(6);
        pit.control(0x30 | (mode << 1));
        watch(() => reference.setMode(mode, false));
      }
      if (below(3) > 0) {
        const count = 2 * MIN_ALARM_TICKS + below(100);
        pit.write(0, count & 0xff);
        reference.firstByte();
        pass(below(3) === 0 ? below(40) : 0);
        pit.write(0, count >> 8);
        reference.setCount(count);
      }
      pass(below(150));
      expect([step, pit.rises()]).toEqual([step, rises]);
      expect(pit.machine.clock.pending).toBeLessThanOrEqual(1);
    }
    expect(rises.length).toBeGreaterThan(50);
  },
);

it('the edge behind a strobe comes also if a new count is written while OUT is low', () => {
  const pit = driver();
  pit.start(0, 4, 100);
  pit.line.changes.length = 0;
  // Loaded in the tick behind the write, it strobes at 101; the new count is loaded when that ends.
  pit.ticks(101);
  expect(pit.out(0)).toBe(false);
  pit.write(0, 50);
  pit.write(0, 0);
  pit.ticks(1000);
  expect(pit.rises()).toEqual([102, 102 + 51]);
});
