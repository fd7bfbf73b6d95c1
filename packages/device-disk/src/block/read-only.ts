import type { BlockBackend } from './block-backend.ts';
import { readonlyBlocks } from './failure.ts';

/** The same bytes, which cannot be written: a write-protected disk. Closing it closes the backend. */
export function readOnly(backend: BlockBackend): BlockBackend {
  return {
    size: backend.size,
    readonly: true,
    read: (offset, out) => backend.read(offset, out),
    write: () => {
      throw readonlyBlocks('this disk');
    },
    flush: () => {},
    close: () => backend.close?.(),
  };
}
