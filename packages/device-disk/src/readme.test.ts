import { readFileSync } from 'node:fs';
import * as core from '@picovm/core';
import * as x86 from '@picovm/core/x86';
import * as interp from '@picovm/x86-interp';
import { expect, it } from 'vitest';
import * as disk from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the README names everything that is exported', () => {
  for (const name of Object.keys(disk).filter((name) => name !== 'BLOCK_SIZE')) expect(readme).toContain(`\`${name}(`);
});

it('the README has all options of the floppy controller', () => {
  const [, section] = /^## Floppy disks$(.*?)^### What it does$/ms.exec(readme) ?? [];
  for (const name of ['id', ...Object.keys(disk.floppy.manifest.options)]) expect(section).toContain(`\`${name}\``);
});

it('the example of the README does what it says', async () => {
  const [, example = ''] = /^import \{ interp \}.*?$(.*?)^```$/ms.exec(readme) ?? [];
  const said: unknown[] = [];
  const names = { ...core, ...x86, ...interp, ...disk, console: { log: (value: unknown) => said.push(value) } };
  const AsyncFunction = (async () => {}).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  await new AsyncFunction(...Object.keys(names), example)(...Object.values(names));
  expect(said).toEqual([true]);
});
