// Numbers in packets have their highest byte first.

export function get16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

export function get24(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 16) | get16(bytes, at + 1);
}

export function get32(bytes: Uint8Array, at: number): number {
  return get16(bytes, at) * 0x10000 + get16(bytes, at + 2);
}

export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value >>> 16);
  put16(bytes, at + 2, value);
}

/** An address as minutes, seconds and frames of 1/75 s; sector 0 is 2 s from the beginning. */
export function putMsf(bytes: Uint8Array, at: number, lba: number): void {
  const frames = lba + 150;
  bytes[at] = frames / (75 * 60);
  bytes[at + 1] = (frames / 75) % 60;
  bytes[at + 2] = frames % 75;
}
