import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Makes a folder for the files of a test, which removes it. A process that was killed could not: what such ones left behind
 * goes now. The name says whose folder it is.
 */
export function temporaryFolder(prefix: string): string {
  for (const name of readdirSync(dirname(prefix))) {
    const owner = name.startsWith(basename(prefix)) ? /^(\d+)-/.exec(name.slice(basename(prefix).length)) : null;
    if (owner !== null && !runs(Number(owner[1])))
      rmSync(join(dirname(prefix), name), { recursive: true, force: true });
  }
  return mkdtempSync(`${prefix}${process.pid}-`);
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
