const NS_PER_SECOND = 1e9;
/** Of the quartz. */
const TICKS_PER_SECOND = 32_768;

/** Nanoseconds before the end of an update from which on register A says so: 244 µs before it begins, and its 1984 µs. */
export const UPDATE_NS = 2_228_000;
/** Nanoseconds from when the divider is let run to the end of the first update. */
export const FIRST_UPDATE_NS = 500_000_000;

/** Whole ticks of the quartz. @param ns into a second */
export function quartzTicks(ns: number): number {
  return Math.floor((ns * TICKS_PER_SECOND) / NS_PER_SECOND);
}

/** Ticks from one periodic interrupt to the next (data sheet, table 5): all of them divide a second. @param rate 1 to 15 */
export function periodTicks(rate: number): number {
  return 1 << (rate <= 2 ? rate + 6 : rate - 1);
}

/** When the next periodic interrupt comes. @param base when the second began @param ns how far it is now */
export function nextPeriod(base: number, ns: number, rate: number): number {
  const period = periodTicks(rate);
  const ticks = (Math.floor(quartzTicks(ns) / period) + 1) * period;
  let due = base + Math.ceil((ticks * NS_PER_SECOND) / TICKS_PER_SECOND);
  // After 104 days numbers have not every nanosecond any more, and it may have been rounded down.
  for (let step = 1; quartzTicks(due - base) < ticks; step *= 2) due += step;
  return due;
}
