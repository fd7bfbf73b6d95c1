import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dma8237 } from '../dma/dma8237.ts';
import { fwCfg } from '../fw-cfg/fw-cfg.ts';
import { port92 } from '../ports/port92.ts';
import { i8042 } from './i8042.ts';

const src = new URL('../', import.meta.url);
const readme = readFileSync(new URL('../README.md', src), 'utf8');
const sections = readme.split(/^## /m);
const sectionOf = (name: string): string => sections.find((text) => text.split('\n')[0].includes(`\`${name}\``)) ?? '';

it.each([
  ['i8042', i8042],
  ['dma8237', dma8237],
  ['port92', port92],
  ['fwCfg', fwCfg],
] as const)('the README has all options of %s', (name, factory) => {
  const section = sectionOf(name);
  for (const option of ['id', ...Object.keys(factory.manifest.options)]) expect(section).toContain(`\`${option}\``);
});

it.each(['i8042', 'dma8237', 'fwCfg'])('the README names tests of %s that there are', (name) => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
  const named = [...sectionOf(name).matchAll(/`([\w./-]+\.test\.ts)`(?: \("([^"]+)"\))?/g)];
  expect(named.length).toBeGreaterThan(2);
  for (const [, file, title = ''] of named) {
    const path = files.find((each) => `/${each}`.endsWith(`/${file}`)) ?? `no ${file}`;
    expect(files).toContain(path);
    expect(readFileSync(new URL(path, src), 'utf8')).toContain(title);
  }
});
