/** Exception flags, as the x87 status word and MXCSR have them. */
export const FLAG = { IE: 1, DE: 2, ZE: 4, OE: 8, UE: 16, PE: 32 } as const;
/** Rounding control, as the x87 control word and MXCSR have it. */
export const ROUND = { NEAREST: 0, DOWN: 1, UP: 2, ZERO: 3 } as const;

/** How operations round, what they report, and which exceptions are masked. */
export class FloatStatus {
  /** One of {@link ROUND}. */
  rounding = 0;
  /** Bits of the significand to which x87 results are rounded: 24, 53 or 64. */
  precision = 64;
  /** Masked exceptions, in the bits of {@link FLAG}. */
  masks = 0x3f;
  /** What happened; operations only add to it. */
  flags = 0;
  /** Whether the last rounding made the magnitude larger (C1 of the x87). */
  roundedUp = false;
  /** MXCSR: denormal operands are taken as zeros. */
  denormalsAreZeros = false;
  /** MXCSR: tiny results become zero, if underflow is masked. */
  flushToZero = false;
}
