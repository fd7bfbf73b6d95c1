/** The number that four decimal digits stand for. Digits above 9, which the data sheet does not allow, count as they are. */
export function binaryOf(digits: number): number {
  return (digits >> 12) * 1000 + ((digits >> 8) & 15) * 100 + ((digits >> 4) & 15) * 10 + (digits & 15);
}

/** 0 to 9,999 as four decimal digits. */
export function digitsOf(value: number): number {
  const thousands = Math.floor(value / 1000);
  const hundreds = Math.floor(value / 100) % 10;
  const tens = Math.floor(value / 10) % 10;
  return (thousands << 12) | (hundreds << 8) | (tens << 4) | (value % 10);
}
