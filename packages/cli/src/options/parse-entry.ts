import type { FarPointer } from '@picovm/core/x86';
import { realModeAddress } from '../machines/load-image.ts';
import { UsageError } from '../usage-error.ts';
import { parseAddress } from './parse-number.ts';

const FAR = /^(?:0x)?([0-9a-f]{1,4}):(?:0x)?([0-9a-f]{1,4})$/i;

/** An entry point: `CS:IP`, both hexadecimal, or a physical address below 1 MiB. */
export function parseEntry(text: string, what: string): FarPointer {
  if (!text.includes(':')) return realModeAddress(parseAddress(text, what));
  const match = FAR.exec(text);
  if (match === null) {
    throw new UsageError(`${what}: '${text}' is no entry point: write it like 07c0:0005 (hexadecimal) or 0x7c05`);
  }
  return { segment: Number.parseInt(match[1], 16), offset: Number.parseInt(match[2], 16) };
}
