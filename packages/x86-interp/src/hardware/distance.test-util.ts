/** How far two values of 80 bits are apart, in units of the last place, at the same offset of two views. */
export function distance80(a: DataView, b: DataView, at: number): number {
  return Number(place(a, at) - place(b, at));
}

// The place of a value in the order of all that have its sign. Encodings that are no numbers are far from all others.
function place(view: DataView, at: number): bigint {
  const significand = view.getBigUint64(at, true);
  const signExp = view.getUint16(at + 8, true);
  const exp = signExp & 0x7fff;
  const integer = significand >> 63n;
  let magnitude = BigInt(exp) * 2n ** 64n + significand;
  // The largest denormal and the smallest normal number are neighbours, as 1.11…1 and 10.00…0 are.
  if (exp === 0 || integer === 1n) magnitude = BigInt(exp === 0 ? 1 : exp) * 2n ** 63n + significand - 2n ** 63n;
  else magnitude += 2n ** 90n;
  // A pseudo-denormal has the value of a normal number, but is not the same.
  if (exp === 0 && integer === 1n) magnitude += 2n ** 95n;
  return signExp >= 0x8000 ? -magnitude - 2n ** 100n : magnitude;
}
