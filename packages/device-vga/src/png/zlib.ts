/** The most that one stored block of a deflate stream can hold (RFC 1951, section 3.2.4). */
const MAX_STORED = 0xffff;
/** RFC 1950, section 9. */
const ADLER_MODULUS = 65521;

/** Wraps data into a zlib stream (RFC 1950) without compressing it. */
export function storeZlib(data: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(data.length / MAX_STORED));
  const out = new Uint8Array(2 + blocks * 5 + data.length + 4);
  const view = new DataView(out.buffer);
  // Deflate with a window of 32 KiB, fastest level; the two bytes are a multiple of 31.
  view.setUint16(0, 0x7801);
  let at = 2;
  for (let block = 0; block < blocks; block++) {
    const part = data.subarray(block * MAX_STORED, (block + 1) * MAX_STORED);
    out[at] = block === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length, true);
    out.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(at, adler32(data));
  return out;
}

function adler32(data: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % ADLER_MODULUS;
    b = (b + a) % ADLER_MODULUS;
  }
  return ((b << 16) | a) >>> 0;
}
