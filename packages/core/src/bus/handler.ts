import type { AccessSize } from './access.ts';

/**
 * What answers accesses to a range of ports. Offsets count from the range's base; values are unsigned; the bus cuts
 * what `read` returns to `size`. Both calls are synchronous: the guest is stopped in the middle of an instruction.
 */
export interface PortHandler {
  /** What the guest reads at `offset`. @returns an unsigned integer, which the bus cuts to `size` bytes */
  read(offset: number, size: AccessSize): number;
  /** Takes what the guest writes at `offset`. @param value unsigned integer of `size` bytes */
  write(offset: number, size: AccessSize, value: number): void;
  /** Fast path of `rep ins`: fills `out` with `out.length / size` elements read from the same offset. */
  readBlock?(offset: number, size: AccessSize, out: Uint8Array): void;
  /** Fast path of `rep outs`: takes `data.length / size` elements written to the same offset. */
  writeBlock?(offset: number, size: AccessSize, data: Uint8Array): void;
}

/** What answers accesses to a range of physical addresses. Without the 64-bit calls, 8 bytes arrive as two times 4. */
export interface MmioHandler {
  /** What the guest reads at `offset`. @returns an unsigned integer, which the bus cuts to `size` bytes */
  read(offset: number, size: AccessSize): number;
  /** Takes what the guest writes at `offset`. @param value unsigned integer of `size` bytes */
  write(offset: number, size: AccessSize, value: number): void;
  /** 8 bytes at once. @returns an unsigned integer, which the bus cuts to 64 bits */
  read64?(offset: number): bigint;
  /** Takes 8 bytes at once. @param value unsigned integer of 64 bits */
  write64?(offset: number, value: bigint): void;
}

/** The widths of access that a handler takes. */
export interface AccessWidths {
  /** The narrowest, in bytes. Default 1. */
  readonly min?: AccessSize;
  /** The widest, in bytes. Default 4. */
  readonly max?: AccessSize;
}

/** A range of ports (0 to 0xFFFF) or of physical addresses (below 2^52), with the widths that its handler takes. */
export interface RangeSpec {
  /** First address. */
  readonly base: number;
  /** Number of addresses, at least 1. */
  readonly length: number;
  /**
   * Widths that the handler takes; 1 to 4 unless said otherwise. The bus splits wider accesses into several of `max`,
   * and serves narrower ones, and those that do not begin on a multiple of `min`, in units of `min`: a write to a part
   * of a unit reads it first and changes its bytes in it. So a handler never sees an offset that is no multiple of `min`.
   */
  readonly width?: AccessWidths;
  /** What the range is for, for the address map; the owner's id alone if not given. */
  readonly label?: string;
  /**
   * The handler need not see writes at once, which spares the guest most of its exits. It still sees each of them, once,
   * with its width and value, in the order in which the guest made them (each vCPU's, if there are several), and before
   *
   * - any later access of the same vCPU, to whatever address, that makes it leave the guest; all reads do, so that what is read
   *   is never older than what was written before;
   * - every other exit of that vCPU: HLT, CPUID, an interrupt window, a shutdown;
   * - the end of a slice, of `vm.run`, and `snapshot`, `restore` and `reset`.
   *
   * So a write is late by a slice at most (`sliceMs`; while no vCPU with a thread of its own asks anything, 10 ms at first, then up
   * to 200 ms). On KVM it takes some milliseconds to claim such a range, and to give it back. What may
   * show it: the guest's registers and memory, guest time, and what `stop`, `maxExits` or a system event of the handler
   * find the guest at, are those of then; and an interrupt that the handler raises comes by so much later. It suits what only
   * collects (a frame buffer, a log), and not doorbells, acknowledgements or power switches. Handlers of exits are asked, and observers
   * told, as late. Each write counts as the exit that it would have been. Accelerators that cannot do it, or no more of it,
   * deliver at once. Default false.
   */
  readonly coalesced?: boolean;
}

/** An access to an address that nobody owns. */
export interface UnmappedAccess {
  /** Which bus. */
  readonly space: 'port' | 'mmio';
  /** Seen from the guest. */
  readonly direction: 'read' | 'write';
  /** Port number or physical address. */
  readonly address: number;
  /** Bytes. */
  readonly size: AccessSize;
  /** The value written; 0 for reads. */
  readonly value: number;
}

/**
 * What an access to an address that nobody owns does. `'float'` (the default): reads give all ones, writes are dropped, as on a real bus. `'throw'`: the VM stops with
 * `ERR_UNMAPPED_ACCESS`. A function: what it returns for a read is what the guest gets (undefined: all ones).
 */
export type OnUnmapped = 'float' | 'throw' | ((access: UnmappedAccess) => number | undefined);
