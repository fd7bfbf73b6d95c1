import { describe, expect, it, vi } from 'vitest';
import { driver, nsOfTick } from './pit.test-util.ts';
import { MIN_ALARM_TICKS } from './timer-interrupt.ts';

describe('counter 0', () => {
  it.each([2, 3])('in mode %i interrupts once a period, without an error that adds up', (mode) => {
    const pit = driver();
    pit.start(0, mode, 11_932);
    pit.ticks(11_932 * 5000 + 1);
    const rises = pit.rises();
    // The first is the control word itself: OUT was low.
    expect(rises.length).toBe(1 + 5000);
    expect(rises.slice(1).findIndex((tick, i) => tick !== 1 + 11_932 * (i + 1))).toBe(-1);
    expect(pit.machine.metrics.values()).toMatchObject({ ticks: 5000, lostTicks: 0 });
  });

  it('goes on as exactly after hundreds of days', () => {
    const start = 1_193_182 * 86_400 * 300;
    const pit = driver({}, start);
    pit.start(0, 2, 1193);
    pit.ticks(1193 * 1000 + 2);
    expect(pit.machine.metrics.values().ticks).toBe(1000);
  });

  it('in mode 0 raises its line at the end, until it is started again', () => {
    const pit = driver();
    pit.start(0, 0, 1000);
    pit.ticks(1000);
    expect(pit.line.level).toBe(false);
    pit.ticks(1);
    expect([pit.line.level, pit.machine.clock.pending]).toEqual([true, 0]);
    pit.write(0, 5);
    expect(pit.line.level).toBe(false);
    pit.write(0, 0);
    pit.ticks(6);
    expect(pit.rises()).toEqual([1001, 1007]);
  });

  it('in mode 4 gives one edge, behind the strobe', () => {
    const pit = driver();
    pit.control(0x38);
    pit.line.changes.length = 0;
    pit.write(0, 100);
    pit.write(0, 0);
    pit.ticks(200_000);
    expect(pit.rises()).toEqual([102]);
    expect(pit.machine.clock.pending).toBe(0);
  });

  it.each([1, 5])('in mode %i, which its gate would have to start, does nothing', (mode) => {
    const pit = driver();
    pit.start(0, mode, 5);
    pit.ticks(1000);
    expect([pit.rises().length, pit.machine.clock.pending]).toEqual([1, 0]);
  });

  it('takes a new count at the end of the period, or of the half of the square wave', () => {
    for (const [mode, second] of [
      [2, 1 + 100 + 40],
      [3, 1 + 50 + 20],
    ]) {
      const pit = driver();
      pit.start(0, mode, 100);
      pit.ticks(10);
      pit.line.changes.length = 0;
      pit.write(0, 40);
      pit.write(0, 0);
      pit.ticks(150);
      expect(pit.rises().slice(mode === 2 ? 1 : 0)[0]).toBe(second);
    }
  });

  it.each([
    [2, 2],
    [3, 2],
    [2, 3],
    [3, 7],
    [2, MIN_ALARM_TICKS - 1],
  ])('in mode %i with a count of %i takes edges together, and counts them', (mode, count) => {
    const pit = driver();
    pit.start(0, mode, count);
    const time = 200_000;
    pit.ticks(time);
    const { ticks, lostTicks } = pit.machine.metrics.values();
    expect(ticks).toBeLessThanOrEqual(time / MIN_ALARM_TICKS + 1);
    expect(ticks).toBeGreaterThan(time / (2 * MIN_ALARM_TICKS));
    expect(Math.abs(ticks + lostTicks - time / count)).toBeLessThan(MIN_ALARM_TICKS);
    expect(pit.machine.clock.pending).toBe(1);
    // They are edges of OUT, all the same.
    expect(
      pit
        .rises()
        .slice(1)
        .filter((tick) => (tick - 1) % count !== 0),
    ).toEqual([]);
  });

  it.each([2, 3])('in mode %i with the illegal count 1 never interrupts', (mode) => {
    const pit = driver();
    pit.start(0, mode, 1);
    pit.ticks(1_000_000);
    expect([pit.rises().length, pit.machine.clock.pending]).toEqual([1, 0]);
  });

  it('interrupts once for all periods that a late host slept through, and then in step again', () => {
    const pit = driver();
    pit.start(0, 2, 1000);
    pit.line.changes.length = 0;
    pit.machine.clock.jump(nsOfTick(10_500));
    expect(pit.line.changes.filter(({ level }) => level).length).toBe(1);
    pit.machine.clock.advanceTo(nsOfTick(12_001));
    expect(pit.rises()).toEqual([10_500, 11_001, 12_001]);
    expect(pit.machine.metrics.values()).toMatchObject({ ticks: 3, lostTicks: 9 });
  });

  it('has the edge that is due when a guest sets it anew before its alarm came', () => {
    const pit = driver();
    pit.start(0, 2, 1000);
    pit.line.changes.length = 0;
    let level = false;
    pit.machine.clock.alarm(nsOfTick(1001), () => {
      // This alarm is asked first: it was set for the same time, and the device sets its own anew.
      pit.control(0x30);
      level = pit.line.changes.some((change) => change.level);
    });
    pit.control(0x34);
    pit.write(0, 0xe8);
    pit.write(0, 0x03);
    pit.line.changes.length = 0;
    pit.ticks(1001);
    expect(level).toBe(true);
  });

  it.each([0, 4])(
    'in mode %i has its edge also if the host takes longer over the write than the count lasts',
    (mode) => {
      const pit = driver();
      pit.start(0, mode, 2000);
      pit.ticks(1000);
      pit.line.changes.length = 0;
      // With real time, each look at the clock is a later one: here by 24 ticks, while counts are 15 at least.
      const { clock } = pit.machine;
      const now = clock.now.bind(clock);
      let looks = 0;
      const slow = vi.spyOn(clock, 'now').mockImplementation(() => now() + 20_000 * looks++);
      pit.write(0, 15);
      pit.write(0, 0);
      slow.mockRestore();
      pit.ticks(500);
      expect(pit.rises()).toHaveLength(1);
    },
  );

  it('in mode 4 has the edge that comes while a new count is written', () => {
    const pit = driver();
    pit.start(0, 4, 100);
    pit.ticks(95);
    pit.line.changes.length = 0;
    const { clock } = pit.machine;
    const now = clock.now.bind(clock);
    let looks = 0;
    const slow = vi.spyOn(clock, 'now').mockImplementation(() => now() + 20_000 * looks++);
    pit.write(0, 15);
    slow.mockRestore();
    pit.ticks(50);
    expect(pit.rises()).toHaveLength(1);
  });

  it('is quiet at first, and after a reset', () => {
    const pit = driver();
    expect([pit.line.level, pit.machine.clock.pending, pit.status(0)]).toEqual([false, 0, 0x70]);
    pit.start(0, 3, 0);
    pit.pit.reset?.();
    expect([pit.line.level, pit.machine.clock.pending, pit.status(0)]).toEqual([false, 0, 0x70]);
  });
});

it('counters 1 and 2 need no alarms', () => {
  const pit = driver();
  pit.gate2(true);
  pit.start(1, 2, 18);
  pit.start(2, 3, 1000);
  expect(pit.machine.clock.pending).toBe(0);
});
