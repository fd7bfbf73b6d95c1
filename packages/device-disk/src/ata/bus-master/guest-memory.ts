import type { GuestMemory } from '@picovm/core';

/**
 * Writes to guest memory as a device on the bus does: read-only memory stays as it is.
 * @returns whether it is all memory; if not, nothing was written
 */
export function writeMemory(memory: GuestMemory, address: number, bytes: Uint8Array): boolean {
  if (memory.contiguous(address) < bytes.length) return false;
  for (let at = 0; at < bytes.length; ) {
    const region = memory.regionAt(address + at);
    if (region === undefined) return false;
    const length = Math.min(bytes.length - at, region.end - address - at);
    if (!region.readonly) memory.write(address + at, bytes.subarray(at, at + length));
    at += length;
  }
  return true;
}

/** Reads guest memory. @returns whether it is all memory; if not, nothing was read */
export function readMemory(memory: GuestMemory, address: number, target: Uint8Array): boolean {
  if (memory.contiguous(address) < target.length) return false;
  memory.readInto(address, target);
  return true;
}
