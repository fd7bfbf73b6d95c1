import type { MapEntry } from './address-map.ts';
import type { MmioHandler, RangeSpec } from './handler.ts';
import { checkRange, mapEntry, type OwnedRange, overlapError, RangeEntry } from './range-entry.ts';
import { atOnce, type BusOptions, SizedAccess } from './sized-access.ts';

/** x86 has at most 52 physical address bits (Intel SDM volume 3A, section 4.1.4), which a number holds exactly. */
const PHYSICAL_ADDRESSES = 2 ** 52;
const HIGH = 32n;

/** The physical addresses that are not memory: sorted ranges, found by the last hit or by binary search. */
export class MmioBus extends SizedAccess<MmioHandler> {
  readonly #reserved: readonly OwnedRange[];
  readonly #entries: RangeEntry<MmioHandler>[] = [];
  #last: RangeEntry<MmioHandler> | undefined;

  /**
   * An empty space of physical addresses.
   * @param reserved what answers before the bus is asked, guest memory above all: nobody may claim addresses in it
   */
  constructor(options: BusOptions = {}, reserved: readonly OwnedRange[] = []) {
    super('mmio', options);
    this.#reserved = reserved;
  }

  /**
   * Gives a range of physical addresses to `handler`, until the result is disposed.
   * @throws VmError `ERR_BUS_OVERLAP` if an address has an owner already, `ERR_BUS_RANGE` if the range is malformed
   */
  claim(spec: RangeSpec, owner: string, handler: MmioHandler): Disposable {
    checkRange('mmio', spec, owner, PHYSICAL_ADDRESSES);
    const end = spec.base + spec.length;
    const existing = [...this.#reserved, ...this.#entries].find(
      (other) => spec.base < other.base + other.length && other.base < end,
    );
    if (existing !== undefined) throw overlapError('mmio', { owner, base: spec.base, length: spec.length }, existing);
    const entry = new RangeEntry(spec, owner, handler);
    this.#entries.push(entry);
    this.#entries.sort((a, b) => a.base - b.base);
    return this.claimed(entry);
  }

  /** Reads 8 bytes: one call where the owner takes 64 bits, else two of 4. */
  read64(address: number): bigint {
    const entry = this.#whole64(address);
    if (entry?.handler.read64 === undefined) {
      return BigInt(this.read(address, 4)) | (BigInt(this.read(address + 4, 4)) << HIGH);
    }
    entry.reads++;
    try {
      return BigInt.asUintN(64, atOnce(entry.handler.read64(address - entry.base)));
    } catch (cause) {
      this.fault(entry, 'read', address, 8, cause);
      return 0xffffffffffffffffn;
    }
  }

  /** Writes 8 bytes: one call where the owner takes 64 bits, else two of 4, the lower first. */
  write64(address: number, value: bigint): void {
    const entry = this.#whole64(address);
    if (entry?.handler.write64 === undefined) {
      this.write(address, 4, Number(BigInt.asUintN(32, value)));
      this.write(address + 4, 4, Number(BigInt.asUintN(32, value >> HIGH)));
      return;
    }
    entry.writes++;
    try {
      atOnce(entry.handler.write64(address - entry.base, BigInt.asUintN(64, value)));
    } catch (cause) {
      this.fault(entry, 'write', address, 8, cause);
    }
  }

  /** The claimed ranges in the order of their addresses. */
  map(): MapEntry[] {
    return this.#entries.map((entry) => mapEntry('mmio', entry));
  }

  /** @internal */
  protected override entries(): RangeEntry<MmioHandler>[] {
    return this.#entries;
  }

  /** @internal */
  protected override remove(entry: RangeEntry<MmioHandler>): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    if (this.#last === entry) this.#last = undefined;
  }

  /** @internal */
  protected override find(address: number): RangeEntry<MmioHandler> | undefined {
    const last = this.#last;
    if (last !== undefined && address >= last.base && address - last.base < last.length) return last;
    let low = 0;
    let high = this.#entries.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (address < entry.base) high = middle - 1;
      else if (address - entry.base >= entry.length) low = middle + 1;
      else {
        this.#last = entry;
        return entry;
      }
    }
    return undefined;
  }

  /** @internal Physical addresses do not wrap: no access reaches beyond 2^52 + 7. */
  protected override wrap(address: number): number {
    return address;
  }

  #whole64(address: number): RangeEntry<MmioHandler> | undefined {
    const entry = this.find(address);
    return entry !== undefined && address - entry.base + 8 <= entry.length ? entry : undefined;
  }
}
