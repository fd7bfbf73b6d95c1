import { describe, expect, it } from 'vitest';
import { FakeClock } from '../index.ts';

describe('FakeClock', () => {
  it('moves when it is told to, and calls alarms when they are due, in their order', () => {
    const clock = new FakeClock(100);
    const seen: [string, number][] = [];
    clock.alarm(300, () => seen.push(['later', clock.now()]));
    clock.alarm(200, () => seen.push(['sooner', clock.now()]));
    clock.cancel(clock.alarm(250, () => seen.push(['never', clock.now()])));
    clock.alarm(1000, () => seen.push(['much later', clock.now()]));
    expect([clock.now(), clock.pending, clock.nextAlarm()]).toEqual([100, 3, 200]);
    clock.advance(400);
    expect(seen).toEqual([
      ['sooner', 200],
      ['later', 300],
    ]);
    clock.advanceTo(999);
    expect([clock.now(), clock.pending, clock.nextAlarm()]).toEqual([999, 1, 1000]);
  });

  it('calls an alarm that an alarm sets, if it falls into the same time', () => {
    const clock = new FakeClock();
    const seen: number[] = [];
    const tick = (): void => {
      seen.push(clock.now());
      clock.alarm(clock.now() + 100, tick);
    };
    clock.alarm(50, tick);
    clock.advance(300);
    expect(seen).toEqual([50, 150, 250]);
    expect(clock.now()).toBe(300);
  });

  it('jumps over alarms, which then come late', () => {
    const clock = new FakeClock();
    const seen: number[] = [];
    clock.alarm(10, () => seen.push(clock.now()));
    clock.alarm(20, () => seen.push(clock.now()));
    clock.jump(500);
    expect(seen).toEqual([500, 500]);
    expect(clock.pending).toBe(0);
  });

  it.each(['advance', 'jump'] as const)('does not hang when alarms are set for now again and again (%s)', (how) => {
    const clock = new FakeClock();
    const again = (): void => void clock.alarm(clock.now(), again);
    clock.alarm(7, again);
    expect(() => clock[how](10)).toThrow(/FakeClock: at (7|10) ns an alarm that is due sets the next one/);
  });

  it('tells when alarms are due, and can be set as when a machine is restored', () => {
    const clock = new FakeClock();
    const seen: number[] = [];
    clock.alarm(20, () => seen.push(clock.now()));
    clock.cancel(clock.alarm(15, () => seen.push(-1)));
    clock.alarm(10, () => seen.push(clock.now()));
    expect(clock.alarms).toEqual([10, 20]);
    clock.restore(500);
    clock.restore(12);
    expect(seen).toEqual([]);
    clock.advance(10);
    expect(seen).toEqual([12, 20]);
    expect(clock.alarms).toEqual([]);
  });

  it('does not go back, and takes no alarm for no time', () => {
    const clock = new FakeClock(5);
    expect(() => clock.advanceTo(4)).toThrow('from 5 ns to 4 ns');
    expect(() => clock.advance(Number.NaN)).toThrow('to NaN ns');
    expect(() => clock.alarm(Number.NaN, () => {})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect([clock.now(), clock.pending]).toEqual([5, 0]);
  });
});
