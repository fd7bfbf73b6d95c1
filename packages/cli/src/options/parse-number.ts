import { UsageError } from '../usage-error.ts';

const NUMBER = /^(0x[0-9a-f]+|[0-9]+)$/i;
const SIZE = /^(0x[0-9a-f]+|[0-9]+)([kmg]?)(?:i?b)?$/i;
const DURATION = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?$/i;
const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A whole number, decimal or `0x` and hexadecimal digits. @param what the option, for the message */
export function parseNumber(text: string, what: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw new UsageError(`${what}: '${text}' is no number: write it like 4096 or 0x1000`);
  }
  return value;
}

/** A size in bytes: `4096`, `4K`, `16M`, `1G`, `0x1000`. */
export function parseSize(text: string, what: string): number {
  const match = SIZE.exec(text);
  const value = match === null ? Number.NaN : Number(match[1]) * SIZE_UNITS[match[2].toLowerCase()];
  if (!Number.isSafeInteger(value)) {
    throw new UsageError(`${what}: '${text}' is no size: write it like 4K, 16M, 1G or 0x1000`);
  }
  return value;
}

/** A physical address: `31744` or `0x7c00`. */
export function parseAddress(text: string, what: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw new UsageError(`${what}: '${text}' is no address: write it like 0x7c00 or 31744`);
  }
  return value;
}

/** A duration in milliseconds: `5s`, `500ms`, `2m`; a bare number counts seconds. */
export function parseDuration(text: string, what: string): number {
  const match = DURATION.exec(text);
  const value = match === null ? 0 : Number(match[1]) * MS_PER_UNIT[(match[2] ?? 's').toLowerCase()];
  if (!(value > 0)) throw new UsageError(`${what}: '${text}' is no duration above 0: write it like 5s, 500ms or 2m`);
  return value;
}
