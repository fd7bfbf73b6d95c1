import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NOTES } from './notes.test-util.ts';
import { report } from './report.test-util.ts';

/** A global set-up of `npm run coverage`: prints the report when all tests have run. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'picovm-coverage-'));
  process.env[NOTES] = folder;
  return () => {
    const { lines, untested } = report(folder);
    rmSync(folder, { recursive: true, force: true });
    console.log(lines.join('\n'));
    if (untested > 0) process.exitCode = 1;
  };
}
