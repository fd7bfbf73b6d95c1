const NOTHING = /* @__PURE__ */ new Uint8Array();
/** A bit of the selector of old, with which guests wanted to write. */
const WRITE = 0x4000;

/** Which item the guest reads, and how far it has come. */
export class Selection {
  readonly #items: ReadonlyMap<number, Uint8Array>;
  #key = 0;
  #offset = 0;
  #item: Uint8Array = NOTHING;

  constructor(items: ReadonlyMap<number, Uint8Array>) {
    this.#items = items;
    this.select(0);
  }

  get key(): number {
    return this.#key;
  }

  /** Bytes: never beyond the end of the item. */
  get offset(): number {
    return this.#offset;
  }

  /** An item that there is not is empty. @param key 16 bits */
  select(key: number, offset = 0): void {
    this.#key = key & ~WRITE;
    this.#item = this.#items.get(this.#key) ?? NOTHING;
    this.#offset = Math.min(offset, this.#item.length);
  }

  /** The next byte; 0 behind the end. */
  next(): number {
    return this.#offset < this.#item.length ? this.#item[this.#offset++] : 0;
  }

  /** The next bytes, at most `length`: the item's own. They count as read with {@link skip}. */
  rest(length: number): Uint8Array {
    return this.#item.subarray(this.#offset, this.#offset + length);
  }

  skip(length: number): void {
    this.#offset = Math.min(this.#offset + length, this.#item.length);
  }

  /** The length of the item with this number. */
  lengthOf(key: number): number {
    return this.#items.get(key)?.length ?? 0;
  }
}
