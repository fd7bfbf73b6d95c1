import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as everything from './index.ts';
import { i440fx, pciBus } from './index.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const readme = read('../README.md');

it('the README has the card that is tested', () => {
  expect(readme).toContain(read('./test/adder-card.test-util.ts'));
});

it('the README has all options and all functions', () => {
  for (const { manifest } of [pciBus, i440fx]) {
    for (const option of ['id', ...Object.keys(manifest.options)])
      expect(readme).toMatch(new RegExp(`^\\| \`${option}\``, 'm'));
  }
  for (const name of Object.keys(everything)) expect(readme).toContain(`\`${name}(`);
});

it('the README names tests that there are', () => {
  const named = [...readme.matchAll(/`([\w.]+\.test\.ts)`/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(5);
  for (const name of named) expect(read(`./${name}`)).not.toBe('');
});

it('the example of the README does what it says', async () => {
  const [example] = readme.match(/```ts\n(?<code>import \{ Vm \}[^`]*)```/)?.slice(1) ?? [];
  const lines: string[] = [];
  const { Vm } = await import('@picovm/core');
  const { enterRealMode } = await import('@picovm/core/x86');
  const { interp } = await import('@picovm/x86-interp');
  const body = example.replace(/^import .*\n/gm, '');
  const names = ['Vm', 'enterRealMode', 'i440fx', 'pciBus', 'interp', 'console'];
  const run = new Function(...names, `return (async () => {${body}})()`);
  await run(Vm, enterRealMode, i440fx, pciBus, interp, { log: (line: string) => lines.push(line) });
  expect(lines).toEqual(['12378086']);
});
