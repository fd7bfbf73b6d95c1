import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';

/** More than any machine here can hold; refused before it is read. */
const MAX_IMAGE = 2 ** 31;
const CHUNK = 8 << 20;

/** Told how far the reading of a file is, in bytes. */
export type ReadProgress = (done: number, total: number) => void;

/**
 * Reads a guest image.
 * @param onProgress called now and then, for a file whose size is known
 * @throws UsageError if there is no such file, it is no file, or it is empty
 */
export function readImage(path: string, onProgress?: ReadProgress): Uint8Array {
  try {
    const info = statSync(path);
    if (info.isDirectory()) throw new UsageError(`${path} is a directory: give the file of a guest image`);
    // A pipe ends, as in `run <(make-image)`; a device may not.
    if (!info.isFile() && !info.isFIFO()) throw new UsageError(`${path} is no file: give the file of a guest image`);
    if (info.size === 0 && info.isFile()) throw new UsageError(`${path} is empty: there is nothing to run`);
    if (info.size > MAX_IMAGE) throw new UsageError(`${path} has ${info.size} bytes: no machine has that much memory`);
    const inChunks = onProgress !== undefined && info.isFile() && info.size > CHUNK;
    const image = inChunks ? readChunks(path, info.size, onProgress) : readFileSync(path);
    if (image.length === 0) throw new UsageError(`${path} is empty: there is nothing to run`);
    return image;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`${path}: no such file`);
    if (code === 'EACCES') throw new UsageError(`${path}: no permission to read it`);
    throw new UsageError(`${path} cannot be read: ${message}`);
  }
}

function readChunks(path: string, size: number, onProgress: ReadProgress): Uint8Array {
  const image = new Uint8Array(size);
  const descriptor = openSync(path, 'r');
  try {
    let done = 0;
    while (done < size) {
      const count = readSync(descriptor, image, done, Math.min(CHUNK, size - done), done);
      if (count === 0) break;
      done += count;
      onProgress(done, size);
    }
    return image.subarray(0, done);
  } finally {
    closeSync(descriptor);
  }
}
