/** Registers of the local APIC by their offsets (Intel SDM volume 3A, table 11-1). */
export const LAPIC = {
  ID: 0x020,
  VERSION: 0x030,
  TPR: 0x080,
  APR: 0x090,
  PPR: 0x0a0,
  EOI: 0x0b0,
  RRD: 0x0c0,
  LDR: 0x0d0,
  DFR: 0x0e0,
  SVR: 0x0f0,
  /** Eight registers each. */
  ISR: 0x100,
  TMR: 0x180,
  IRR: 0x200,
  ESR: 0x280,
  ICR_LOW: 0x300,
  ICR_HIGH: 0x310,
  LVT: 0x320,
  INITIAL_COUNT: 0x380,
  CURRENT_COUNT: 0x390,
  DIVIDE: 0x3e0,
} as const;

/** An integrated APIC as in a Pentium 4, with six entries in the local vector table. */
export const LAPIC_VERSION = 0x00050014;

/** The local vector table in the order of its registers. */
export const LVT = { TIMER: 0, THERMAL: 1, PERFORMANCE: 2, LINT0: 3, LINT1: 4, ERROR: 5 } as const;
export const LVT_ENTRIES = 6;
export const LVT_MASKED = 0x10000;
/** The timer starts again by itself. */
export const LVT_PERIODIC = 0x20000;
/** Of LINT0 and LINT1: the interrupt was accepted, and its end has not come. Read-only. */
export const LVT_REMOTE_IRR = 0x4000;
export const LVT_LEVEL = 0x8000;
/** The bits that can be written in each entry. */
export const LVT_KEPT: readonly number[] = [0x300ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff];

export const SVR_ENABLE = 0x100;
export const SVR_KEPT = 0x3ff;
export const SVR_RESET = 0xff;

/** Bits of the destination format register that are not 1 in any case. */
export const DFR_MODEL = 0xf0000000;

/** Errors (Intel SDM volume 3A, section 11.5.3). */
export const ESR = { SEND_ILLEGAL: 0x20, RECEIVE_ILLEGAL: 0x40, ILLEGAL_REGISTER: 0x80 } as const;
export const ESR_ALL: number = ESR.SEND_ILLEGAL | ESR.RECEIVE_ILLEGAL | ESR.ILLEGAL_REGISTER;
/** Vectors below are the processor's own. */
export const FIRST_VECTOR = 16;

/** Delivery modes, as in bits 10 to 8 of the interrupt command register, of LVT and redirection entries. */
export const MODE = { FIXED: 0, LOWEST: 1, SMI: 2, NMI: 4, INIT: 5, START_UP: 6, EXT_INT: 7 } as const;
export const MODE_MASK = 0x700;
export const EXT_INT: number = MODE.EXT_INT << 8;

/** Bits of the interrupt command register (figure 11-12). */
export const ICR_LOGICAL = 0x800;
export const ICR_LOW_KEPT = 0xccfff;
export const SHORTHAND = { NONE: 0, SELF: 1, ALL: 2, OTHERS: 3 } as const;

/** Bits of the divide configuration register: 3, 1 and 0. */
export const DIVIDE_KEPT = 0x0b;

/** IA32_APIC_BASE: the APIC is enabled; where its registers are, 36 bits. */
export const BASE_ENABLE = 0x800;
export const BASE_RESET = 0xfee00000;
export const BASE_MAX = 0xffffff000;

/** The highest address in physical destination mode: all APICs. */
export const BROADCAST = 0xff;

/** Registers of the I/O APIC (82093AA data sheet, section 3.2) by their index. */
export const IOAPIC = { ID: 0, VERSION: 1, ARBITRATION: 2, REDIRECTION: 0x10 } as const;
/** Version 11h, 24 entries. */
export const IOAPIC_VERSION = 0x00170011;
export const IOAPIC_ID = 0x0f000000;
export const PINS = 24;

/** A redirection entry, its lower half. */
export const ENTRY_LOGICAL = 0x800;
export const ENTRY_REMOTE_IRR = 0x4000;
export const ENTRY_LEVEL = 0x8000;
export const ENTRY_MASKED = 0x10000;
export const ENTRY_KEPT = 0x1afff;
