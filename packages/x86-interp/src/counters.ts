import { COUNT } from './cpu/counts.ts';
import type { Cpu } from './cpu/cpu.ts';
import { instructionsOf } from './exec/events.ts';

/** What a vCPU counted since it was made. A reset changes nothing; {@link instructions} alone is part of snapshots. */
export interface InterpCounters {
  /** Instructions executed. */
  readonly instructions: number;
  /** Instructions decoded: each when it is first run, again when it was forgotten, or each time where nothing is kept. */
  readonly decoded: number;
  /** Pages of which decoded copies were made. */
  readonly codePages: number;
  /** How often all decoded pages were forgotten, because there were too many. */
  readonly codeFlushes: number;
  /** Writes to decoded code, by the guest, a device or the host, and to what lies close beside it. */
  readonly codeWrites: number;
  /** The TLB and what is behind it. */
  readonly tlb: {
    /** Accesses to data that it could not serve: the first to a page, to devices, to pages with code, across pages. */
    readonly misses: number;
    /** Translations that were entered. */
    readonly fills: number;
    /** How often it was emptied, but for global pages or wholly; INVLPG of a single page is not counted. */
    readonly flushes: number;
    /** Walks through page tables. */
    readonly pageWalks: number;
  };
  /** Exceptions that were to be delivered, by vector; those alone that there were. */
  readonly exceptions: Readonly<Record<number, number>>;
  /** Interrupts that were to be delivered. */
  readonly interrupts: {
    /** From the pin INTR. */
    readonly external: number;
    /** From the pin NMI. */
    readonly nmi: number;
    /** By `INT n`. */
    readonly software: number;
  };
}

const VECTORS = 32;

/** The counters of a CPU, as they are now. */
export function countersOf(cpu: Cpu): InterpCounters {
  const { counts, cache } = cpu;
  const exceptions: Record<number, number> = {};
  for (let vector = 0; vector < VECTORS; vector++) {
    const count = counts[COUNT.EXCEPTIONS + vector];
    if (count > 0) exceptions[vector] = count;
  }
  return {
    instructions: instructionsOf(cpu),
    decoded: counts[COUNT.DECODED],
    codePages: cache.pageCount,
    codeFlushes: cache.flushCount,
    codeWrites: cache.writeCount,
    tlb: {
      misses: counts[COUNT.SLOW_ACCESSES],
      fills: counts[COUNT.TLB_FILLS],
      flushes: counts[COUNT.TLB_FLUSHES],
      pageWalks: counts[COUNT.PAGE_WALKS],
    },
    exceptions,
    interrupts: { external: counts[COUNT.EXTERNAL], nmi: counts[COUNT.NMI], software: counts[COUNT.SOFTWARE] },
  };
}
