/** The clock input of the three counters, in Hz: a twelfth of 14.31818 MHz. */
export const PIT_HZ = 1_193_182;

const NS_PER_SECOND = 1e9;

/** How many ticks of the counters' clock there were until a time. Exact: whole seconds first. @param ns of guest time */
export function ticksAt(ns: number): number {
  const seconds = Math.floor(ns / NS_PER_SECOND);
  return seconds * PIT_HZ + Math.floor(((ns - seconds * NS_PER_SECOND) * PIT_HZ) / NS_PER_SECOND);
}

/** The first time, in nanoseconds, at which there were so many ticks: the inverse of `ticksAt`. */
export function timeOfTick(tick: number): number {
  const seconds = Math.floor(tick / PIT_HZ);
  let ns = seconds * NS_PER_SECOND + Math.ceil(((tick - seconds * PIT_HZ) * NS_PER_SECOND) / PIT_HZ);
  // After 104 days numbers have not every nanosecond any more, and it may have been rounded down.
  for (let step = 1; ticksAt(ns) < tick; step *= 2) ns += step;
  return ns;
}
