import { VmError } from '../errors.ts';

/** The page of WebAssembly memories: their size is a multiple of it. */
const WASM_PAGE = 65536;
/** The page of x86 and of the hosts that KVM runs on. */
export const PAGE_SIZE = 4096;

/** How an arena is made. */
export interface ArenaOptions {
  /** Backs the arena by a SharedArrayBuffer, so that several threads can use it. Default false. */
  readonly shared?: boolean;
}

/** A `WebAssembly.Memory`, as far as it matters here: its own type is only there for who has the types of the DOM. */
export interface ArenaMemory {
  /** Its bytes. */
  readonly buffer: ArrayBufferLike;
  /** Never to be called: an arena keeps its size. Here because a `WebAssembly.Memory` has it. */
  grow(delta: number): number;
}

/**
 * All memory of one VM: its guest-physical regions and its accelerator's own state, in a single
 * `WebAssembly.Memory` that never grows. One, because a WebAssembly module imports only one memory; a WebAssembly
 * memory, because it is page-aligned, so that KVM can run a guest straight out of it.
 */
export class Arena {
  /** For modules that import it. */
  readonly memory: ArenaMemory;
  /** Its bytes; a SharedArrayBuffer if `shared` was asked for. Always the same object. */
  readonly buffer: ArrayBufferLike;
  #used = 0;

  /**
   * @param size bytes, rounded up to 64 KiB
   * @throws VmError `ERR_ARENA_FULL` if the host does not give that much
   */
  constructor(size: number, options: ArenaOptions = {}) {
    const pages = Math.max(1, Math.ceil(size / WASM_PAGE));
    try {
      this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: options.shared ?? false });
    } catch (cause) {
      throw new VmError('ERR_ARENA_FULL', `the host gives no ${pages * WASM_PAGE} bytes for a VM: use less memory`, {
        size: pages * WASM_PAGE,
        cause,
      });
    }
    this.buffer = this.memory.buffer;
  }

  /** Bytes in all. */
  get size(): number {
    return this.buffer.byteLength;
  }

  /** Bytes handed out, with the gaps that alignment left. */
  get used(): number {
    return this.#used;
  }

  /**
   * Reserves `size` bytes, zero-filled, for the life of the VM.
   * @param alignment a power of two; a page if not given
   * @returns the offset of the first byte
   * @throws VmError `ERR_ARENA_FULL`; `ERR_INVALID_ARGUMENT` if the size or the alignment is none
   */
  allocate(size: number, alignment: number = PAGE_SIZE): number {
    if (!Number.isSafeInteger(size) || size < 0 || !Number.isInteger(Math.log2(alignment))) {
      throw new VmError('ERR_INVALID_ARGUMENT', `${size} bytes aligned to ${alignment} cannot be reserved`, {
        size,
        alignment,
      });
    }
    const offset = Math.ceil(this.#used / alignment) * alignment;
    if (offset + size > this.size) {
      throw new VmError('ERR_ARENA_FULL', `the VM's arena of ${this.size} bytes has no room for ${size} more`, {
        size,
        used: this.#used,
      });
    }
    this.#used = offset + size;
    return offset;
  }
}
