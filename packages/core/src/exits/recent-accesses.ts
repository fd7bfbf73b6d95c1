import type { AccessSize } from '../bus/access.ts';

/** One of the last accesses before a run ended. */
export interface AccessRecord {
  /** Which bus. */
  readonly space: 'port' | 'mmio';
  /** Seen from the guest. */
  readonly direction: 'read' | 'write';
  /** Port number or physical address. */
  readonly address: number;
  /** Bytes of one element. */
  readonly size: AccessSize | 8;
  /** Elements; above 1 for string instructions. */
  readonly count: number;
  /** The value moved; of a block, the first element. Beyond 2^53 (8-byte accesses) only the upper bits are exact. */
  readonly value: number;
}

const FIELDS = 5;
const MMIO = 1;
const WRITE = 2;

/** The last accesses of a VM, in a ring that allocates nothing while the guest runs. */
export class RecentAccesses {
  readonly #capacity: number;
  readonly #ring: Float64Array;
  #next = 0;
  #length = 0;

  /** An empty ring. @param capacity how many accesses it keeps */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#ring = new Float64Array(capacity * FIELDS);
  }

  /** @internal Forgets all. */
  clear(): void {
    this.#length = 0;
  }

  /** Adds one, over the oldest if the ring is full. */
  add(mmio: boolean, write: boolean, address: number, size: number, count: number, value: number): void {
    const at = this.#next * FIELDS;
    const ring = this.#ring;
    ring[at] = (mmio ? MMIO : 0) | (write ? WRITE : 0);
    ring[at + 1] = address;
    ring[at + 2] = size;
    ring[at + 3] = count;
    ring[at + 4] = value;
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1;
    if (this.#length < this.#capacity) this.#length++;
  }

  /** The accesses, the oldest first. */
  list(): AccessRecord[] {
    const first = this.#next - this.#length + this.#capacity;
    return Array.from({ length: this.#length }, (_, i) => {
      const at = ((first + i) % this.#capacity) * FIELDS;
      const kind = this.#ring[at];
      return {
        space: (kind & MMIO) !== 0 ? 'mmio' : 'port',
        direction: (kind & WRITE) !== 0 ? 'write' : 'read',
        address: this.#ring[at + 1],
        size: this.#ring[at + 2] as AccessSize | 8,
        count: this.#ring[at + 3],
        value: this.#ring[at + 4],
      };
    });
  }
}
