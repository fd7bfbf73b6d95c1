/** Bits of RFLAGS (Intel SDM volume 1, section 3.4.3). */
export const RFLAGS = {
  /** Carry. */
  CF: 0x1,
  /** Bit 1 always reads as 1. */
  FIXED: 0x2,
  /** Parity of the low byte. */
  PF: 0x4,
  /** Carry out of bit 3. */
  AF: 0x10,
  /** Zero. */
  ZF: 0x40,
  /** Sign. */
  SF: 0x80,
  /** Single step. */
  TF: 0x100,
  /** External interrupts enabled. */
  IF: 0x200,
  /** String instructions count down. */
  DF: 0x400,
  /** Overflow. */
  OF: 0x800,
  /** I/O privilege level, two bits. */
  IOPL: 0x3000,
  /** Nested task. */
  NT: 0x4000,
  /** Resume: instruction breakpoints ignored once. */
  RF: 0x10000,
  /** Virtual-8086 mode. */
  VM: 0x20000,
  /** Alignment check. */
  AC: 0x40000,
  /** Virtual IF. */
  VIF: 0x80000,
  /** Virtual interrupt pending. */
  VIP: 0x100000,
  /** CPUID exists if it can be changed. */
  ID: 0x200000,
} as const;

/** Bits of CR0 (Intel SDM volume 3A, section 2.5). */
export const CR0 = {
  /** Protected mode. */
  PE: 0x1,
  /** WAIT heeds TS. */
  MP: 0x2,
  /** No x87: its instructions fault. */
  EM: 0x4,
  /** Task switched: x87 and SSE fault. */
  TS: 0x8,
  /** Reads as 1: a 387 or later. */
  ET: 0x10,
  /** x87 errors are exceptions, not interrupts. */
  NE: 0x20,
  /** Supervisor writes heed read-only pages. */
  WP: 0x10000,
  /** Alignment checks possible. */
  AM: 0x40000,
  /** Not write-through. */
  NW: 0x20000000,
  /** Caches off. */
  CD: 0x40000000,
  /** Paging. */
  PG: 0x80000000,
} as const;

/** Bits of CR4 that shape paging (Intel SDM volume 3A, section 2.5). */
export const CR4 = {
  /** Pages of 4 MiB in 32-bit paging. */
  PSE: 0x10,
  /** Entries of 64 bits: PAE paging, and a must for long mode. */
  PAE: 0x20,
  /** Global pages. */
  PGE: 0x80,
  /** Five levels in long mode. */
  LA57: 0x1000,
  /** Supervisor code does not run from user pages. */
  SMEP: 0x100000,
  /** Supervisor code does not touch user pages, unless RFLAGS.AC is set. */
  SMAP: 0x200000,
} as const;

/** Bits of IA32_EFER (Intel SDM volume 3A, section 2.2.1). */
export const EFER = {
  /** Long mode once there is paging. */
  LME: 0x100,
  /** Long mode is active. */
  LMA: 0x400,
  /** Pages may be barred from execution. */
  NXE: 0x800,
} as const;

const NAMES = ['CF', 'PF', 'AF', 'ZF', 'SF', 'TF', 'IF', 'DF', 'OF'] as const;

/** The names of the flags that are set, as in `CF ZF`; `-` if none is. */
export function formatFlags(rflags: bigint | number): string {
  const bits = Number(rflags);
  return NAMES.filter((name) => (bits & RFLAGS[name]) !== 0).join(' ') || '-';
}
