import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, expect, it } from 'vitest';
import { needBuild } from './test/forms.test-util.ts';
import { temporaryFolder } from './test/temporary-folder.test-util.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

beforeEach(needBuild);

it.each(['in this thread', 'in a worker, with one line changed'])(
  'the example of the README works %s',
  async (form) => {
    // Inside of the package, which finds itself and its devices by their names.
    const folder = temporaryFolder(fileURLToPath(new URL('../dist/.readme-', import.meta.url)));
    try {
      for (const [, name, code] of readme.matchAll(/```js\n\/\/ ([a-z-]+\.js)\n(.*?)```/gs)) {
        const line = /^const machine = await inThread.*\n\/\/ (const machine = .*)$/m;
        writeFileSync(join(folder, name), form === 'in this thread' ? code : code.replace(line, '$1'));
      }
      expect(readFileSync(join(folder, 'main.js'), 'utf8')).toMatch(
        form === 'in this thread' ? /inThread\(/ : /^const machine = await inWorker\(/m,
      );
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.js')]);
      expect(stdout).toBe('A\nthe guest halted at 0000:0007\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
