import type { GuestMemory } from '@picovm/core';
import type { Selection } from './selection.ts';

/** Bits of the control word; its upper half is the number of an item. */
const ERROR = 0x01;
const READ = 0x02;
const SKIP = 0x04;
const SELECT = 0x08;
const WRITE = 0x10;

/** Of the structure that describes an operation: control, length, and a 64-bit address. */
const DESCRIPTION_SIZE = 16;
/** What is read behind the end of an item is zero; nobody needs more of it than this, and it takes time. */
const MOST_ZEROES = 0x10_0000;

/**
 * Does what the structure at `address` says, and writes its control word: 0, or 1 if something was wrong with it.
 * @returns whether it went well
 */
export function runDma(memory: GuestMemory, selection: Selection, address: number): boolean {
  if (!isWritable(memory, address, DESCRIPTION_SIZE)) return false;
  const description = new DataView(memory.read(address, DESCRIPTION_SIZE).buffer);
  const control = description.getUint32(0);
  const target = description.getUint32(8) * 2 ** 32 + description.getUint32(12);
  if ((control & SELECT) !== 0) selection.select(control >>> 16);
  const right = transfer(memory, selection, control, description.getUint32(4), target);
  memory.write(address, Uint8Array.of(0, 0, 0, right ? 0 : ERROR));
  return right;
}

function transfer(memory: GuestMemory, selection: Selection, control: number, length: number, target: number): boolean {
  if ((control & READ) === 0) {
    if ((control & WRITE) !== 0) return length === 0;
    if ((control & SKIP) !== 0) selection.skip(length);
    return true;
  }
  if (length === 0) return true;
  const bytes = selection.rest(length);
  const zeroes = length - bytes.length;
  if (zeroes > MOST_ZEROES || !isWritable(memory, target, length)) return false;
  memory.write(target, bytes);
  if (zeroes > 0) memory.write(target + bytes.length, new Uint8Array(zeroes));
  selection.skip(length);
  return true;
}

/** Whether there is memory that a guest could write, without a gap. */
function isWritable(memory: GuestMemory, address: number, length: number): boolean {
  if (memory.contiguous(address) < length) return false;
  const end = address + length;
  for (let region = memory.regionAt(address); region !== undefined; region = memory.regionAt(region.end)) {
    if (region.readonly) return false;
    if (region.end >= end) return true;
  }
  return false;
}
