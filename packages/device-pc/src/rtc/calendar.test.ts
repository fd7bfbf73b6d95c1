import { expect, it } from 'vitest';
import { driver, SECOND } from './rtc.test-util.ts';

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');

function faceOf(ms: number): string {
  const date = new Date(ms);
  const day = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  const time = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
  return `${day} ${time} ${pad(date.getUTCDay() + 1)}`;
}

it('shows the date that it was made with, for any date', () => {
  const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  for (const date of [0, 951_782_399_000, 4_107_542_400_000, last]) expect(driver({ date }).face()).toBe(faceOf(date));
  for (let i = 0; i < 3000; i++) {
    const date = Math.floor(last * ((i * 0.618_033_988_7) % 1));
    expect(driver({ date }).face()).toBe(faceOf(date));
  }
});

it('goes on as the Gregorian calendar does, with leap years and days of the week', () => {
  let ms = Date.UTC(1995, 0, 30, 12);
  const clock = driver({ date: ms });
  for (let i = 0; i < 2500; i++) {
    const seconds = 1 + ((i * 7919) % 3_000_000);
    ms += seconds * 1000;
    clock.pass(seconds * SECOND);
    expect(clock.face()).toBe(faceOf(ms));
  }
});

it.each([
  ['1999-12-31T23:59:59.750Z', '2000-01-01 00:00:00 07'],
  ['2000-02-28T23:59:59.000Z', '2000-02-29 00:00:00 03'],
  ['2100-02-28T23:59:59.000Z', '2100-03-01 00:00:00 02'],
  ['2024-02-29T23:59:59.000Z', '2024-03-01 00:00:00 06'],
])('turns from %s to %s', (before, after) => {
  const clock = driver({ date: Date.parse(before) });
  clock.pass(SECOND);
  expect(clock.face()).toBe(after);
});

it('is in the year 0 after the year 9999', () => {
  const clock = driver({ date: Date.UTC(9999, 11, 31, 23, 59, 59) });
  clock.pass(SECOND);
  expect(clock.face()).toBe('0000-01-01 00:00:00 07');
});

it('counts the day of the week by itself', () => {
  const clock = driver();
  clock.set([0x20, 0x24, 0x01, 0x01, 0x23, 0x59, 0x59, 0x07]);
  clock.pass(SECOND);
  expect(clock.face()).toBe('2024-01-02 00:00:00 01');
});

it('keeps what is no date until the next second, and then takes the nearest', () => {
  const clock = driver();
  clock.set([0x99, 0xaa, 0x00, 0x00, 0x77, 0x7f, 0x30, 0x00]);
  expect(clock.face()).toBe('99aa-00-00 77:7f:30 00');
  clock.pass(SECOND);
  expect(clock.face()).toBe('9999-01-01 23:59:31 00');
  clock.pass(60 * SECOND);
  expect(clock.face()).toBe('9999-01-02 00:00:31 02');
});

it('takes the date of the host once, when the machine is made', () => {
  let calls = 0;
  const clock = driver({
    currentDate: () => {
      calls++;
      return Date.UTC(2021, 5, 7, 8, 9, 10, 999);
    },
  });
  expect(clock.face()).toBe('2021-06-07 08:09:10 02');
  clock.pass(1e6);
  expect([clock.face(), calls]).toEqual(['2021-06-07 08:09:11 02', 1]);
});

it.each([
  () => Number.NaN,
  () => -1,
  () => 1e300,
  () => 'now' as never,
  () => Promise.reject(new Error('late')) as never,
  () => {
    throw new Error('no date');
  },
])('leaves the date of the options when the host gives none (%#)', (currentDate) => {
  const clock = driver({ currentDate, date: 0 });
  expect([clock.face(), clock.machine.log.length]).toEqual(['1970-01-01 00:00:00 05', 1]);
});
