import type { Stats } from 'node:fs';
import { access, constants, lstat, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { VmError } from '../errors.ts';
import { fileError } from './errors.ts';

/** As many links as Linux follows. */
const MAX_LINKS = 40;

/** Where a snapshot goes. */
export interface SnapshotTarget {
  /** Of the file, with links followed: a link goes on pointing to it. */
  readonly path: string;
  /** The file that is there; undefined if there is none yet. */
  readonly old: Stats | undefined;
}

/**
 * Makes sure that `writeSnapshotFile` can write to a path, as far as that can be known before: at the end of a long run it
 * would be too late.
 * @throws VmError `ERR_INVALID_ARGUMENT` if something is there that is no regular file; an Error with the `code` of the
 *   operating system if its folder is missing (`ENOENT`), or may not be written (`EACCES`). All name the path.
 */
export async function checkSnapshotTarget(path: string): Promise<void> {
  try {
    const target = await snapshotTarget(path);
    await access(dirname(target.path), constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw fileError('write', path, cause);
  }
}

/** Where a snapshot with this path goes. @throws as {@link checkSnapshotTarget}, but for the folder */
export async function snapshotTarget(path: string): Promise<SnapshotTarget> {
  const old = await orMissing(stat(path));
  if (old === undefined) return { path: await endOfLinks(path), old };
  if (old.isFile()) return { path: await realpath(path), old };
  throw new VmError('ERR_INVALID_ARGUMENT', `cannot write the snapshot ${path}: it is ${kindOf(old)}, not a file`, {
    path,
  });
}

// What is not there yet may have a link to it.
async function endOfLinks(path: string): Promise<string> {
  let end = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    const found = await orMissing(lstat(end));
    if (!found?.isSymbolicLink()) break;
    end = resolve(await realpath(dirname(end)), await readlink(end));
  }
  return end;
}

async function orMissing(found: Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}
