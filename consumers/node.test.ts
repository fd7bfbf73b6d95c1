import { expect, test } from 'vitest';
import { emptyProject, HELLO_ROW, helloImage, program } from './harness/index.ts';

test.each(['npm', 'pnpm'] as const)('plain JavaScript, installed with %s: the hello kernel', async (manager) => {
  await using project = await emptyProject({
    manager,
    packages: ['@picovm/core', '@picovm/x86-interp', '@picovm/device-vga'],
    files: { 'hello.bin': helloImage, 'hello.js': program('hello.js') },
  });
  const output = await project.node('hello.js');
  expect(output).toContain(HELLO_ROW);
  expect(output).toContain('halted');
});
