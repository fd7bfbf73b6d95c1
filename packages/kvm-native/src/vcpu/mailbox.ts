/**
 * What `run` and its caller say to each other: the memory that native/mailbox.h describes, seen through views that are
 * made once, so that an exit allocates nothing. The constants are indices of 32-bit words, and of 64-bit words where the
 * name ends in 64.
 */
export class Mailbox {
  readonly words: Int32Array;
  readonly words64: BigUint64Array;
  readonly #buffer: ArrayBufferLike;
  readonly #blockOffset: number;
  #block: Uint8Array;

  constructor(buffer: ArrayBufferLike, offset: number) {
    this.words = new Int32Array(buffer, offset, HEADER_BYTES / 4);
    this.words64 = new BigUint64Array(buffer, offset, HEADER_BYTES / 8);
    this.#buffer = buffer;
    this.#blockOffset = offset + BLOCK_OFFSET;
    this.#block = new Uint8Array(buffer, this.#blockOffset, 0);
  }

  /** The first `length` bytes of the elements of a string instruction. Guests mostly repeat the same length. */
  block(length: number): Uint8Array {
    if (this.#block.length !== length) this.#block = new Uint8Array(this.#buffer, this.#blockOffset, length);
    return this.#block;
  }

  /** What else the exit says: words whose meaning depends on it. */
  details(): bigint[] {
    return Array.from(this.words64.subarray(DETAILS64, DETAILS64 + this.words[DETAIL_COUNT]));
  }
}

/** Bytes of a mailbox: a page of header, and one for a block. */
export const MAILBOX_SIZE = 8192;
const HEADER_BYTES = 4096;
const BLOCK_OFFSET = 4096;

/** Ours: `run` is to return at the next instruction boundary. */
export const KICK = 0;
/** Ours: an interrupt waits to be injected. */
export const INTERRUPT_WINDOW = 1;
/** I/O: bytes an element. MMIO: bytes. */
export const SIZE = 2;
/** I/O: elements. */
export const COUNT = 3;
/** I/O and MMIO: 1 for a write. */
export const IS_WRITE = 4;
/** RFLAGS.IF. */
export const IF_FLAG = 5;
/** Ours, after RDMSR and WRMSR: not 0 raises #GP. */
export const MSR_ERROR = 6;
/** The port, the MSR's index, the suberror, or the type of a system event. */
export const CODE = 7;
/** MMIO: the address, lower half first. */
export const ADDRESS_LOW = 8;
export const ADDRESS_HIGH = 9;
/** The value written, or our answer: one element, MMIO, or an MSR. */
export const DATA_LOW = 10;
export const DATA_HIGH = 11;
export const DATA64 = 5;
/** How many detail words there are. */
const DETAIL_COUNT = 12;
/** Whether KVM would take an external interrupt now. */
export const INTERRUPT_READY = 13;
const DETAILS64 = 7;
