import type { AccessSize, IoSink } from '@picovm/core';

/** Pushes a write to a port into the sink. @param size 1, 2 or 4. @param data 32 bits, of which `size` bytes count */
export function pushPortWrite(sink: IoSink, port: number, size: number, data: number): void {
  sink.portWrite(port, size as AccessSize, unsigned(data, size as AccessSize));
}

/**
 * Pushes a write to a physical address into the sink, in the sizes that the sink takes.
 * @param size 1 to 7; 8 bytes are a bigint, which is not made for less
 * @param low 32 bits, of which up to `size` bytes count
 * @param high the next 32 bits
 */
export function pushMmioWrite(sink: IoSink, address: number, size: number, low: number, high: number): void {
  if (size === 4 || size === 2 || size === 1) {
    sink.mmioWrite(address, size, unsigned(low, size));
    return;
  }
  for (let at = 0; at < size; ) {
    const part = partSize(size - at);
    const value = at < 4 ? low >>> (8 * at) : high >>> (8 * (at - 4));
    sink.mmioWrite(address + at, part, unsigned(value, part));
    at += part;
  }
}

/**
 * How much of an access of `left` bytes is next: 4, 2 or 1. No part of 4 bytes crosses from the lower half of the data into the
 * upper one: only the first part can have 4.
 */
export function partSize(left: number): AccessSize {
  return left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

function unsigned(value: number, size: AccessSize): number {
  return size === 4 ? value >>> 0 : size === 2 ? value & 0xffff : value & 0xff;
}
