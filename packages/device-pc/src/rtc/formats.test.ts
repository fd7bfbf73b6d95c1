import { describe, expect, it } from 'vitest';
import { driver, SECOND } from './rtc.test-util.ts';

const BINARY = 0x04;
const HOURS_24 = 0x02;

// Data sheet, table 3: the time bytes in their formats.
describe('the hours of a day', () => {
  it.each([
    ['decimal, 24', HOURS_24, (hour: number) => Number.parseInt(String(hour), 16)],
    ['binary, 24', BINARY | HOURS_24, (hour: number) => hour],
    ['decimal, 12', 0, (hour: number) => Number.parseInt(String(hour % 12 || 12), 16) | (hour >= 12 ? 0x80 : 0)],
    ['binary, 12', BINARY, (hour: number) => (hour % 12 || 12) | (hour >= 12 ? 0x80 : 0)],
  ] as const)('%s', (_name, format, byte) => {
    const clock = driver({ date: 0 });
    clock.write(0x0b, format);
    const numbers = (...values: number[]): number[] =>
      values.map((value) => ((format & BINARY) !== 0 ? value : Number.parseInt(String(value), 16)));
    clock.set([...numbers(20, 24, 12, 29), byte(23), ...numbers(59, 59, 2)]);
    clock.pass(SECOND);
    for (let hour = 0; hour < 24; hour++) {
      expect([hour, clock.read(4)]).toEqual([hour, byte(hour)]);
      // The alarm has the same format: it comes at this hour and at no other.
      clock.write(1, numbers(30)[0]);
      clock.write(3, numbers(15)[0]);
      clock.write(5, byte(hour));
      clock.read(0x0c);
      clock.pass((15 * 60 + 29) * SECOND);
      expect(clock.read(0x0c) & 0x20).toBe(0);
      clock.pass(SECOND);
      expect(clock.read(0x0c) & 0x20).toBe(0x20);
      clock.write(5, byte((hour + 1) % 24));
      clock.pass((44 * 60 + 30) * SECOND);
      expect(clock.read(0x0c) & 0x20).toBe(0);
    }
    expect([7, 8, 9, 0x32].map((index) => clock.read(index))).toEqual(numbers(31, 12, 24, 20));
  });
});

describe('the alarm', () => {
  // From 00:00:00 on: when it comes first, and how often in a day.
  it.each([
    [[0x30, 0x15, 0x10], 10 * 3600 + 15 * 60 + 30, 1],
    [[0x00, 0x00, 0x00], 86_400, 1],
    [[0x30, 0x15, 0xc0], 15 * 60 + 30, 24],
    [[0x30, 0xff, 0xc0], 30, 24 * 60],
    [[0xc0, 0xff, 0xdd], 1, 86_400],
    [[0xc0, 0x15, 0xc0], 15 * 60, 24 * 60],
    [[0x05, 0xc0, 0x10], 10 * 3600 + 5, 60],
    [[0x60, 0xc0, 0xc0], Number.POSITIVE_INFINITY, 0],
    [[0x0a, 0xc0, 0xc0], Number.POSITIVE_INFINITY, 0],
    [[0x00, 0x00, 0x24], Number.POSITIVE_INFINITY, 0],
    [[0x00, 0x75, 0xc0], Number.POSITIVE_INFINITY, 0],
  ])('%j comes first after %s s, %s times a day', (bytes, first, times) => {
    const clock = driver();
    bytes.forEach((byte, i) => {
      clock.write(2 * i + 1, byte);
    });
    clock.write(0x0b, 0x22);
    expect(clock.machine.clock.pending).toBe(times > 0 ? 1 : 0);
    clock.machine.clock.advanceTo(86_400 * SECOND - 1);
    // The first rises the line, which stays up until it is acknowledged.
    const expected = first < 86_400 ? [{ level: true, at: first * SECOND }] : [];
    expect(clock.line.changes).toEqual(expected);

    const counted = driver();
    bytes.forEach((byte, i) => {
      counted.write(2 * i + 1, byte);
    });
    counted.write(0x0b, 0x22);
    let count = 0;
    const { clock: time } = counted.machine;
    for (; time.nextAlarm() <= 86_400 * SECOND; count++) {
      time.advanceTo(time.nextAlarm());
      counted.read(0x0c);
    }
    expect(count).toBe(times);
  });

  it('is not missed in a time in which nobody looks', () => {
    const clock = driver();
    for (const index of [1, 3, 5]) clock.write(index, 0x01);
    clock.pass(3600 * SECOND);
    expect(clock.read(0x0c)).toBe(0x50);
    clock.pass(3600 * SECOND);
    expect(clock.read(0x0c)).toBe(0x70);
  });
});
