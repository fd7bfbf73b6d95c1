import type { AccessSize, Exit } from '@picovm/core';

/** One element that moved between the guest and the outside. */
export interface BusAccess {
  readonly space: 'port' | 'mmio';
  readonly direction: 'read' | 'write';
  readonly address: number;
  /** Bytes. */
  readonly size: AccessSize;
  /** Unsigned, of `size` bytes. For a read: what the guest gets. */
  readonly value: number;
}

/** `IN`, or one element of `INS`. */
export function portRead(address: number, size: AccessSize, value: number): BusAccess {
  return { space: 'port', direction: 'read', address, size, value };
}

/** `OUT`, or one element of `OUTS`. */
export function portWrite(address: number, size: AccessSize, value: number): BusAccess {
  return { space: 'port', direction: 'write', address, size, value };
}

/** A load from an address that is not memory. */
export function mmioRead(address: number, size: AccessSize, value: number): BusAccess {
  return { space: 'mmio', direction: 'read', address, size, value };
}

/** A store to an address that is not memory. */
export function mmioWrite(address: number, size: AccessSize, value: number): BusAccess {
  return { space: 'mmio', direction: 'write', address, size, value };
}

/** The elements of an exit, in the order in which they moved. Exits that are no accesses have none. */
export function accessesOf(exit: Exit): BusAccess[] {
  if (exit.reason === 'mmio') {
    const { direction, address, size, data } = exit;
    if (size !== 8) return [{ space: 'mmio', direction, address, size, value: Number(data) }];
    const value = BigInt(data);
    return [
      { space: 'mmio', direction, address, size: 4, value: Number(value & 0xffffffffn) },
      { space: 'mmio', direction, address: address + 4, size: 4, value: Number(value >> 32n) },
    ];
  }
  if (exit.reason !== 'io') return [];
  const { direction, port, size, count, data, block } = exit;
  if (block === undefined) return [{ space: 'port', direction, address: port, size, value: data }];
  return Array.from({ length: count }, (_, i) => {
    const element = block.subarray(i * size, (i + 1) * size);
    return { space: 'port', direction, address: port, size, value: littleEndian(element) };
  });
}

/** The access as single bytes, from the lowest address up. */
export function splitIntoBytes({ space, direction, address, size, value }: BusAccess): BusAccess[] {
  return Array.from({ length: size }, (_, i) => {
    return { space, direction, address: address + i, size: 1, value: Math.floor(value / 2 ** (8 * i)) & 0xff };
  });
}

/** The access as a line of a trace: `port 0x60 read 1: 0x1c`. */
export function formatAccess({ space, direction, address, size, value }: BusAccess): string {
  return `${space} 0x${address.toString(16)} ${direction} ${size}: 0x${value.toString(16)}`;
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
