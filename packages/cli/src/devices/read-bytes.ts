import { readFileSync, statSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';

/**
 * Reads the file of an option that takes bytes.
 * @param option the option's name, for messages
 * @param maxLength how many bytes it takes at most: no more are read
 * @throws UsageError if there is no such file, or too much in it
 */
export function readBytes(path: string, option: string, maxLength: number): Uint8Array {
  try {
    const info = statSync(path);
    if (!info.isFile()) throw new UsageError(`${option}: ${path} is no file: give the file with the bytes`);
    if (info.size > maxLength) {
      throw new UsageError(`${option}: ${path} has ${info.size} bytes, and the device takes at most ${maxLength}`);
    }
    return Uint8Array.from(readFileSync(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`${option}: ${path}: no such file`);
    throw new UsageError(`${option}: ${path} cannot be read: ${message}`);
  }
}
