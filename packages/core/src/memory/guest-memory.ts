import { showValue } from '../arguments.ts';
import { VmError } from '../errors.ts';
import { hex } from '../format.ts';
import type { Arena } from './arena.ts';
import { type DirtyLog, DirtyPages, type DirtySource } from './dirty-pages.ts';
import { checkRegions, MemoryRegion, type MemoryRegionSpec } from './region.ts';

/** Called after the host wrote `length` bytes at a guest-physical address. */
export type HostWriteListener = (address: number, length: number) => void;

/**
 * The guest-physical memory of a VM: sorted regions that do not overlap. Numbers are little-endian and unsigned.
 * Addresses are guest-physical. `read` and `write` cross from one region to an adjacent one, and are all-or-nothing.
 */
export class GuestMemory {
  /** Where the regions lie. */
  readonly arena: Arena;
  /** Sorted by address; they do not overlap. */
  readonly regions: readonly MemoryRegion[];
  readonly #listeners = new Set<HostWriteListener>();
  readonly #dirty: DirtyPages;
  readonly #scratch = new DataView(new ArrayBuffer(8));
  readonly #scratchBytes = new Uint8Array(this.#scratch.buffer);

  /**
   * Takes the bytes of all regions from `arena`.
   * @throws VmError `ERR_REGION_ALIGNMENT`, `ERR_REGION_OVERLAP`, `ERR_ARENA_FULL`
   */
  constructor(arena: Arena, specs: readonly MemoryRegionSpec[]) {
    this.arena = arena;
    this.regions = checkRegions(specs).map((spec) => new MemoryRegion(spec, arena));
    this.#dirty = new DirtyPages(this.regions);
  }

  /** Bytes in all regions. */
  get size(): number {
    return this.regions.reduce((sum, region) => sum + region.size, 0);
  }

