import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from './test/temporary-folder.test-util.ts';

it('the tests leave no folder behind for long, even if they are killed', () => {
  const parent = mkdtempSync(join(tmpdir(), 'picovm-sweep-'));
  try {
    const { pid: dead } = spawnSync(process.execPath, ['--version']);
    const folder = (owner: string): string => join(parent, `mine-${owner}-abc`);
    for (const owner of [`${dead}`, `${process.pid}`, 'x']) mkdirSync(folder(owner));
    const made = temporaryFolder(join(parent, 'mine-'));
    expect([made, folder(`${process.pid}`), folder('x'), folder(`${dead}`)].map(existsSync)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  } finally {
    rmSync(parent, { recursive: true });
  }
});
