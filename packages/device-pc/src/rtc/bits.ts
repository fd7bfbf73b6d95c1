/** Addresses in the chip (MC146818 data sheet, figure 11). */
export const SECONDS = 0x00;
export const SECONDS_ALARM = 0x01;
export const MINUTES = 0x02;
export const MINUTES_ALARM = 0x03;
export const HOURS = 0x04;
export const HOURS_ALARM = 0x05;
export const WEEKDAY = 0x06;
export const DAY = 0x07;
export const MONTH = 0x08;
export const YEAR = 0x09;
export const REGISTER_A = 0x0a;
export const REGISTER_B = 0x0b;
export const REGISTER_C = 0x0c;
export const REGISTER_D = 0x0d;
/** The first byte of RAM. */
export const FIRST_RAM = 0x0e;
/** A PC has the upper two digits of the year here; the data sheet knows it as RAM. */
export const CENTURY = 0x32;

/** Register A: an update is under way, or is about to be. */
export const A_UPDATING = 0x80;
/** What drives the divider; this value lets it run. */
export const A_DIVIDER = 0x70;
export const A_DIVIDER_RUNS = 0x20;
export const A_RATE = 0x0f;
/** As a PC's BIOS leaves it: it runs, with a periodic rate of 1024 Hz. */
export const A_POWER_ON = 0x26;

/** Register B: no updates, so that the guest can set the time. */
export const B_SET = 0x80;
export const B_PERIODIC = 0x40;
export const B_ALARM = 0x20;
export const B_UPDATE = 0x10;
export const B_SQUARE_WAVE = 0x08;
/** Numbers are binary, not decimal digits. */
export const B_BINARY = 0x04;
export const B_24_HOURS = 0x02;
export const B_INTERRUPTS: number = B_PERIODIC | B_ALARM | B_UPDATE;

/** Register C: a flag is at the same bit as what enables its interrupt in register B. */
export const C_IRQ = 0x80;
/** Register D: the battery never was empty. */
export const D_VALID = 0x80;

/** In an hour: the afternoon, with 12 hours a half day. */
export const HOUR_PM = 0x80;
/** An alarm byte with both bits set matches always. */
export const ALARM_ANY = 0xc0;
