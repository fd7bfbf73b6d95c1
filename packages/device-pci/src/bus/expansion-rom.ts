import type { AccessSize, MmioHandler } from '@picovm/core';

/** The smallest that fits into the register: its address begins at bit 11 (PCI 3.0, section 6.2.5.2). */
const SMALLEST = 2048;

/** How many addresses a ROM of so many bytes takes. */
export function romSize(bytes: number): number {
  let size = SMALLEST;
  while (size < bytes) size *= 2;
  return size;
}

/** Reads bytes, which no guest can change. Behind the last one there is 0xFF. */
export function romHandler(bytes: Uint8Array): MmioHandler {
  return {
    read(offset: number, size: AccessSize): number {
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = (value << 8) | (offset + i < bytes.length ? bytes[offset + i] : 0xff);
      return value >>> 0;
    },
    write: () => {},
  };
}
