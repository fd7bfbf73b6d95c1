/**
 * What the fixtures unpack to: numbered lines, and calls of one function from everywhere, which the x86 filter makes alike, among
 * bytes that look like calls.
 */
export function content(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (let at = 0, n = 0; at + 48 <= size; at += 48, n++) {
    bytes.set(new TextEncoder().encode(`line ${n % 1000}`), at);
    bytes[at + 16] = 0xe8;
    view.setInt32(at + 17, 0x1000 - (at + 21), true);
    bytes.set([0xe8, 0xe8, n & 0xff, 0xe9, 0, n & 3, 0xff, 0xe8, 1, 2, 0, 0, 0xff], at + 24);
  }
  return bytes;
}
