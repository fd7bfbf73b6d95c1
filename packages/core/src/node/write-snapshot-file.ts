import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { encodeSnapshot } from '../snapshot/encode.ts';
import type { VmSnapshot } from '../snapshot/vm-snapshot.ts';
import { fileError, withPath } from './errors.ts';

/**
 * Writes a snapshot to a file. Whoever reads the file meanwhile, and whatever happens meanwhile, there is either the old
 * file or the whole new one: it is written beside it under another name, brought to the disk, and renamed.
 * @throws VmError `ERR_SNAPSHOT_FORMAT` if it is no snapshot; else an Error with the `code` of the operating system
 *   (`ENOENT`, `EACCES`, `ENOSPC`). Then no file is left behind, and an old one is as it was. All name the path.
 */
export async function writeSnapshotFile(path: string, snapshot: VmSnapshot): Promise<void> {
  const bytes = await withPath(path, () => encodeSnapshot(snapshot));
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeSynced(temporary, bytes);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw fileError('write', path, cause);
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  // Never into something that is there already, such as a link that somebody else has put there.
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

// The new name is in the folder, which has to reach the disk, too. Windows opens no folders.
async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle;
  try {
    folder = await open(path, 'r');
  } catch {
    return;
  }
  try {
    await folder.sync();
  } catch {
    // Some file systems do not sync folders.
  } finally {
    await folder.close();
  }
}
