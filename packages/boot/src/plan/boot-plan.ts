import type { PageMapping, X86DescriptorTable, X86Registers } from '@picovm/core/x86';

/** Bytes that a loader puts into guest memory. */
export interface BootSegment {
  /** What it is, for people: `kernel`, `initrd`, `command line`. */
  readonly name: string;
  /** Guest-physical. */
  readonly address: number;
  /** What is written there. Of an image it is a view, not a copy: do not change the image before the plan is applied. */
  readonly bytes: Uint8Array;
  /** Bytes that it takes; what `bytes` does not fill is written with zeros. Default: the length of `bytes`. */
  readonly size?: number;
}

/** Registers that differ from 0. */
export type BootRegisters = Partial<Omit<X86Registers, 'rip' | 'rsp'>>;

/** The CPU after RESET: at F000:FFF0, the reset vector of the firmware. */
export interface ResetCpu {
  /** Which of the four it is. */
  readonly mode: 'reset';
}

/** 16-bit code in real mode. */
export interface RealModeCpu {
  /** Which of the four it is. */
  readonly mode: 'real';
  /** CS, 16 bits. */
  readonly segment: number;
  /** IP, 16 bits. */
  readonly offset: number;
  /** DS, ES, SS, FS and GS, 16 bits. */
  readonly dataSegment: number;
  /** SP, 16 bits. */
  readonly stack: number;
  /** The others: 0, and 2 in RFLAGS. */
  readonly registers: BootRegisters;
}

/** 32-bit code in flat segments, with no paging. */
export interface ProtectedModeCpu {
  /** Which of the four it is. */
  readonly mode: 'protected';
  /** EIP. */
  readonly entry: number;
  /** ESP. */
  readonly stack: number;
  /** Where a segment of the plan has the GDT; its limit in bytes - 1. */
  readonly gdt: X86DescriptorTable;
  /** CS: a selector of that GDT. */
  readonly codeSelector: number;
  /** The other segment registers: a selector of that GDT. */
  readonly dataSelector: number;
  /** The others: 0, and 2 in RFLAGS. */
  readonly registers: BootRegisters;
}

/** 64-bit code in long mode, with page tables that are built when the plan is applied. */
export interface LongModeCpu extends Omit<ProtectedModeCpu, 'mode' | 'entry'> {
  /** Which of the four it is. */
  readonly mode: 'long';
  /** RIP, linear. */
  readonly entry: bigint;
  /** Where the tables begin, and what they map. */
  readonly pageTables: { readonly address: number; readonly mappings: readonly PageMapping[] };
}

/** How the first vCPU begins. */
export type BootCpu = ResetCpu | RealModeCpu | ProtectedModeCpu | LongModeCpu;

/** The protocol that a plan follows. */
export type BootProtocol =
  | 'flat'
  | 'boot-sector'
  | 'elf'
  | 'multiboot'
  | 'multiboot2'
  | 'pvh'
  | 'linux-16'
  | 'linux-32'
  | 'linux-direct'
  | 'firmware';

/**
 * What starting an image comes to: bytes in memory, and registers. It is plain data: look at it, change it (by a copy, as in
 * `{ ...plan, segments: [...plan.segments, mine] }`), and give it to `boot`, as often as the machine is reset.
 */
export interface BootPlan {
  /** How the image is started. */
  readonly protocol: BootProtocol;
  /** Written in this order. */
  readonly segments: readonly BootSegment[];
  /** How the first vCPU begins. */
  readonly cpu: BootCpu;
}
