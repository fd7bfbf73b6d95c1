import { type FileHandle, open } from 'node:fs/promises';
import { checkSize, checkVersion, decodeSnapshot } from '../snapshot/decode.ts';
import { PREFIX_BYTES } from '../snapshot/file-layout.ts';
import { headerEnd, readSnapshotHeader, type SnapshotHeader } from '../snapshot/header.ts';
import type { VmSnapshot } from '../snapshot/vm-snapshot.ts';
import { fileError, withPath } from './errors.ts';

/**
 * Reads a snapshot from a file. The rest of the file is only read if its beginning is right and it has the size that it
 * should have: a file of any other kind and size costs nothing.
 * @throws VmError as `decodeSnapshot`; an Error with the `code` of the operating system (`ENOENT`, `EACCES`). All name
 *   the path.
 */
export async function readSnapshotFile(path: string): Promise<VmSnapshot> {
  return withFile(path, async (file) => {
    const [header, bytes] = await readHeader(file);
    checkVersion(header);
    checkSize((await file.stat()).size, header);
    return decodeSnapshot(await readTo(file, bytes, header.size));
  });
}

/**
 * Reads the header of a snapshot file, of a newer version too, and nothing else of it.
 * @throws as {@link readSnapshotFile}, but never `ERR_SNAPSHOT_VERSION`
 */
export async function readSnapshotFileHeader(path: string): Promise<SnapshotHeader> {
  return withFile(path, async (file) => (await readHeader(file))[0]);
}

async function readHeader(file: FileHandle): Promise<[header: SnapshotHeader, bytes: Uint8Array]> {
  const prefix = await readTo(file, new Uint8Array(), PREFIX_BYTES);
  const bytes = await readTo(file, prefix, headerEnd(prefix));
  return [readSnapshotHeader(bytes), bytes];
}

// The beginning of the file up to `end`, of which `start` is there already; shorter if the file is.
async function readTo(file: FileHandle, start: Uint8Array, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end);
  bytes.set(start);
  let at = start.length;
  while (at < end) {
    const { bytesRead } = await file.read(bytes, at, end - at, at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}

async function withFile<T>(path: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw fileError('read', path, cause);
  }
  try {
    return await withPath(path, () => read(file));
  } catch (cause) {
    throw fileError('read', path, cause);
  } finally {
    await file.close();
  }
}
