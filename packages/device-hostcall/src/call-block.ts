import type { GuestMemory } from '@picovm/core';
import type { HostCallStatus } from './status.ts';

/** Bytes of a call block. */
export const CALL_BLOCK_SIZE = 32;

/** Offsets of its fields, all of 32 bits, little-endian. The last two are the device's to write. */
const NAME = 0x00;
const NAME_LENGTH = 0x04;
const REQUEST = 0x08;
const REQUEST_LENGTH = 0x0c;
const RESPONSE = 0x10;
const RESPONSE_CAPACITY = 0x14;
const RESPONSE_LENGTH = 0x18;
const STATUS = 0x1c;

/** What a guest asks for: guest-physical addresses and lengths, as they were when it made the call. */
export interface CallBlock {
  /** Where the block itself is. */
  readonly address: number;
  readonly name: number;
  readonly nameLength: number;
  readonly request: number;
  readonly requestLength: number;
  readonly response: number;
  readonly responseCapacity: number;
}

/** Reads a block that {@link isWritable}. */
export function readCallBlock(memory: GuestMemory, address: number): CallBlock {
  const bytes = memory.read(address, CALL_BLOCK_SIZE);
  const view = new DataView(bytes.buffer);
  const field = (offset: number): number => view.getUint32(offset, true);
  return {
    address,
    name: field(NAME),
    nameLength: field(NAME_LENGTH),
    request: field(REQUEST),
    requestLength: field(REQUEST_LENGTH),
    response: field(RESPONSE),
    responseCapacity: field(RESPONSE_CAPACITY),
  };
}

/** Writes how a call ended. The status comes last: who sees it can rely on the rest. */
export function endCallBlock(memory: GuestMemory, address: number, status: HostCallStatus, length: number): void {
  memory.writeU32(address + RESPONSE_LENGTH, length);
  memory.writeU32(address + STATUS, status);
}

/** Whether all of a range is memory. */
export function isReadable(memory: GuestMemory, address: number, length: number): boolean {
  return memory.contiguous(address) >= length;
}

/** Whether all of a range is memory that the guest itself could write. */
export function isWritable(memory: GuestMemory, address: number, length: number): boolean {
  for (let at = address; at < address + length; ) {
    const region = memory.regionAt(at);
    if (region === undefined || region.readonly) return false;
    at = region.end;
  }
  return true;
}
