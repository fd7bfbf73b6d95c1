/** Tables for eight bytes at a time: TABLES[k * 256 + b] is what byte b does k bytes before the end. */
let tables: Uint32Array | undefined;

const POLYNOMIAL = 0xedb88320;
const STEP = 8;

/**
 * The CRC-32 of PNG, zip and Ethernet (ISO 3309, reflected, polynomial EDB88320).
 * @param before the CRC-32 of the bytes before, if these go on behind others
 * @returns unsigned 32 bits
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  tables ??= makeTables();
  const t = tables;
  let crc = ~before;
  let i = 0;
  for (; i + STEP <= bytes.length; i += STEP) {
    const low = crc ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    crc =
      t[0x700 | (low & 0xff)] ^
      t[0x600 | ((low >>> 8) & 0xff)] ^
      t[0x500 | ((low >>> 16) & 0xff)] ^
      t[0x400 | (low >>> 24)] ^
      t[0x300 | bytes[i + 4]] ^
      t[0x200 | bytes[i + 5]] ^
      t[0x100 | bytes[i + 6]] ^
      t[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]) & 0xff];
  return ~crc >>> 0;
}

function makeTables(): Uint32Array {
  const made = new Uint32Array(STEP * 256);
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    made[n] = crc;
  }
  for (let n = 256; n < made.length; n++) made[n] = (made[n - 256] >>> 8) ^ made[made[n - 256] & 0xff];
  return made;
}
