import type { Guest } from '../guest/guest.ts';

const INDEX = 0x70;
const DATA = 0x71;

/** Registers of the MC146818 (its data sheet, "Address map"), and the century where the AT has it. */
export const RTC = {
  SECONDS: 0x00,
  SECONDS_ALARM: 0x01,
  MINUTES: 0x02,
  MINUTES_ALARM: 0x03,
  HOURS: 0x04,
  HOURS_ALARM: 0x05,
  DAY: 0x07,
  MONTH: 0x08,
  YEAR: 0x09,
  A: 0x0a,
  B: 0x0b,
  C: 0x0c,
  D: 0x0d,
  CENTURY: 0x32,
} as const;

/** Bits of register B. */
export const RTC_B = { DAYLIGHT: 0x01, HOURS_24: 0x02, BINARY: 0x04, ALARM: 0x20, PERIODIC: 0x40, SET: 0x80 } as const;
/** Bits of register C. */
export const RTC_C = { ALARM: 0x20, PERIODIC: 0x40 } as const;

/** A register of the clock chip. */
export function readRtc(guest: Guest, register: number): number {
  guest.out8(INDEX, register);
  return guest.in8(DATA);
}

/** Sets a register of the clock chip. */
export function writeRtc(guest: Guest, register: number, value: number): void {
  guest.out8(INDEX, register);
  guest.out8(DATA, value);
}

/** Sets and clears bits of register B. */
export function changeRtcB(guest: Guest, set: number, clear: number): void {
  const before = readRtc(guest, RTC.B);
  const after = (before | set) & ~clear;
  if (after !== before) writeRtc(guest, RTC.B, after);
}

/** Reads some registers as packed decimals. Undefined if the chip has other values, or is not there. */
export function readPacked(guest: Guest, registers: readonly number[]): number[] | undefined {
  const binary = (readRtc(guest, RTC.B) & RTC_B.BINARY) !== 0;
  const values = registers.map((register) => {
    const value = readRtc(guest, register);
    return binary ? toPacked(value) : value;
  });
  return values.every((value) => (value & 0x0f) <= 9 && value >> 4 <= 9) ? values : undefined;
}

/** Sets some registers, pairs of register and packed decimal, while the clock does not count. */
export function writePacked(guest: Guest, values: readonly (readonly [register: number, packed: number])[]): void {
  const b = readRtc(guest, RTC.B);
  writeRtc(guest, RTC.B, b | RTC_B.SET);
  for (const [register, value] of values) writeRtc(guest, register, b & RTC_B.BINARY ? fromPacked(value) : value);
  writeRtc(guest, RTC.B, b & ~RTC_B.SET);
}

/** 0x59 is 59. */
export function fromPacked(value: number): number {
  return (value >> 4) * 10 + (value & 0x0f);
}

function toPacked(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}
