import type { GuestMemory, StateReader } from '@picovm/core';

/** Bytes of an entry: the address of a region (32 bits), its size (16 bits), and flags, of which bit 15 ends the table. */
const ENTRY = 8;
const END_OF_TABLE = 0x8000_0000;
/** A table lies within 64 KiB: a guest's that has no end is given one here. */
const MOST_ENTRIES = 0x10000 / ENTRY;

export interface SavedTable {
  readonly nextEntry: number;
  readonly entries: number;
  readonly address: number;
  readonly left: number;
  readonly last: boolean;
}

/** A walk through a table of physical region descriptors (Programming Interface for Bus Master IDE, 1.2). */
export class PrdTable {
  #next = 0;
  #entries = 0;
  #address = 0;
  #left = 0;
  #last = false;

  /** From the beginning. @param address of the table */
  begin(address: number): void {
    this.load({ nextEntry: address, entries: 0, address: 0, left: 0, last: false });
  }

  /** Where data go to or come from now. */
  get address(): number {
    return this.#address;
  }

  /** Bytes from there on in this region. */
  get left(): number {
    return this.#left;
  }

  /** No byte is left, in this region and in the table. */
  get ended(): boolean {
    return this.#left === 0 && (this.#last || this.#entries === MOST_ENTRIES);
  }

  /** Fetches the next entry, if nothing is left of the last one. @returns false if the table is not in memory */
  fetch(memory: GuestMemory): boolean {
    if (this.#left > 0 || this.ended) return true;
    if (memory.contiguous(this.#next) < ENTRY) return false;
    const size = memory.readU32(this.#next + 4);
    // Regions begin and end at even addresses: bit 0 of both is not there. A size of 0 is 64 KiB.
    this.#address = (memory.readU32(this.#next) & ~1) >>> 0;
    this.#left = size & 0xfffe || 0x10000;
    this.#last = (size & END_OF_TABLE) !== 0;
    this.#next = (this.#next + ENTRY) % 2 ** 32;
    this.#entries++;
    return true;
  }

  moved(bytes: number): void {
    this.#address = (this.#address + bytes) % 2 ** 32;
    this.#left -= bytes;
  }

  save(): SavedTable {
    return {
      nextEntry: this.#next,
      entries: this.#entries,
      address: this.#address,
      left: this.#left,
      last: this.#last,
    };
  }

  /** @throws VmError `ERR_DEVICE_STATE` */
  static read(reader: StateReader): SavedTable {
    return {
      nextEntry: reader.integer('nextEntry', 0xffff_ffff),
      entries: reader.integer('entries', MOST_ENTRIES),
      address: reader.integer('address', 0xffff_ffff),
      left: reader.integer('left', 0x10000),
      last: reader.boolean('last'),
    };
  }

  load({ nextEntry, entries, address, left, last }: SavedTable): void {
    this.#next = nextEntry;
    this.#entries = entries;
    this.#address = address;
    this.#left = left;
    this.#last = last;
  }
}
