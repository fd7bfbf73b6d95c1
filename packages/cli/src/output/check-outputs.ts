import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { RunSettings } from '../options/run-settings.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Makes sure that no file is written twice, and that none is written over what the run begins with.
 * @param input what is run; a snapshot may be replaced by the next one, and an image by nothing
 * @throws UsageError naming both
 */
export function checkOutputs(input: { path: string; isSnapshot: boolean }, settings: RunSettings): void {
  const { serial, png, snapshotOnStop } = settings;
  const taken = new Map<string, string>();
  const claim = (path: string | undefined, what: string): void => {
    const file = path === undefined ? undefined : identity(path);
    if (file === undefined) return;
    const other = taken.get(file);
    if (other !== undefined) throw new UsageError(`${what}: ${path} is also the file of ${other}: give another one`);
    taken.set(file, what);
  };
  if (!input.isSnapshot) claim(input.path, 'the image');
  claim(snapshotOnStop, '--snapshot-on-stop');
  if (input.isSnapshot && identity(input.path) !== taken.keys().next().value) claim(input.path, 'the snapshot');
  claim(png, '--png');
  claim(serial.to === 'file' ? serial.path : undefined, '--serial');
}

/** Two paths with the same one are the same file. Undefined: what is there is no file, such as a terminal or a pipe. */
function identity(path: string): string | undefined {
  try {
    const info = statSync(path, { throwIfNoEntry: false, bigint: true });
    if (info !== undefined) return info.isFile() ? `${info.dev}:${info.ino}` : undefined;
    return join(realpathSync(dirname(resolve(path))), basename(path));
  } catch {
    // There is no such folder, or it cannot be looked into: whoever writes there says so.
    return resolve(path);
  }
}
