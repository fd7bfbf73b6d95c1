// The x86 filter of xz ("BCJ"): before compression, the 32-bit displacement behind each byte E8 or E9 (CALL, JMP) is made an absolute
// address, so that calls of one function look alike. It only touches displacements whose top byte is 00 or FF, and minds opcodes that
// stand in the bytes just before, as those may be parts of one another (The .xz File Format, section 5.3.2; XZ Utils' x86 filter).

const SIGN = 0x1000000;

/** Whether a top byte belongs to a near target, before and after the filter. */
function isNear(byte: number): boolean {
  return byte === 0 || byte === 0xff;
}

/**
 * For each set of the three bytes before an opcode that may themselves be opcodes (bit 0: the byte before): whether such an opcode
 * can be converted at all, and how many bytes from the top the doubtful byte of the displacement is.
 */
const CONVERTIBLE: readonly boolean[] = [true, true, true, false, true, false, false, false];
const DOUBTFUL: readonly number[] = [0, 1, 2, 2, 3, 3, 3, 3];

/** Undoes the filter in place. @param start what the filter counts the first byte as */
export function undoBcjX86(bytes: Uint8Array, start: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let last = -1;
  let before = 0;
  for (let at = 0; at + 5 <= bytes.length; at++) {
    if ((bytes[at] & 0xfe) !== 0xe8) continue;
    const gap = at - last;
    before = gap > 3 ? 0 : (before << (gap - 1)) & 7;
    last = at;
    const doubtful = DOUBTFUL[before];
    const possible = CONVERTIBLE[before] && (before === 0 || !isNear(bytes[at + 4 - doubtful]));
    if (!possible || !isNear(bytes[at + 4])) {
      before = (before << 1) | 1;
      continue;
    }
    const target = view.getUint32(at + 1, true);
    view.setUint32(at + 1, signed(displacement(target, start + at + 5, before === 0 ? -1 : 24 - 8 * doubtful)), true);
    at += 4;
  }
}

// Where the doubtful byte of the result is again 00 or FF, the encoder went on from its complement.
function displacement(target: number, next: number, shift: number): number {
  let value = (target - next) | 0;
  while (shift >= 0 && isNear((value >>> shift) & 0xff)) value = ((value ^ ((1 << (shift + 8)) - 1)) - next) | 0;
  return value;
}

function signed(value: number): number {
  const low = value & (2 * SIGN - 1);
  return (low & SIGN) !== 0 ? low - 2 * SIGN : low;
}
