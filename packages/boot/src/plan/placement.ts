import { hex, VmError } from '@picovm/core';
import { E820, type MemoryMap } from '../memory/memory-map.ts';
import type { BootSegment } from './boot-plan.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where things may be placed. */
export interface PlaceOptions {
  /** A power of two. Default 16. */
  readonly align?: number;
  /** The lowest address. Default 1000h. */
  readonly from?: number;
  /** Behind the highest address. Default 4 GiB. */
  readonly below?: number;
  /** Whether to search from the top. Default false. */
  readonly high?: boolean;
}

/** Below it are the interrupt table and the data of a BIOS. */
const LOWEST = 0x1000;
const FOUR_GIB = 2 ** 32;

/**
 * Gathers the segments of a plan, and finds room for what a loader may place freely: in RAM, and where nothing else is. The image's
 * own segments come first, as they cannot move.
 */
export class Placement {
  readonly segments: BootSegment[] = [];
  readonly #ram: readonly Range[];
  readonly #taken: Range[] = [];
  readonly #name: string;

  /** @param name of the image, for messages */
  constructor(map: MemoryMap, name: string) {
    const usable = map.e820.filter(({ type }) => type === E820.RAM);
    this.#ram = usable.map(({ base, length }) => ({ start: base, end: base + length }));
    this.#name = name;
  }

  /** Whether all of the range is RAM. */
  isRam(address: number, size: number): boolean {
    let at = address;
    // Entries may touch.
    for (const { start, end } of this.#ram) if (at >= start && at < end) at = end;
    return at >= address + size;
  }

  /** Whether the range is RAM and nothing lies there yet. */
  fits(address: number, size: number): boolean {
    return this.isRam(address, size) && this.#obstacle(address, size) === undefined;
  }

  /** Keeps a range free of what is placed later. */
  reserve(address: number, size: number): void {
    if (size > 0) this.#taken.push({ start: address, end: address + size });
  }

  /**
   * Adds a segment whose place the image tells.
   * @param memorySize bytes that it takes, if more than its bytes
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no RAM, or something else
   */
  put(name: string, address: number, bytes: Uint8Array, memorySize: number = bytes.length): void {
    const size = Math.max(memorySize, bytes.length);
    if (size === 0) return;
    const range = `${hex(address)}-${hex(address + size - 1)}`;
    if (!this.isRam(address, size)) {
      const advice = 'give the VM more memory, or link the image for another address';
      throw this.#refused(`its ${name} belongs at ${range}, where the machine has no RAM for it: ${advice}`);
    }
    if (this.#obstacle(address, size) !== undefined) {
      throw this.#refused(`its ${name} belongs at ${range}, where another part of it lies: the file is damaged`);
    }
    this.reserve(address, size);
    this.segments.push({ name, address, bytes, ...(size > bytes.length ? { size } : {}) });
  }

  /** Adds a segment wherever there is room. @returns its address @throws VmError `ERR_INVALID_ARGUMENT` if there is none */
  add(name: string, bytes: Uint8Array, options: PlaceOptions = {}): number {
    const address = this.find(name, bytes.length, options);
    this.reserve(address, bytes.length);
    this.segments.push({ name, address, bytes });
    return address;
  }

  /** Finds room, and does not take it. @throws VmError `ERR_INVALID_ARGUMENT` if there is none */
  find(name: string, size: number, options: PlaceOptions = {}): number {
    const address = this.search(size, options);
    if (address !== undefined) return address;
    const { from = LOWEST, below = FOUR_GIB } = options;
    const where = `between ${hex(from)} and ${hex(below)}`;
    throw this.#refused(`no room for the ${name} (${size} bytes) ${where}: give the VM more memory`);
  }

  /** As {@link find}; undefined if there is no room. */
  search(
    size: number,
    { align = 16, from = LOWEST, below = FOUR_GIB, high = false }: PlaceOptions = {},
  ): number | undefined {
    const candidates = this.#ram.map(({ start, end }) => ({ start: Math.max(start, from), end: Math.min(end, below) }));
    for (const { start, end } of high ? candidates.reverse() : candidates) {
      let at = high ? alignDown(end - size, align) : alignUp(start, align);
      while (at >= start && at + size <= end) {
        const obstacle = this.#obstacle(at, size);
        if (obstacle === undefined) return at;
        at = high ? alignDown(obstacle.start - size, align) : alignUp(obstacle.end, align);
      }
    }
    return undefined;
  }

  #obstacle(address: number, size: number): Range | undefined {
    return this.#taken.find(({ start, end }) => address < end && start < address + size);
  }

  #refused(message: string): VmError {
    return new VmError('ERR_INVALID_ARGUMENT', `${this.#name}: ${message}`);
  }
}

function alignUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}

function alignDown(value: number, align: number): number {
  return Math.floor(value / align) * align;
}
