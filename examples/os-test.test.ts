import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// The tests of os-test/vitest run by themselves, like every test here.
const project = fileURLToPath(new URL('os-test/', import.meta.url));

/** Runs a test file with Node's own runner. */
async function nodeTest(file: string): Promise<{ failed: boolean; output: string }> {
  const args = ['--test', '--test-reporter=spec', file];
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return promisify(execFile)(process.execPath, args, { cwd: project, env }).then(
    ({ stdout }) => ({ failed: false, output: stdout }),
    (error) => ({ failed: true, output: `${error.stdout}${error.stderr}` }),
  );
}

test('the tests of an operating system, with node:test', async () => {
  const { failed, output } = await nodeTest('node-test/boot.test.js');
  expect(output).toContain('tiny-os on interp');
  expect(output).toMatch(/pass [36]\n/);
  expect(failed).toBe(false);
});

test('its bug fails a test, which shows the screen and the last exits', async () => {
  const { failed, output } = await nodeTest('node-test/boot.bug.test.js');
  expect(failed).toBe(true);
  for (const line of [
    'the screen must show "count = 10", but the guest halted at 0000:7c60',
    '|tiny-os 1.0. Add up 1 to 10? (y/n) n|',
    '|count = :                           |',
    'eax=0000000a',
    "io write 0x03f8 1 0x3a ':'",
    'halt interruptsEnabled=false',
  ]) {
    expect(output).toContain(line);
  }
});

test('its image is what its source assembles to', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'picovm-os-test-'));
  try {
    const output = join(dir, 'boot.bin');
    const nasm = promisify(execFile)('nasm', ['-Werror', '-f', 'bin', '-o', output, 'boot.asm'], { cwd: project });
    const missing = await nasm
      .then(() => false)
      .catch((error) => {
        if (error.code === 'ENOENT') return true;
        throw error;
      });
    if (missing) context.skip('nasm is not on the PATH: the committed image is used unchecked');
    expect(readFileSync(output).equals(readFileSync(`${project}boot.bin`))).toBe(true);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test("the example in the testkit's README works", () => {
  const readme = readFileSync(new URL('../packages/testkit/README.md', import.meta.url), 'utf8');
  const example = [...readme.matchAll(/```js\n(.*?)```/gs)]
    .map(([, code]) => code)
    .find((code) => code.includes('watchGuest('));
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  // What comes over standard input finds files and packages from the working directory on.
  const args = ['--input-type=module', '-'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: project, env, input: example, encoding: 'utf8' });
  expect(stdout).toMatch(/pass 1\n/);
  expect(status).toBe(0);
});
