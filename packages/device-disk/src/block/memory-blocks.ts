import { VmError } from '@picovm/core';
import { BLOCK_SIZE, type BlockBackend } from './block-backend.ts';

/** What {@link memoryBlocks} takes besides its bytes. */
export interface MemoryBlocksOptions {
  /** Whether writes are refused. Default false. */
  readonly readonly?: boolean;
}

/** A backend whose bytes lie in memory. */
export interface MemoryBlocks extends BlockBackend {
  /** The bytes themselves, not a copy. */
  readonly bytes: Uint8Array;
  read(offset: number, out: Uint8Array): void;
  write(offset: number, data: Uint8Array): void;
  flush(): void;
}

/**
 * A synchronous backend over bytes in memory.
 * @param content the bytes, which are used as they are and not copied, a multiple of 512; or how many bytes of zeros
 * @throws VmError `ERR_INVALID_ARGUMENT` if it is no multiple of 512
 */
export function memoryBlocks(content: Uint8Array | number, options: MemoryBlocksOptions = {}): MemoryBlocks {
  const size = typeof content === 'number' ? content : content.length;
  if (!Number.isSafeInteger(size) || size < 0 || size % BLOCK_SIZE !== 0) {
    throw new VmError('ERR_INVALID_ARGUMENT', `memoryBlocks takes a multiple of ${BLOCK_SIZE} bytes, not ${size}`, {
      size,
    });
  }
  const bytes = typeof content === 'number' ? new Uint8Array(content) : content;
  const readonly = options.readonly === true;
  return {
    bytes,
    size,
    readonly,
    read(offset, out) {
      out.set(bytes.subarray(offset, checkedEnd(offset, out.length, size)));
    },
    write(offset, data) {
      if (readonly) throw new VmError('ERR_UNSUPPORTED', 'these blocks are read-only');
      checkedEnd(offset, data.length, size);
      bytes.set(data, offset);
    },
    flush() {},
  };
}

function checkedEnd(offset: number, length: number, size: number): number {
  const end = offset + length;
  if (Number.isSafeInteger(offset) && offset >= 0 && end <= size) return end;
  throw new VmError('ERR_INVALID_ARGUMENT', `${length} bytes at ${offset} are not inside ${size} bytes`, {
    offset,
    length,
    size,
  });
}
