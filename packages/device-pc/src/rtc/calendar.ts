/** A date and a time of day, as a clock face shows them. */
export interface DateTime {
  /** 0 to 9999. */
  year: number;
  /** 1 to 12. */
  month: number;
  /** 1 to 31. */
  day: number;
  hour: number;
  minute: number;
  second: number;
}

export const SECONDS_PER_DAY = 86_400;

/**
 * Days from 1 March of the year 0 to a date of the Gregorian calendar. A year that begins in March ends with the day that leap
 * years have in addition.
 */
function daysOf(year: number, month: number, day: number): number {
  const early = month <= 2 ? 1 : 0;
  const years = year - early;
  const months = month - 3 + 12 * early;
  // 153 days in five months from March on.
  const inYear = Math.floor((153 * months + 2) / 5) + day - 1;
  return 365 * years + Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400) + inYear;
}

export function daysInMonth(year: number, month: number): number {
  return month === 12 ? 31 : daysOf(year, month + 1, 1) - daysOf(year, month, 1);
}

/** The date and time so many seconds later; behind the year 9999 comes the year 0. */
export function later(from: DateTime, seconds: number): DateTime {
  const time = from.hour * 3600 + from.minute * 60 + from.second + seconds;
  const date = dateOf(daysOf(from.year, from.month, from.day) + Math.floor(time / SECONDS_PER_DAY));
  const rest = time % SECONDS_PER_DAY;
  return { ...date, hour: Math.floor(rest / 3600), minute: Math.floor(rest / 60) % 60, second: rest % 60 };
}

/** The date of so many days after 1 January of the year 1970, and before the year 10,000. */
export function dateSince1970(days: number): Pick<DateTime, 'year' | 'month' | 'day'> {
  return dateOf(days + daysOf(1970, 1, 1));
}

function dateOf(days: number): Pick<DateTime, 'year' | 'month' | 'day'> {
  const first = daysOf(0, 1, 1);
  const left = ((days - first) % (daysOf(10_000, 1, 1) - first)) + first;
  // Not later than it is, and early by a year at most.
  let year = Math.max(0, Math.floor((left - first) / 365.2425) - 1);
  while (daysOf(year + 1, 1, 1) <= left) year++;
  let month = 1;
  while (month < 12 && daysOf(year, month + 1, 1) <= left) month++;
  return { year, month, day: left - daysOf(year, month, 1) + 1 };
}
