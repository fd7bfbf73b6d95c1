import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'picovm-tests-';

/**
 * A global set-up of vitest: all temporary files of a run are in one folder, also those of the processes that tests start,
 * because that is where their temporary files go. Whatever ends the run, nothing is left for good: it deletes its folder,
 * and before that, those of earlier runs that were killed.
 */
export default function setup() {
  // Each project calls it that inherits it.
  if (process.env.PICOVM_TEST_FOLDER) return undefined;
  sweep(tmpdir());
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const before = { ...process.env };
  // On Windows, TEMP or TMP is asked; elsewhere TMPDIR.
  for (const name of ['TMPDIR', 'TEMP', 'TMP', 'PICOVM_TEST_FOLDER']) process.env[name] = folder;
  return () => {
    for (const name of ['TMPDIR', 'TEMP', 'TMP', 'PICOVM_TEST_FOLDER']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
}

/** Deletes what runs have left that are no more. @param {string} parent */
function sweep(parent) {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // It is somebody else's.
    }
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