  /** The region that holds `address`, or undefined. */
  regionAt(address: number): MemoryRegion | undefined {
    let low = 0;
    let high = this.regions.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const region = this.regions[middle];
      if (address < region.base) high = middle - 1;
      else if (address >= region.end) low = middle + 1;
      else return region;
    }
    return undefined;
  }

  /** How many bytes of memory lie at `address` without a gap; 0 if there is none. */
  contiguous(address: number): number {
    if (!Number.isSafeInteger(address)) return 0;
    let end = address;
    for (let region = this.regionAt(end); region !== undefined; region = this.regionAt(end)) end = region.end;
    return end - address;
  }

  /**
   * Copies guest memory into `target`, `target.length` bytes from `address` on.
   * @throws VmError `ERR_GUEST_ADDRESS` if a byte of it is no memory; then nothing is copied
   */
  readInto(address: number, target: Uint8Array): void {
    this.#check(address, target.length);
    this.#forEachPart(address, target.length, (part, at) => target.set(part, at));
  }

  /**
   * A copy of `length` bytes at `address`.
   * @throws VmError `ERR_GUEST_ADDRESS`
   */
  read(address: number, length: number): Uint8Array {
    this.#check(address, length);
    const copy = new Uint8Array(length);
    this.#forEachPart(address, length, (part, at) => copy.set(part, at));
    return copy;
  }

  /**
   * Copies `data` into guest memory, read-only regions included (that is how a ROM is filled).
   * @throws VmError `ERR_GUEST_ADDRESS` if a byte of it is no memory; then nothing is written. `ERR_INVALID_ARGUMENT` if
   *   it is no Uint8Array
   */
  write(address: number, data: Uint8Array): void {
    // Of another realm, too: some test runners have one of their own.
    if ((data as Partial<Uint8Array> | undefined)?.BYTES_PER_ELEMENT !== 1) {
      throw new VmError(
        'ERR_INVALID_ARGUMENT',
        'guest memory is written from a Uint8Array: Uint8Array.of(...) makes one',
      );
    }
    this.#check(address, data.length);
    if (data.length === 0) return;
    this.#forEachPart(address, data.length, (part, at) => part.set(data.subarray(at, at + part.length)));
    this.markDirty(address, data.length);
  }

  /**
   * The bytes themselves, not a copy. Whoever writes to them calls {@link markDirty} afterwards.
   * @throws VmError `ERR_GUEST_ADDRESS` if the range is not inside one region
   */
  view(address: number, length: number): Uint8Array {
    const region = Number.isSafeInteger(address) ? this.regionAt(address) : undefined;
    const inside = region !== undefined && isLength(length);
    if (!inside || address + length > region.end) throw notMemory(address, length);
    return region.bytes.subarray(address - region.base, address - region.base + length);
  }

  /**
   * Tells the accelerator, and the dirty log, that the host changed memory through a view. What is no memory does not matter.
   * @throws VmError `ERR_GUEST_ADDRESS` if they are no address and no length at all
   */
  markDirty(address: number, length: number): void {
    if (!isLength(length) || !Number.isSafeInteger(address)) throw notMemory(address, length);
    this.#dirty.mark(address, length);
    for (const listener of this.#listeners) listener(address, length);
  }

  /** Calls `listener` after each write by the host. Accelerators that cache decoded code need it. */
  onHostWrite(listener: HostWriteListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Adds an accelerator's log of guest writes to the dirty log, until the returned object is disposed. */
  addDirtySource(source: DirtySource): Disposable {
    return this.#dirty.addSource(source);
  }

  /** Which pages were written, by the guest or by the host. */
  get dirtyLog(): DirtyLog {
    return this.#dirty;
  }

  /** One byte. @throws VmError `ERR_GUEST_ADDRESS` */
  readU8(address: number): number {
    return this.#load(address, 1).getUint8(0);
  }

  /** Two bytes at any address, unsigned. @throws VmError `ERR_GUEST_ADDRESS` */
  readU16(address: number): number {
    return this.#load(address, 2).getUint16(0, true);
  }

  /** Four bytes at any address, unsigned. @throws VmError `ERR_GUEST_ADDRESS` */
  readU32(address: number): number {
    return this.#load(address, 4).getUint32(0, true);
  }

  /** Eight bytes at any address, unsigned. @throws VmError `ERR_GUEST_ADDRESS` */
  readU64(address: number): bigint {
    return this.#load(address, 8).getBigUint64(0, true);
  }

  /** Writes one byte: the lowest of `value`. @throws VmError `ERR_GUEST_ADDRESS`, `ERR_INVALID_ARGUMENT` */
  writeU8(address: number, value: number): void {
    this.#scratch.setUint8(0, numberOf(value));
    this.write(address, this.#scratchBytes.subarray(0, 1));
  }

  /** Writes the lowest two bytes of `value`, at any address. @throws VmError `ERR_GUEST_ADDRESS`, `ERR_INVALID_ARGUMENT` */
  writeU16(address: number, value: number): void {
    this.#scratch.setUint16(0, numberOf(value), true);
    this.write(address, this.#scratchBytes.subarray(0, 2));
  }

  /** Writes the lowest four bytes of `value`, at any address. @throws VmError `ERR_GUEST_ADDRESS`, `ERR_INVALID_ARGUMENT` */
  writeU32(address: number, value: number): void {
    this.#scratch.setUint32(0, numberOf(value), true);
    this.write(address, this.#scratchBytes.subarray(0, 4));
  }

  /** Writes the lowest eight bytes of `value`, at any address. @throws VmError `ERR_GUEST_ADDRESS`, `ERR_INVALID_ARGUMENT` */
  writeU64(address: number, value: bigint): void {
    this.#scratch.setBigUint64(0, numberOf(value, 'bigint'), true);
    this.write(address, this.#scratchBytes);
  }

  #load(address: number, length: number): DataView {
    this.readInto(address, this.#scratchBytes.subarray(0, length));
    return this.#scratch;
  }

  #check(address: number, length: number): void {
    if (!isLength(length) || !Number.isSafeInteger(address)) throw notMemory(address, length);
    if (length > 0 && this.contiguous(address) < length) throw notMemory(address, length);
  }

  #forEachPart(address: number, length: number, use: (part: Uint8Array, at: number) => void): void {
    for (let at = 0; at < length; ) {
      const region = this.regionAt(address + at) as MemoryRegion;
      const start = address + at - region.base;
      const part = region.bytes.subarray(start, Math.min(region.size, start + length - at));
      use(part, at);
      at += part.length;
    }
  }
}

// What is none would be written as 0, or as something else.
function numberOf<T>(value: T, type: 'number' | 'bigint' = 'number'): T {
  if (typeof value === type && !Number.isNaN(value)) return value;
  throw new VmError('ERR_INVALID_ARGUMENT', `a ${type} is written to guest memory, not ${showValue(value)}`, { value });
}

function isLength(length: number): boolean {
  return Number.isSafeInteger(length) && length >= 0;
}

function notMemory(address: number, length: number): VmError {
  const where = Number.isSafeInteger(address) && address >= 0 ? hex(address) : String(address);
  return new VmError('ERR_GUEST_ADDRESS', `${String(length)} bytes at guest-physical ${where} are not all memory`, {
    address,
    length,
  });
}
