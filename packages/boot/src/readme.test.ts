import { readFileSync } from 'node:fs';
import { Vm } from '@picovm/core';
import { interp } from '@picovm/x86-interp';
import { expect, it } from 'vitest';
import * as loaders from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the example of the README works', async () => {
  const [, example] = /```js\n(?:import [^\n]*\n)+\n(.*?)```/s.exec(readme) ?? [];
  const lines: string[] = [];
  const names = { Vm, interp, ...loaders, console: { log: (...texts: unknown[]) => lines.push(texts.join(' ')) } };
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
  await new AsyncFunction(...Object.keys(names), example)(...Object.values(names));
  expect(lines[0]).toContain('multiboot, protected mode at 0x00100020');
  expect(lines[1]).toBe('halted h');
});

it('the README names everything that is exported', () => {
  for (const name of Object.keys(loaders)) expect(readme).toContain(`\`${name}`);
});
