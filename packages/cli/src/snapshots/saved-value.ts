import { UsageError } from '../usage-error.ts';

/** @throws UsageError unless a value of a snapshot is an object @param path of the snapshot */
export function savedRecord(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw foreignSnapshot(path);
  return value as Readonly<Record<string, unknown>>;
}

/** @throws UsageError unless it is a number */
export function savedNumber(path: string, value: unknown): number {
  if (typeof value !== 'number') throw foreignSnapshot(path);
  return value;
}

/** @throws UsageError unless it is a string */
export function savedString(path: string, value: unknown): string {
  if (typeof value !== 'string') throw foreignSnapshot(path);
  return value;
}

/** @throws UsageError unless it is true or false */
export function savedBoolean(path: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw foreignSnapshot(path);
  return value;
}

/** @throws UsageError unless it is one of these words */
export function savedWord<const T extends string>(path: string, value: unknown, words: readonly T[]): T {
  const word = words.find((one) => one === value);
  if (word === undefined) throw foreignSnapshot(path);
  return word;
}

/** @throws UsageError unless it is a list @param item what reads one of it */
export function savedList<T>(path: string, value: unknown, item: (value: unknown) => T): T[] {
  if (!Array.isArray(value)) throw foreignSnapshot(path);
  return value.map(item);
}

/** The error of a snapshot that is none of this command. */
export function foreignSnapshot(path: string, why = 'it does not say what machine it is of'): UsageError {
  return new UsageError(`${path} is no snapshot that 'picovm run --snapshot-on-stop' wrote: ${why}`);
}
