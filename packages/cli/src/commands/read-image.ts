import { readFileSync, statSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';

/** More than any machine here can hold; refused before it is read. */
const MAX_IMAGE = 2 ** 31;

/**
 * Reads a guest image.
 * @throws UsageError if there is no such file, it is no file, or it is empty
 */
export function readImage(path: string): Uint8Array {
  try {
    const info = statSync(path);
    if (info.isDirectory()) throw new UsageError(`${path} is a directory: give the file of a guest image`);
    // A pipe ends, as in `run <(make-image)`; a device may not.
    if (!info.isFile() && !info.isFIFO()) throw new UsageError(`${path} is no file: give the file of a guest image`);
    if (info.size === 0 && info.isFile()) throw new UsageError(`${path} is empty: there is nothing to run`);
    if (info.size > MAX_IMAGE) throw new UsageError(`${path} has ${info.size} bytes: no machine has that much memory`);
    const image = readFileSync(path);
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
