import { messageOf, VmError } from '../errors.ts';
import { hex } from '../format.ts';
import { refusePromise } from '../refuse-promise.ts';
import { type AccessSize, allOnes, truncate } from './access.ts';
import type { MmioHandler, OnUnmapped, PortHandler } from './handler.ts';
import { type OwnerAccessCounts, type RangeEntry, takesAsIs } from './range-entry.ts';

/** How many unmapped addresses are reported, each once; further ones are only counted. */
const MAX_REPORTED = 256;

/** What a bus does beyond finding the owner of an address. */
export interface BusOptions {
  /** Default `'float'`. */
  readonly onUnmapped?: OnUnmapped;
  /** Takes what a handler throws. Default: it is thrown on. */
  readonly onFault?: (error: VmError) => void;
  /** Takes the first touch of each unmapped address, as a sentence. */
  readonly onFirstUnmapped?: (message: string) => void;
  /** Takes each claimed range whose owner need not see writes at once. */
  readonly onCoalesced?: (space: 'port' | 'mmio', base: number, length: number) => Disposable | undefined;
}

/** How many accesses nobody answered. */
export interface UnmappedCounts {
  /** Reads, which gave all ones. */
  reads: number;
  /** Writes, which were dropped. */
  writes: number;
}

/**
 * The part that the port bus and the MMIO bus share: fitting an access to what its owner takes (splitting, widening,
 * straddling), and what happens when nobody owns the address or the owner throws.
 */
export abstract class SizedAccess<H extends PortHandler | MmioHandler> {
  readonly #space: 'port' | 'mmio';
  readonly #onUnmapped: OnUnmapped;
  readonly #onFault: ((error: VmError) => void) | undefined;
  readonly #onFirstUnmapped: ((message: string) => void) | undefined;
  readonly #onCoalesced: BusOptions['onCoalesced'];
  readonly #reported = new Set<number>();
  /** How many accesses went to addresses that nobody owns. */
  readonly unmapped: UnmappedCounts = { reads: 0, writes: 0 };
  /** What was counted at ranges that were given back, by owner. */
  readonly #gone = new Map<string, UnmappedCounts>();

  /** @param space what messages call the addresses */
  constructor(space: 'port' | 'mmio', options: BusOptions) {
    this.#space = space;
    this.#onUnmapped = options.onUnmapped ?? 'float';
    this.#onFault = options.onFault;
    this.#onFirstUnmapped = options.onFirstUnmapped;
    this.#onCoalesced = options.onCoalesced;
  }

  /** @internal Who owns one address. */
  protected abstract find(address: number): RangeEntry<H> | undefined;

  /** @internal Where an address lies that an access reaches by running over the end of the space. */
  protected abstract wrap(address: number): number;

  /** @internal Forgets a range. */
  protected abstract remove(entry: RangeEntry<H>): void;

  /** @internal A range has an owner now, until the result is disposed. */
  protected claimed(entry: RangeEntry<H>): Disposable {
    const zone = entry.coalesced ? this.#onCoalesced?.(this.#space, entry.base, entry.length) : undefined;
    let here = true;
    return {
      [Symbol.dispose]: () => {
        if (!here) return;
        here = false;
        try {
          // Writes that waited are still pushed to it.
          zone?.[Symbol.dispose]();
        } finally {
          this.remove(entry);
          const { reads, writes } = this.#gone.get(entry.owner) ?? { reads: 0, writes: 0 };
          this.#gone.set(entry.owner, { reads: reads + entry.reads, writes: writes + entry.writes });
        }
      },
    };
  }

