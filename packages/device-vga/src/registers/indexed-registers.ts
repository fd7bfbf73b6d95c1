/** Registers behind an index port and a data port. Those that do not exist read as 0 and ignore writes. */
export class IndexedRegisters {
  readonly values: Uint8Array;
  /** The bits that each register has. */
  readonly masks: readonly number[];
  /** The bits that the index register has. */
  readonly indexMask: number;
  readonly #initial: readonly number[];
  #index = 0;

  constructor(masks: readonly number[], initial: readonly number[], indexMask: number) {
    this.masks = masks;
    this.indexMask = indexMask;
    this.#initial = initial;
    this.values = Uint8Array.from(initial);
  }

  /** The number of the register that the data port shows. */
  get index(): number {
    return this.#index;
  }

  set index(value: number) {
    this.#index = value & this.indexMask;
  }

  /** What the data port reads. */
  get data(): number {
    return this.#index < this.values.length ? this.values[this.#index] : 0;
  }

  /** Writes the data port; of a register that exists, only the bits that it has. */
  set data(value: number) {
    if (this.#index < this.values.length) this.values[this.#index] = value & this.masks[this.#index];
  }

  reset(): void {
    this.#index = 0;
    this.values.set(this.#initial);
  }
}
