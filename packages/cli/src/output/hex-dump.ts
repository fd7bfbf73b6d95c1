const BYTES_PER_LINE = 16;

/** Bytes as lines of address, hexadecimal and ASCII. @param address of the first byte */
export function hexDump(bytes: Uint8Array, address: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_PER_LINE) {
    const row = Array.from(bytes.subarray(at, at + BYTES_PER_LINE));
    const digits = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const left = digits.slice(0, 8).join(' ');
    const right = digits.slice(8).join(' ');
    const ascii = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${(address + at).toString(16).padStart(8, '0')}  ${left.padEnd(23)}  ${right.padEnd(23)}  |${ascii}|`);
  }
  return lines;
}
