import type { Placement } from './placement.ts';

/** Flat segments of 4 GiB, level 0 (Intel SDM volume 3A, figure 3-8), by their type. */
const DESCRIPTORS = { code: 0xcf9b000000ffffn, data: 0xcf93000000ffffn, code64: 0xaf9b000000ffffn } as const;

/** What the CPU of a plan says of its segments. */
export interface FlatSegments {
  /** GDTR. */
  readonly gdt: { readonly base: bigint; readonly limit: number };
  /** CS. */
  readonly codeSelector: number;
  /** The others. */
  readonly dataSelector: number;
}

/**
 * Places a GDT with flat segments: code at `codeSelector`, data at the selector behind it.
 * @param codeSelector a multiple of 8 from 8 on
 */
export function placeGdt(placement: Placement, codeSelector: number, code: 'code' | 'code64' = 'code'): FlatSegments {
  const bytes = new Uint8Array(codeSelector + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(codeSelector, DESCRIPTORS[code], true);
  view.setBigUint64(codeSelector + 8, DESCRIPTORS.data, true);
  const base = BigInt(placement.add('GDT', bytes, { below: 0x100000 }));
  return { gdt: { base, limit: bytes.length - 1 }, codeSelector, dataSelector: codeSelector + 8 };
}

/** Room for a small stack. @returns where it begins: its top */
export function placeStack(placement: Placement): number {
  const size = 0x1000;
  const address = placement.find('stack', size, { align: 0x1000, below: 0x100000 });
  placement.reserve(address, size);
  return address + size;
}
