// Draws the box-drawing characters of code page 437 so that lines of neighbouring cells join, single with double ones.

const WIDTH = 8;
const HEIGHT = 16;

/** Which lines lead from the centre upwards, to the right, downwards and to the left: 0 none, 1 single, 2 double. */
const ARMS = {
  '│': '1010',
  '┤': '1011',
  '╡': '1012',
  '╢': '2021',
  '╖': '0021',
  '╕': '0012',
  '╣': '2022',
  '║': '2020',
  '╗': '0022',
  '╝': '2002',
  '╜': '2001',
  '╛': '1002',
  '┐': '0011',
  '└': '1100',
  '┴': '1101',
  '┬': '0111',
  '├': '1110',
  '─': '0101',
  '┼': '1111',
  '╞': '1210',
  '╟': '2120',
  '╚': '2200',
  '╔': '0220',
  '╩': '2202',
  '╦': '0222',
  '╠': '2220',
  '═': '0202',
  '╬': '2222',
  '╧': '1202',
  '╨': '2101',
  '╤': '0212',
  '╥': '0121',
  '╙': '2100',
  '╘': '1200',
  '╒': '0210',
  '╓': '0120',
  '╫': '2121',
  '╪': '1212',
  '┘': '1001',
  '┌': '0110',
};

/**
 * The strokes of a single and of a double line: [first, last] pixel across it. The first of a double line lies on the
 * side of the lower coordinates.
 */
const VERTICAL = {
  1: [[3, 4]],
  2: [
    [1, 2],
    [5, 6],
  ],
};
const HORIZONTAL = {
  1: [[7, 7]],
  2: [
    [6, 6],
    [8, 8],
  ],
};

/** @returns {Map<number, Uint8Array>} code point to the rows of its glyph */
export function drawBoxes() {
  return new Map(
    Object.entries(ARMS).map(([character, arms]) => {
      const [up, right, down, left] = [...arms].map(Number);
      const rows = new Uint8Array(HEIGHT);
      // Upright lines: the strokes end where they meet those of the line that crosses them.
      for (const [from, to, [first, last]] of strokes(up, down, left, right, VERTICAL, HORIZONTAL, HEIGHT)) {
        for (let y = from; y <= to; y++) for (let x = first; x <= last; x++) rows[y] |= 0x80 >> x;
      }
      for (const [from, to, [first, last]] of strokes(left, right, up, down, HORIZONTAL, VERTICAL, WIDTH)) {
        for (let x = from; x <= to; x++) for (let y = first; y <= last; y++) rows[y] |= 0x80 >> x;
      }
      return [/** @type {number} */ (character.codePointAt(0)), rows];
    }),
  );
}

/**
 * The strokes of one line through the centre.
 * @param {number} before its arm towards the lower coordinates: 0, 1 or 2
 * @param {number} after its arm towards the higher ones
 * @param {number} low the arm of the crossing line that leads off on the side of its first stroke
 * @param {number} high the same on the side of its second stroke
 * @param {Record<number, number[][]>} own where strokes of this direction lie
 * @param {Record<number, number[][]>} crossing where strokes of the other direction lie
 * @param {number} length of the cell in this direction
 * @returns {Generator<[number, number, number[]]>} first and last pixel along the stroke, and its pixels across
 */
function* strokes(before, after, low, high, own, crossing, length) {
  const style = Math.max(before, after);
  const met = crossing[Math.max(low, high)] ?? [];
  const double = style === 2;
  for (const [side, across] of (own[style] ?? []).entries()) {
    // A stroke of a double line stops at an arm on its own side; a single one is stopped by arms on both sides.
    const stopped = double ? (side === 0 ? low : high) > 0 : low > 0 && high > 0;
    const through = before > 0 && after > 0 && (!double || !stopped);
    if (through || met.length === 0) {
      yield [before > 0 ? 0 : length / 2, after > 0 ? length - 1 : length / 2, across];
      continue;
    }
    const near = met[0];
    const far = met[met.length - 1];
    if (before > 0) yield [0, (stopped ? near : far)[1], across];
    if (after > 0) yield [(stopped ? far : near)[0], length - 1, across];
  }
}
