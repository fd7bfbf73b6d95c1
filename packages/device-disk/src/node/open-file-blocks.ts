import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, statSync, unlinkSync } from 'node:fs';
import { VmError } from '@picovm/core';
import { AsyncFile } from './async-file.ts';
import type { FileBlocks } from './file-blocks.ts';
import { checkKind, deviceSize, identityOf } from './file-kind.ts';
import { type FileLock, lockBySocket, lockedBy, lockingOpenFlags } from './file-lock.ts';
import { SyncFile } from './sync-file.ts';

/** What {@link openFileBlocks} takes besides the path. */
export interface FileBlocksOptions {
  /** Whether writes are refused. Default false. */
  readonly readonly?: boolean;
  /** Makes a file of so many bytes (a multiple of 512) of zeros if there is none; one that is there stays as it is. */
  readonly create?: number;
  /**
   * Whether others are kept from writing to the file, and from reading it while it is written. Default true: by an advisory
   * lock, which those heed that ask for it too.
   */
  readonly lock?: boolean;
  /** Whether the host's threads do the work while the guest goes on. Runs then do not repeat exactly. Default false. */
  readonly asynchronous?: boolean;
}

/**
 * Opens a file or block device. Its size, rounded up to a multiple of 512, is that of this moment: if the file grows, the
 * rest is not seen; if it is cut off, reads behind its end fail. What is written within the guest's command is the
 * operating system's when that ends: it is in the file even if this process is killed. `flush` is `fdatasync`, where
 * something may have been written since the last one.
 * @throws VmError `ERR_INVALID_ARGUMENT` for directories, pipes and the like, `ERR_DEVICE` if it cannot be opened, or
 *   another has it: the message says who; `ERR_UNSUPPORTED` if this system cannot lock
 */
export function openFileBlocks(path: string, options: FileBlocksOptions = {}): FileBlocks {
  const { readonly = false, create, lock = true, asynchronous = false } = options;
  if (create !== undefined && (!Number.isInteger(create / 512) || create < 0 || readonly)) {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `create must be a multiple of 512, of a file to be written, not ${create}`,
    );
  }
  const descriptor = open(path, readonly, create, lock);
  let held: FileLock | undefined;
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    checkKind(path, stats);
    if (lock && process.platform === 'linux') held = lockBySocket(identityOf(stats), path, readonly);
    const Backend = asynchronous ? AsyncFile : SyncFile;
    return new Backend(path, descriptor, sizeOf(descriptor), readonly, held);
  } catch (error) {
    held?.release();
    closeSync(descriptor);
    throw error;
  }
}

function open(path: string, readonly: boolean, create: number | undefined, lock: boolean): number {
  const flags = (readonly ? constants.O_RDONLY : constants.O_RDWR) | lockFlags(path, readonly, lock);
  try {
    if (create !== undefined) {
      const made = tryToMake(path, flags, create);
      if (made !== undefined) return made;
    }
    // Opening a pipe would wait for whoever writes to it.
    checkKind(path, statSync(path, { bigint: true }));
    return openSync(path, flags);
  } catch (cause) {
    if (cause instanceof VmError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (lock && (code === 'EAGAIN' || code === 'EBUSY')) throw lockedBy(path, undefined, readonly);
    throw new VmError('ERR_DEVICE', `${path} cannot be opened (${code})`, { path, code, cause });
  }
}

function lockFlags(path: string, readonly: boolean, lock: boolean): number {
  // Neither pipes nor locks are waited for. Windows has no such flag.
  const now = constants.O_NONBLOCK ?? 0;
  if (!lock || process.platform === 'linux') return now;
  const flags = lockingOpenFlags(process.platform, readonly);
  if (flags !== undefined) return now | flags;
  throw new VmError('ERR_UNSUPPORTED', `${path} cannot be locked on ${process.platform}; lock: false opens it without`);
}

function tryToMake(path: string, flags: number, size: number): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, flags | constants.O_CREAT | constants.O_EXCL, 0o666);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
  try {
    ftruncateSync(descriptor, size);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    // Or the next one would find a disk of no size.
    unlinkSync(path);
    throw error;
  }
}

function sizeOf(descriptor: number): number {
  const stats = fstatSync(descriptor, { bigint: true });
  if (!stats.isBlockDevice()) return Number(stats.size);
  const block = new Uint8Array(512);
  return deviceSize((offset) => {
    try {
      return readSync(descriptor, block, 0, 512, offset) === 512;
    } catch {
      return false;
    }
  });
}
