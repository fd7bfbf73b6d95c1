import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { RunSettings } from '../options/run-settings.ts';
import { UsageError } from '../usage-error.ts';

/** The files that a run begins with. */
export interface RunInput {
  /** The image, or the snapshot. */
  readonly path?: string;
  readonly isSnapshot?: boolean;
  /** Further ones, and the options that name them. */
  readonly others?: readonly { readonly option: string; readonly path: string }[];
}

/**
 * Makes sure that no file is written twice, and that none is written over what the run begins with.
 * @param input what is run; a snapshot may be replaced by the next one, and an image by nothing
 * @throws UsageError naming both
 */
export function checkOutputs(input: RunInput, settings: RunSettings): void {
  const { serial, picture, snapshotOnStop } = settings;
  const taken = new Map<string, string>();
  const claim = (path: string | undefined, what: string): void => {
    const file = path === undefined ? undefined : identity(path);
    if (file === undefined) return;
    const other = taken.get(file);
    if (other !== undefined) throw new UsageError(`${what}: ${path} is also the file of ${other}: give another one`);
    taken.set(file, what);
  };
  // One file may be read twice.
  const reads = (path: string, what: string): void => {
    const file = identity(path);
    if (file !== undefined) taken.set(file, what);
  };
  if (!input.isSnapshot) claim(input.path, 'the image');
  for (const { option, path } of input.others ?? []) reads(path, option);
  claim(snapshotOnStop, '--snapshot-on-stop');
  const snapshot = input.isSnapshot && input.path !== undefined ? identity(input.path) : undefined;
  if (snapshot !== undefined && taken.get(snapshot) !== '--snapshot-on-stop') claim(input.path, 'the snapshot');
  if (picture !== undefined) claim(picture.path, picture.option);
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
