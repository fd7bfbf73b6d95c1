import { expect, it } from 'vitest';
import { FakeClock, RecordingIrqLine } from '../index.ts';

it('RecordingIrqLine ORs its sources, and writes down what changes and when', () => {
  const clock = new FakeClock();
  const seen: boolean[] = [];
  const line = new RecordingIrqLine(clock, (level) => seen.push(level));
  const [a, b] = [line.source(), line.source()];
  a.set(true);
  clock.advance(10);
  b.set(true);
  a.set(false);
  expect(line.level).toBe(true);
  clock.advance(10);
  b.set(false);
  line.pulse();
  line.set(true);
  expect(line.changes).toEqual([
    { level: true, at: 0 },
    { level: false, at: 20 },
    { level: true, at: 20 },
    { level: false, at: 20 },
    { level: true, at: 20 },
  ]);
  expect(seen).toEqual(line.changes.map(({ level }) => level));
});
