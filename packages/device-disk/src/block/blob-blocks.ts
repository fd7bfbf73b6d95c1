import type { BlockBackend } from './block-backend.ts';
import { blocksFailed, checkInside, paddedSize, readonlyBlocks } from './failure.ts';

/**
 * A read-only, asynchronous backend over a `Blob`, such as a `File` that somebody chose in a browser. Its size is rounded
 * up to a multiple of 512; what is missing reads as zeros.
 */
export function blobBlocks(blob: Blob): BlockBackend {
  const size = paddedSize(blob.size);
  return {
    size,
    readonly: true,
    async read(offset, out) {
      checkInside(offset, out.length, size);
      const there = Math.max(0, Math.min(out.length, blob.size - offset));
      const bytes = new Uint8Array(await blob.slice(offset, offset + there).arrayBuffer());
      if (bytes.length !== there) throw blocksFailed('the blob is shorter than it was');
      out.set(bytes);
      out.fill(0, there);
    },
    async write() {
      throw readonlyBlocks('a Blob');
    },
    async flush() {},
  };
}
