import { describe, expect, it, vi } from 'vitest';
import { driver, MS, SECOND } from './rtc.test-util.ts';

const A = 0x0a;
const B = 0x0b;
const C = 0x0c;
const UIP = 0x80;

describe('the update', () => {
  it('is announced 244 µs before it begins, and takes 1984 µs', () => {
    const clock = driver();
    clock.pass(SECOND - 2_228_001);
    expect(clock.read(A) & UIP).toBe(0);
    clock.pass(1);
    expect(clock.read(A) & UIP).toBe(UIP);
    clock.pass(2_227_999);
    expect([clock.read(A) & UIP, clock.read(0)]).toEqual([UIP, 0]);
    clock.pass(1);
    expect([clock.read(A) & UIP, clock.read(0)]).toEqual([0, 1]);
  });

  it('does not come while SET is set, which ends one that is under way and takes UIE away', () => {
    const clock = driver();
    clock.write(B, 0x12);
    clock.pass(SECOND - MS);
    clock.write(B, 0x92);
    expect([clock.read(A) & UIP, clock.read(B), clock.machine.clock.pending]).toEqual([0, 0x82, 0]);
    clock.pass(10 * SECOND);
    expect([clock.read(0), clock.read(C) & 0x30]).toEqual([0, 0]);
    // The divider went on: the next second ends where it would have.
    clock.write(B, 0x02);
    clock.pass(MS);
    expect([clock.read(0), clock.read(C) & 0x10]).toEqual([1, 0x10]);
  });

  it('comes half a second after the divider was let go', () => {
    const clock = driver();
    clock.write(A, 0x76);
    clock.pass(5.25 * SECOND);
    expect([clock.read(0), clock.read(A)]).toEqual([0, 0x76]);
    clock.write(A, 0x26);
    clock.pass(SECOND / 2 - 1);
    expect(clock.read(0)).toBe(0);
    clock.pass(1);
    expect(clock.read(0)).toBe(1);
    clock.pass(SECOND);
    expect(clock.read(0)).toBe(2);
  });

  it.each([0x00, 0x16, 0x36, 0x46, 0x56, 0x66])('does not come with the divider at %i', (a) => {
    const clock = driver();
    clock.write(B, 0x7a);
    for (const alarm of [1, 3, 5]) clock.write(alarm, 0xff);
    clock.write(A, a);
    clock.pass(100 * SECOND);
    expect([clock.face(), clock.machine.clock.pending]).toEqual(['2000-01-01 00:00:00 07', 0]);
  });
});

describe('interrupts', () => {
  it('come where a flag and its enable meet, and go when register C is read', () => {
    const clock = driver();
    clock.pass(SECOND);
    expect(clock.line.level).toBe(false);
    clock.write(B, 0x12);
    expect(clock.line.level).toBe(true);
    expect([clock.read(C), clock.line.level, clock.read(C)]).toEqual([0xd0, false, 0]);
    clock.pass(SECOND);
    expect(clock.line.level).toBe(true);
    clock.write(B, 0x02);
    expect([clock.line.level, clock.read(C)]).toEqual([false, 0x50]);
  });

  // Data sheet, table 5, of the time base of 32.768 kHz: the period in µs.
  it.each([
    [1, 3906.25],
    [2, 7812.5],
    [3, 122.0703125],
    [4, 244.140625],
    [5, 488.28125],
    [6, 976.5625],
    [7, 1953.125],
    [8, 3906.25],
    [9, 7812.5],
    [10, 15_625],
    [11, 31_250],
    [12, 62_500],
    [13, 125_000],
    [14, 250_000],
    [15, 500_000],
  ])('of the rate %i come every %s µs', (rate, microseconds) => {
    const clock = driver();
    clock.write(A, 0x20 | rate);
    clock.write(B, 0x42);
    clock.line.changes.length = 0;
    const count = 100;
    for (let i = 1; i <= count; i++) {
      clock.machine.clock.advanceTo(Math.ceil(i * microseconds * 1000) - 1);
      expect(clock.line.level).toBe(false);
      clock.pass(1);
      expect([i, clock.line.level, clock.read(C) & 0xc0, clock.line.level]).toEqual([i, true, 0xc0, false]);
    }
  });

  it('of the rate 0 do not come', () => {
    const clock = driver();
    clock.write(A, 0x20);
    clock.write(B, 0x42);
    clock.pass(10 * SECOND);
    expect([clock.line.changes, clock.machine.clock.pending]).toEqual([[], 0]);
  });

  it('set the periodic flag without being enabled', () => {
    const clock = driver();
    clock.pass(976_562);
    expect(clock.read(C)).toBe(0);
    clock.pass(1);
    expect([clock.read(C), clock.read(C)]).toEqual([0x40, 0]);
  });

  it('are not late if a period ends while the last one is acknowledged', () => {
    const { machine, line, pass, read, write } = driver();
    write(A, 0x2f); // 2 a second
    write(B, 0x42);
    pass(SECOND - 0.1 * MS);
    expect(line.level).toBe(true);
    // With real time, each look at the clock is a later one.
    const now = machine.clock.now.bind(machine.clock);
    let looks = 0;
    const slow = vi.spyOn(machine.clock, 'now').mockImplementation(() => now() + 0.2 * MS * looks++);
    read(C);
    slow.mockRestore();
    expect(line.level).toBe(false);
    pass(0.1 * MS);
    expect(line.level).toBe(true);
  });

  it('need no alarm when none is enabled, nor when one waits already', () => {
    const clock = driver();
    expect(clock.machine.clock.pending).toBe(0);
    clock.write(B, 0x72);
    expect(clock.machine.clock.pending).toBe(1);
    clock.pass(SECOND);
    expect([clock.line.level, clock.machine.clock.pending]).toEqual([true, 0]);
    clock.read(C);
    expect([clock.line.level, clock.machine.clock.pending]).toEqual([false, 1]);
    clock.rtc.dispose();
    expect(clock.machine.clock.pending).toBe(0);
  });

  it('come with the access that finds them, if that is before their alarm', () => {
    const clock = driver();
    const seen: unknown[] = [];
    // This alarm is asked first: it is of the same time, and was set before.
    clock.machine.clock.alarm(SECOND, () => seen.push(clock.read(0), clock.line.level));
    clock.write(B, 0x12);
    clock.pass(SECOND);
    expect([seen, clock.line.changes.length]).toEqual([[1, true], 1]);
  });

  it('that a late host missed come once', () => {
    const clock = driver();
    clock.write(B, 0x42);
    clock.machine.clock.jump(20.5 * SECOND);
    expect(clock.line.changes.length).toBe(1);
    expect([clock.read(C), clock.read(0), clock.line.level]).toEqual([0xf0 & ~0x20, 0x20, false]);
  });

  it('come as exactly after hundreds of days', () => {
    const clock = driver();
    clock.pass(86_400 * 300 * SECOND);
    clock.write(A, 0x23);
    clock.write(B, 0x42);
    clock.read(C);
    const times: number[] = [];
    for (let i = 0; i < 8192; i++) {
      clock.machine.clock.advanceTo(clock.machine.clock.nextAlarm());
      clock.read(C);
      times.push(clock.machine.clock.now());
    }
    expect(times[8191] - 86_400 * 300 * SECOND).toBe(SECOND);
  });
});
