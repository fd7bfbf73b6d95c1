// What judge/hardware.c reads and writes, and the addresses that it uses. The machine of the interpreter has the same.

/** All that is mapped is above this linear address: the base of the 16-bit segments. */
export const BASE = 0x10000000;
/** Two pages of code, which can be read: INT3 wherever a case puts nothing. */
export const CODE_PAGES = BASE + 0x1000;
/** Two pages of data. */
export const DATA_PAGES = BASE + 0x4000;
export const PAGES_BYTES = 0x2000;
/** The part of the data that each case sets, and compares. A page ends in it. */
export const WINDOW = DATA_PAGES + 0xe00;
export const WINDOW_BYTES = 1024;
/** Where the driver's code for the end of a case is; two pages that can be written. */
export const STUB = 0x1ffe0000;
/** Selector of 64-bit code, in which that code runs. */
export const USER64_CS = 0x33;
export const CODE_BYTES = 32;
export const FX_BYTES = 512;

/**
 * Byte offsets in a case: `struct in`. The driver needs neither the length of the instruction nor the linear address of its
 * operand in memory.
 */
export const IN = {
  CODE: 0,
  CODE_AT: 32,
  EIP: 36,
  EFLAGS: 40,
  GPR: 44,
  SELECTORS: 76,
  LENGTH: 88,
  TARGET: 92,
  FX: 96,
  WINDOW: 608,
} as const;
export const IN_BYTES = 1632;
/** Byte offsets in an answer: `struct out`. */
export const OUT = {
  SIGNAL: 0,
  TRAP: 4,
  ERROR: 8,
  CR2: 12,
  EIP: 16,
  EFLAGS: 20,
  GPR: 24,
  SELECTORS: 56,
  BESIDE: 68,
  FX: 80,
  WINDOW: 592,
} as const;
export const OUT_BYTES = 1616;

/** Segment registers in the order of their numbers, and of the selectors in a case. */
export const SEGMENT = { ES: 0, CS: 1, SS: 2, DS: 3, FS: 4, GS: 5 } as const;
/** General registers in the order of their numbers. */
export const GPR = { AX: 0, CX: 1, DX: 2, BX: 3, SP: 4, BP: 5, SI: 6, DI: 7 } as const;