  /** How often each owner's addresses were touched; an owner may be there several times. */
  *accessCounts(): Generator<OwnerAccessCounts> {
    yield* this.entries();
    for (const [owner, counts] of this.#gone) yield { owner, ...counts };
  }

  /** Reads `size` bytes at `address`. @returns an unsigned integer of `size` bytes */
  read(address: number, size: AccessSize): number {
    const entry = this.find(address);
    if (entry === undefined) return size === 1 ? this.#unmappedRead(address, 1) : this.#readBytes(address, size);
    const offset = address - entry.base;
    if (offset + size > entry.length) return this.#readBytes(address, size);
    entry.reads++;
    try {
      if (takesAsIs(entry, offset, size)) return truncate(atOnce(entry.handler.read(offset, size)), size);
      return size > entry.max && isAligned(entry, offset)
        ? splitRead(entry, offset, size)
        : unitsRead(entry, offset, size);
    } catch (cause) {
      this.fault(entry, 'read', address, size, cause);
      return allOnes(size);
    }
  }

  /** Writes `size` bytes at `address`. @param value unsigned; cut to `size` bytes */
  write(address: number, size: AccessSize, value: number): void {
    const entry = this.find(address);
    if (entry === undefined) {
      if (size === 1) this.#unmappedWrite(address, 1, value);
      else this.#writeBytes(address, size, value);
      return;
    }
    const offset = address - entry.base;
    if (offset + size > entry.length) {
      this.#writeBytes(address, size, value);
      return;
    }
    entry.writes++;
    try {
      if (takesAsIs(entry, offset, size)) atOnce(entry.handler.write(offset, size, truncate(value, size)));
      else if (size > entry.max && isAligned(entry, offset)) splitWrite(entry, offset, size, value);
      else unitsWrite(entry, offset, size, value);
    } catch (cause) {
      this.fault(entry, 'write', address, size, cause);
    }
  }

  /**
   * @internal Sets what was counted, as a snapshot has it.
   * @param owners by owner; what is used is taken out, because an owner's count covers its ranges on both buses
   */
  restoreCounts(owners: Map<string, UnmappedCounts>, unmapped: UnmappedCounts): void {
    for (const entry of this.entries()) {
      const { reads, writes } = owners.get(entry.owner) ?? { reads: 0, writes: 0 };
      owners.delete(entry.owner);
      entry.reads = reads;
      entry.writes = writes;
    }
    this.#gone.clear();
    this.unmapped.reads = unmapped.reads;
    this.unmapped.writes = unmapped.writes;
  }

  /** @internal Sets what was counted of owners that have no range at the moment. */
  restoreGone(owners: ReadonlyMap<string, UnmappedCounts>): void {
    for (const [owner, counts] of owners) this.#gone.set(owner, counts);
  }

  /** @internal All ranges. */
  protected abstract entries(): readonly RangeEntry<H>[];

  /** @internal A handler threw. */
  protected fault(entry: RangeEntry<H>, direction: string, address: number, size: number, cause: unknown): void {
    this.#report(
      new VmError(
        'ERR_DEVICE',
        `${entry.owner} threw while the guest did a ${size}-byte ${direction} at ${this.#space} ${hex(address)}: ` +
          messageOf(cause),
        { owner: entry.owner, space: this.#space, direction, address, size, cause },
      ),
    );
  }

  // An access that nobody owns as a whole is one unmapped access; one that touches an owner falls apart into bytes.
  #isUnmapped(address: number, size: AccessSize): boolean {
    for (let i = 0; i < size; i++) if (this.find(this.wrap(address + i)) !== undefined) return false;
    return true;
  }

  #readBytes(address: number, size: AccessSize): number {
    if (this.#isUnmapped(address, size)) return this.#unmappedRead(address, size);
    let value = 0;
    for (let i = 0; i < size; i++) value += this.read(this.wrap(address + i), 1) * 2 ** (8 * i);
    return value;
  }

