import {
  ALARM_ANY,
  B_24_HOURS,
  B_BINARY,
  CENTURY,
  DAY,
  HOUR_PM,
  HOURS,
  HOURS_ALARM,
  MINUTES,
  MINUTES_ALARM,
  MONTH,
  REGISTER_B,
  SECONDS,
  SECONDS_ALARM,
  WEEKDAY,
  YEAR,
} from './bits.ts';
import { type DateTime, daysInMonth, later, SECONDS_PER_DAY } from './calendar.ts';

const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_MINUTE = 60;
/** In place of a number of an alarm: it matches always, or never. */
const ANY = -1;
const NONE = -2;

/** The date and time in the chip's bytes, in the format that register B says. What is none is taken as the nearest that is. */
function readDateTime(bytes: Uint8Array): DateTime {
  const year = 100 * clamp(number(bytes, CENTURY), 0, 99) + clamp(number(bytes, YEAR), 0, 99);
  const month = clamp(number(bytes, MONTH), 1, 12);
  return {
    year,
    month,
    day: clamp(number(bytes, DAY), 1, daysInMonth(year, month)),
    hour: clamp(hourOf(bytes, bytes[HOURS]), 0, 23),
    minute: clamp(number(bytes, MINUTES), 0, 59),
    second: clamp(number(bytes, SECONDS), 0, 59),
  };
}

/** Sets all but the day of the week. */
export function writeDateTime(bytes: Uint8Array, { year, month, day, hour, minute, second }: DateTime): void {
  put(bytes, CENTURY, Math.floor(year / 100));
  put(bytes, YEAR, year % 100);
  put(bytes, MONTH, month);
  put(bytes, DAY, day);
  put(bytes, MINUTES, minute);
  put(bytes, SECONDS, second);
  if ((bytes[REGISTER_B] & B_24_HOURS) !== 0) {
    put(bytes, HOURS, hour);
  } else {
    put(bytes, HOURS, hour % 12 || 12);
    if (hour >= 12) bytes[HOURS] |= HOUR_PM;
  }
}

/** @param weekday 1 (Sunday) to 7 */
export function writeWeekday(bytes: Uint8Array, weekday: number): void {
  put(bytes, WEEKDAY, weekday);
}

/** Lets so many seconds pass. The day of the week is a counter of its own. @param seconds at least 1 */
export function passSeconds(bytes: Uint8Array, seconds: number): void {
  const now = readDateTime(bytes);
  const midnights = Math.floor((secondOfDay(now) + seconds) / SECONDS_PER_DAY);
  writeDateTime(bytes, later(now, seconds));
  if (midnights > 0) writeWeekday(bytes, ((clamp(number(bytes, WEEKDAY), 1, 7) - 1 + midnights) % 7) + 1);
}

/** Seconds until the alarm comes next, 1 to 86,400; Infinity if it never does. */
export function secondsToAlarm(bytes: Uint8Array): number {
  const second = alarmNumber(bytes, SECONDS_ALARM, 59);
  const minute = alarmNumber(bytes, MINUTES_ALARM, 59);
  const hour = alarmHour(bytes);
  if (second === NONE || minute === NONE || hour === NONE) return Number.POSITIVE_INFINITY;
  const start = secondOfDay(readDateTime(bytes));
  let time = start + 1;
  // From one hour, or minute, that does not match to the next.
  for (;;) {
    if (hour !== ANY && Math.floor(time / SECONDS_PER_HOUR) % 24 !== hour) time = next(time, SECONDS_PER_HOUR);
    else if (minute !== ANY && Math.floor(time / SECONDS_PER_MINUTE) % 60 !== minute)
      time = next(time, SECONDS_PER_MINUTE);
    else if (second !== ANY && time % SECONDS_PER_MINUTE < second) time += second - (time % SECONDS_PER_MINUTE);
    else if (second !== ANY && time % SECONDS_PER_MINUTE > second) time = next(time, SECONDS_PER_MINUTE);
    else return time - start;
  }
}

function secondOfDay({ hour, minute, second }: DateTime): number {
  return hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE + second;
}

function next(time: number, unit: number): number {
  return (Math.floor(time / unit) + 1) * unit;
}

function alarmNumber(bytes: Uint8Array, address: number, max: number): number {
  const byte = bytes[address];
  if (byte >= ALARM_ANY) return ANY;
  return isNumber(bytes, byte) && number(bytes, address) <= max ? number(bytes, address) : NONE;
}

function alarmHour(bytes: Uint8Array): number {
  const byte = bytes[HOURS_ALARM];
  if (byte >= ALARM_ANY) return ANY;
  if ((bytes[REGISTER_B] & B_24_HOURS) !== 0) return alarmNumber(bytes, HOURS_ALARM, 23);
  const digits = byte & ~HOUR_PM;
  const hour = decode(bytes, digits);
  return isNumber(bytes, digits) && hour >= 1 && hour <= 12 ? hourOf(bytes, byte) : NONE;
}

// Noon and midnight are 12.
function hourOf(bytes: Uint8Array, byte: number): number {
  if ((bytes[REGISTER_B] & B_24_HOURS) !== 0) return decode(bytes, byte);
  return (clamp(decode(bytes, byte & ~HOUR_PM), 1, 12) % 12) + ((byte & HOUR_PM) !== 0 ? 12 : 0);
}

function number(bytes: Uint8Array, address: number): number {
  return decode(bytes, bytes[address]);
}

function isNumber(bytes: Uint8Array, byte: number): boolean {
  return (bytes[REGISTER_B] & B_BINARY) !== 0 || ((byte & 15) <= 9 && byte >> 4 <= 9);
}

function decode(bytes: Uint8Array, byte: number): number {
  return (bytes[REGISTER_B] & B_BINARY) !== 0 ? byte : (byte >> 4) * 10 + (byte & 15);
}

function put(bytes: Uint8Array, address: number, value: number): void {
  bytes[address] = (bytes[REGISTER_B] & B_BINARY) !== 0 ? value : (Math.floor(value / 10) << 4) | (value % 10);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
