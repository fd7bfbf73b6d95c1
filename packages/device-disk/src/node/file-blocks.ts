import type { BlockBackend } from '../block/block-backend.ts';

/** A file or block device as a disk. */
export interface FileBlocks extends BlockBackend {
  /** As it was given. */
  readonly path: string;
  /** Closes the file, and gives the lock back. What was not flushed is still the operating system's to write. */
  close(): void | Promise<void>;
}