  #writeBytes(address: number, size: AccessSize, value: number): void {
    if (this.#isUnmapped(address, size)) {
      this.#unmappedWrite(address, size, value);
      return;
    }
    for (let i = 0; i < size; i++) this.write(this.wrap(address + i), 1, (value >>> (8 * i)) & 0xff);
  }

  #unmappedRead(address: number, size: AccessSize): number {
    this.unmapped.reads++;
    return this.#noOwner('read', address, size, 0);
  }

  #unmappedWrite(address: number, size: AccessSize, value: number): void {
    this.unmapped.writes++;
    this.#noOwner('write', address, size, truncate(value, size));
  }

  #noOwner(direction: 'read' | 'write', address: number, size: AccessSize, value: number): number {
    try {
      if (this.#reported.size < MAX_REPORTED && !this.#reported.has(address)) {
        this.#reported.add(address);
        this.#onFirstUnmapped?.(this.#describe(direction, address, size));
      }
      if (typeof this.#onUnmapped === 'function') {
        const answer = this.#onUnmapped({ space: this.#space, direction, address, size, value });
        return answer === undefined ? allOnes(size) : truncate(answer, size);
      }
    } catch (cause) {
      const what = this.#describe(direction, address, size);
      this.#report(new VmError('ERR_DEVICE', `the host threw at a ${what}: ${messageOf(cause)}`, { cause }));
    }
    if (this.#onUnmapped === 'throw') {
      const details = { space: this.#space, direction, address, size };
      const what = this.#describe(direction, address, size);
      this.#report(new VmError('ERR_UNMAPPED_ACCESS', `the guest did a ${what}`, details));
    }
    return allOnes(size);
  }

  #describe(direction: string, address: number, size: number): string {
    return `${size}-byte ${direction} at ${this.#space} ${hex(address)}, which nobody owns`;
  }

  #report(error: VmError): void {
    if (this.#onFault === undefined) throw error;
    this.#onFault(error);
  }
}

type Entry = RangeEntry<PortHandler | MmioHandler>;

function splitRead(entry: Entry, offset: number, size: AccessSize): number {
  let value = 0;
  for (let i = 0; i < size; i += entry.max) {
    value += truncate(atOnce(entry.handler.read(offset + i, entry.max)), entry.max) * 2 ** (8 * i);
  }
  return value;
}

function splitWrite(entry: Entry, offset: number, size: AccessSize, value: number): void {
  for (let i = 0; i < size; i += entry.max) {
    atOnce(entry.handler.write(offset + i, entry.max, truncate(value >>> (8 * i), entry.max)));
  }
}

function isAligned(entry: Entry, offset: number): boolean {
  return (offset & (entry.min - 1)) === 0;
}

// An access that is narrower than a unit of `min` bytes, or does not begin on one, may cross from one unit into the
// next: each byte is taken from the unit that it lies in.
function unitsRead(entry: Entry, offset: number, size: AccessSize): number {
  let value = 0;
  let unit = -1;
  let data = 0;
  for (let i = 0; i < size; i++) {
    const at = offset + i - ((offset + i) % entry.min);
    if (at !== unit) {
      unit = at;
      data = truncate(atOnce(entry.handler.read(at, entry.min)), entry.min);
    }
    value += ((data >>> (8 * (offset + i - at))) & 0xff) * 2 ** (8 * i);
  }
  return value;
}

function unitsWrite(entry: Entry, offset: number, size: AccessSize, value: number): void {
  const end = offset + size;
  for (let at = offset - (offset % entry.min); at < end; at += entry.min) {
    const covered = at >= offset && at + entry.min <= end;
    let data = covered ? 0 : truncate(atOnce(entry.handler.read(at, entry.min)), entry.min);
    for (let byte = 0; byte < entry.min; byte++) {
      const i = at + byte - offset;
      if (i < 0 || i >= size) continue;
      const shift = 8 * byte;
      data = ((data & ~(0xff << shift)) | (((value >>> (8 * i)) & 0xff) << shift)) >>> 0;
    }
    atOnce(entry.handler.write(at, entry.min, data));
  }
}

/** An access is answered at once or not at all. @throws TypeError if the answer is a promise */
export function atOnce<T>(answer: T): T {
  return typeof answer === 'object'
    ? refusePromise(answer, 'it answers with a promise, but an access is synchronous')
    : answer;
}
