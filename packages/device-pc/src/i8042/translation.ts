// The keyboard controller's table from scan codes of set 2 to those of set 1, as in the manuals of the IBM AT. Index 00h is
// the overrun code. What is behind its end stays as it is.
const SET_1 =
  'ff43413f3d3b3c58644442403e0f2959' +
  '65382a701d10025a66712c1f1e11035b' +
  '672e2d201205045c68392f211413065d' +
  '693130232215075e6a7232241608095f' +
  '6b332517180b0a606c34352627190c61' +
  '6d7328741a0d626e3a361c1b752b6376' +
  '55567778797a0e7b7c4f7d4b477e7f6f' +
  '5253504c4d480145574e514a37494654' +
  '8081824154';

const TABLE: Uint8Array = /* @__PURE__ */ parse(SET_1);

/** The prefix of a released key in the sets 2 and 3. */
export const BREAK = 0xf0;

/** Turns the bytes of scan code set 2 into those of set 1, one at a time. */
export class Translator {
  /** Whether the last byte was the prefix of a released key. */
  released = false;

  /** @returns the byte that goes on; -1 if none does yet */
  next(byte: number): number {
    if (byte === BREAK) {
      this.released = true;
      return -1;
    }
    const translated = byte < TABLE.length ? TABLE[byte] : byte;
    const result = this.released ? translated | 0x80 : translated;
    this.released = false;
    return result;
  }
}

function parse(digits: string): Uint8Array {
  const pairs = digits.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}
