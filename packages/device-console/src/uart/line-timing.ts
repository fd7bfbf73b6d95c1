import { LCR_PARITY, LCR_STOP_BITS, LCR_WORD_LENGTH } from './bits.ts';

/** The crystal of a PC's serial port, in Hz; a bit lasts 16 of its periods times the divisor. */
const CRYSTAL = 1_843_200;
const PERIODS_PER_BIT = 16;
const NS_PER_SECOND = 1e9;

/**
 * Nanoseconds of one character on the line: start bit, 5 to 8 data bits, parity, and 1, 1.5 or 2 stop bits.
 * @param lineControl the line control register
 * @param divisor the divisor latch; 0 stops the baud generator, and counts as 1 here
 */
export function characterTime(lineControl: number, divisor: number): number {
  const dataBits = 5 + (lineControl & LCR_WORD_LENGTH);
  const parityBits = (lineControl & LCR_PARITY) !== 0 ? 1 : 0;
  const stopBits = (lineControl & LCR_STOP_BITS) === 0 ? 1 : dataBits === 5 ? 1.5 : 2;
  const bits = 1 + dataBits + parityBits + stopBits;
  return Math.round((bits * PERIODS_PER_BIT * Math.max(1, divisor) * NS_PER_SECOND) / CRYSTAL);
}
