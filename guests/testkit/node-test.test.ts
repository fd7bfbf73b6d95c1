import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { acceleratorCases } from '@picovm/testkit';
import { expect, test } from 'vitest';

test('testAccelerator works in node:test, skips included', async () => {
  const file = fileURLToPath(new URL('kit.node-test.mjs', import.meta.url));
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], { env });
  const count = acceleratorCases().length;
  expect(stdout).toContain(`# pass ${count - 1}\n`);
  expect(stdout).toContain('# fail 0\n');
  expect(stdout).toContain(`# skipped ${count + 1}\n`);
  expect(stdout).toContain('interp: runs to HLT # SKIP to see how a skipped test looks');
  expect(stdout).toContain('none: runs to HLT # SKIP interp cannot run here: there is none here');
});
