import type { BigIntStats } from 'node:fs';
import { VmError } from '@picovm/core';

/** @throws VmError `ERR_INVALID_ARGUMENT` for what has no blocks */
export function checkKind(path: string, stats: BigIntStats): void {
  if (stats.isFile() || stats.isBlockDevice()) return;
  const kind = stats.isDirectory()
    ? 'a directory'
    : stats.isFIFO()
      ? 'a pipe'
      : stats.isSocket()
        ? 'a socket'
        : 'a character device';
  throw new VmError('ERR_INVALID_ARGUMENT', `${path} is ${kind}: a disk is a file or a block device`, { path });
}

/** The same for all paths to one file, and for all nodes of one device. */
export function identityOf(stats: BigIntStats): string {
  return stats.isBlockDevice() ? `device-${stats.rdev}` : `${stats.dev}-${stats.ino}`;
}

/**
 * How large a block device is: `stat` does not tell, so it is found out by trying.
 * @param hasBlock whether there are 512 bytes at a multiple of 512
 */
export function deviceSize(hasBlock: (offset: number) => boolean): number {
  let there = 0;
  let beyond = 1;
  while (beyond < 2 ** 43 && hasBlock((beyond - 1) * 512)) {
    there = beyond;
    beyond *= 2;
  }
  while (beyond - there > 1) {
    const middle = there + Math.floor((beyond - there) / 2);
    if (hasBlock((middle - 1) * 512)) there = middle;
    else beyond = middle;
  }
  return there * 512;
}
