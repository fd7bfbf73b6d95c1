import { existsSync, readFileSync } from 'node:fs';
import { memoryBlocks } from '@picovm/device-disk';
import { renderText } from '@picovm/device-vga';
import { interp } from '@picovm/x86-interp';
import { expect, it } from 'vitest';
import { pc } from './index.ts';
import { machine } from './pc.test-util.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the README has all options', () => {
  const types = readFileSync(new URL('./pc-types.ts', import.meta.url), 'utf8');
  const [options] = types.match(/interface PcOptions \{[\s\S]*?\n\}/) ?? [''];
  const names = [...options.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
  expect(names).toContain('accelerator');
  for (const name of names) expect(readme).toMatch(new RegExp(`^\\| \`${name}\` `, 'm'));
});

it('the README has all devices, by their ids', () => {
  const firmware = new Uint8Array(0x10000);
  for (const { vm } of [machine(), machine({ firmware })]) {
    for (const { id } of vm.devices) if (!['i440fx', 'piix3'].includes(id)) expect(readme).toContain(`\`${id}\``);
    vm.dispose();
  }
});

it('the README names tests that there are', () => {
  const named = [...readme.matchAll(/`([\w-]+\.(?:test|long)\.ts)`(?: \("([^"]+)"\))?/g)];
  expect(named.length).toBeGreaterThan(5);
  for (const [, file, title = ''] of named) {
    const url = new URL(file, import.meta.url);
    expect(existsSync(url), file).toBe(true);
    expect(readFileSync(url, 'utf8')).toContain(title);
  }
});

it('the example of the README prints what it says', async () => {
  const [, code, text] = readme.match(/```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)\n```/) ?? ['', '', ''];
  const printed: string[] = [];
  const log = (value: unknown): void =>
    void printed.push(Array.isArray(value) ? `[ ${value.map((row) => `'${row}'`).join(', ')} ]` : String(value));
  const names = ['memoryBlocks', 'renderText', 'pc', 'interp', 'console'];
  const run = new Function(...names, `return (async () => {${code.replaceAll(/^import .*\n/gm, '')}})()`);
  await run(memoryBlocks, renderText, pc, interp, { log });
  expect(printed.join('\n')).toBe(text);
});
