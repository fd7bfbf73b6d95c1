/** Where the counters of a CPU are in `cpu.counts`. None of them is on a fast path. */
export const COUNT = {
  DECODED: 0,
  SLOW_ACCESSES: 1,
  TLB_FILLS: 2,
  TLB_FLUSHES: 3,
  PAGE_WALKS: 4,
  EXTERNAL: 5,
  NMI: 6,
  SOFTWARE: 7,
  /** 32 of them, by vector. */
  EXCEPTIONS: 8,
} as const;

/** Counters of a CPU. */
export const COUNTS = 40;
