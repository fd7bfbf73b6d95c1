import type { GuestMemory } from '@picovm/core';

/** Regions of memory begin and end on a multiple of this. */
const PAGE = 4096;

/** Reads as the ISA bus does: what is no memory gives FFh. */
export function readIsa(memory: GuestMemory, address: number, out: Uint8Array): void {
  for (let at = 0; at < out.length; ) {
    const region = memory.regionAt(address + at);
    const end = Math.min(out.length, (region?.end ?? nextPage(address + at)) - address);
    if (region === undefined) out.fill(0xff, at, end);
    else memory.readInto(address + at, out.subarray(at, end));
    at = end;
  }
}

/** Writes as the ISA bus does: what is no memory, or is read-only, takes nothing. */
export function writeIsa(memory: GuestMemory, address: number, data: Uint8Array): void {
  for (let at = 0; at < data.length; ) {
    const region = memory.regionAt(address + at);
    const end = Math.min(data.length, (region?.end ?? nextPage(address + at)) - address);
    if (region !== undefined && !region.readonly) memory.write(address + at, data.subarray(at, end));
    at = end;
  }
}

function nextPage(address: number): number {
  return address - (address % PAGE) + PAGE;
}
