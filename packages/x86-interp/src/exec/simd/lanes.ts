// Arithmetic on the bytes or 16-bit words in 32 bits at once. `tops` has the top bit of each element set: 80808080h or 80008000h.
// Nothing is carried from one element into the next.

/** The sum of each two elements. */
export function addLanes(a: number, b: number, tops: number): number {
  return ((a & ~tops) + (b & ~tops)) ^ ((a ^ b) & tops);
}

/** The difference of each two elements. */
export function subtractLanes(a: number, b: number, tops: number): number {
  return ((a | tops) - (b & ~tops)) ^ ((a ^ ~b) & tops);
}

/** The top bits of elements where unsigned `a` is less than `b`. */
export function lessLanes(a: number, b: number, tops: number): number {
  return ((~a & b) | ((~a | b) & subtractLanes(a, b, tops))) & tops;
}

/** The top bits of elements that are equal. */
export function equalLanes(a: number, b: number, tops: number): number {
  const difference = a ^ b;
  return ~(((difference & ~tops) + ~tops) | difference) & tops;
}

/** Elements all of whose bits are what their top bit is. @param marks top bits alone @param width bits of an element, less 1 */
export function fillLanes(marks: number, width: number): number {
  return (marks - (marks >>> width)) | marks;
}

/** `a` where the mask is set, else `b`. */
export function select(mask: number, a: number, b: number): number {
  return (a & mask) | (b & ~mask);
}
