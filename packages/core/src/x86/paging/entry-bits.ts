import { EFER } from '../flags.ts';
import { has, type PagingRegisters, shiftOf, type TableShape } from './paging-mode.ts';

// Bits of entries (Intel SDM volume 3A, tables 4-3 to 4-20).
/** Present. */
export const P = 1;
/** Writable. */
export const RW = 2;
/** For privilege level 3. */
export const US = 4;
/** Leads to a page, not to a table. */
export const PS = 0x80;
/** Execute disable. */
export const XD: bigint = 1n << 63n;
/** Where the next table, or the page, begins: bits 12 to 51. */
export const ADDRESS = 0xf_ffff_ffff_f000n;

/** A PDPTE of PAE paging: it has neither rights nor a bit that tells whether it was used. */
export function isPaePointer({ depth }: TableShape, level: number): boolean {
  return depth === 3 && level === 2;
}

/** Which bits of a present entry are reserved (sections 4.3 to 4.5). @param large it leads to a large page */
export function reservedBits(
  shape: TableShape,
  { efer }: PagingRegisters,
  level: number,
  large: boolean,
  physicalBits: number,
): bigint {
  const { wide, long } = shape;
  // Of a large page in 32-bit paging, bits 13 to 20 are bits 32 to 39 of the address, as far as the CPU has them.
  let reserved = large ? bits(wide ? 13 : Math.min(physicalBits, 40) - 19, shiftOf(shape, level)) : 0n;
  if (wide) {
    reserved |= bits(physicalBits, long ? 52 : 63);
    if (isPaePointer(shape, level)) reserved |= XD | 0x1e6n;
    if (level > 2) reserved |= BigInt(PS);
    if (!has(efer, EFER.NXE)) reserved |= XD;
  }
  return reserved;
}

// The bits from one up to another, without that.
function bits(from: number, to: number): bigint {
  return (1n << BigInt(to)) - (1n << BigInt(from));
}
