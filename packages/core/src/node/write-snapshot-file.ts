import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeSnapshot } from '../snapshot/encode.ts';
import type { VmSnapshot } from '../snapshot/vm-snapshot.ts';
import { fileError, withPath } from './errors.ts';
import { snapshotTarget } from './snapshot-target.ts';

/**
 * Writes a snapshot to a file. Whoever reads the file meanwhile, and whatever happens meanwhile, there is either the old
 * file or the whole new one: it is written beside it under another name, brought to the disk, and renamed. A link stays,
 * and the file that it leads to is written. A file that is replaced leaves its mode and, where that is allowed, its
 * owner to the new one; otherwise, because it has all of the guest's memory in it, it is for its owner alone (600).
 * @throws VmError `ERR_SNAPSHOT_FORMAT` if it is no snapshot, `ERR_INVALID_ARGUMENT` if the path is that of a directory, a
 *   device or anything else that is no regular file; else an Error with the `code` of the operating system
 *   (`ENOENT`, `EACCES`, `ENOSPC`). Then no file is left behind, and an old one is as it was. All name the path.
 */
export async function writeSnapshotFile(path: string, snapshot: VmSnapshot): Promise<void> {
  const bytes = await withPath(path, () => encodeSnapshot(snapshot));
  let temporary: string | undefined;
  try {
    const target = await snapshotTarget(path);
    const folder = dirname(target.path);
    // Not made of the file's own name, which may be as long as a name can be.
    temporary = join(folder, `.picovm-${randomBytes(6).toString('hex')}.tmp`);
    await writeSynced(temporary, bytes, target.old);
    await rename(temporary, target.path);
    await syncFolder(folder);
  } catch (cause) {
    if (temporary !== undefined) await rm(temporary, { force: true });
    throw fileError('write', path, cause);
  }
}

async function writeSynced(path: string, bytes: Uint8Array, old: Stats | undefined): Promise<void> {
  // Never into something that is there already, such as a link that somebody else has put there.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    if (old !== undefined) {
      // Only root may give files away; whoever may not keeps it.
      await file.chown(old.uid, old.gid).catch(() => {});
      await file.chmod(old.mode & 0o777);
    }
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
