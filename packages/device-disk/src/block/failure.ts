import { VmError } from '@picovm/core';
import { BLOCK_SIZE } from './block-backend.ts';

/** What a backend throws or rejects with when its host fails it, or it has no room. */
export function blocksFailed(message: string, details: Record<string, unknown> = {}): VmError {
  return new VmError('ERR_DEVICE', message, details);
}

/** What a write to a backend that is read-only throws. */
export function readonlyBlocks(name: string): VmError {
  return new VmError('ERR_UNSUPPORTED', `${name} is read-only`);
}

/** @throws VmError `ERR_INVALID_ARGUMENT` unless `length` bytes at `offset` are inside of `size` bytes */
export function checkInside(offset: number, length: number, size: number): void {
  if (Number.isSafeInteger(offset) && offset >= 0 && offset + length <= size) return;
  throw new VmError('ERR_INVALID_ARGUMENT', `${length} bytes at ${offset} are not inside ${size} bytes`, {
    offset,
    length,
    size,
  });
}

/** Bytes of a disk whose image has so many: the next multiple of 512. What is missing reads as zeros. */
export function paddedSize(bytes: number): number {
  return Math.ceil(bytes / BLOCK_SIZE) * BLOCK_SIZE;
}
