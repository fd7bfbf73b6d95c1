import type { Counter, Metrics } from '@picovm/core';

/** What all drives of a device count together. */
export interface DriveCounters {
  /** Operations of backends that went well. */
  readonly reads: Counter;
  readonly writes: Counter;
  readonly flushes: Counter;
  /** Operations of backends that failed. */
  readonly errors: Counter;
  readonly bytesRead: Counter;
  readonly bytesWritten: Counter;
}

const NAMES = ['reads', 'writes', 'flushes', 'errors', 'bytesRead', 'bytesWritten'] as const;

/** Counters that count for themselves until {@link attachCounters} ties them to a VM's. */
export function makeCounters(): { -readonly [K in keyof DriveCounters]: Counter } {
  const counter = (): Counter => ({ value: 0 });
  return {
    reads: counter(),
    writes: counter(),
    flushes: counter(),
    errors: counter(),
    bytesRead: counter(),
    bytesWritten: counter(),
  };
}

/** From now on the VM's counters count. */
export function attachCounters(counters: ReturnType<typeof makeCounters>, metrics: Metrics): void {
  for (const name of NAMES) counters[name] = metrics.counter(name);
}
