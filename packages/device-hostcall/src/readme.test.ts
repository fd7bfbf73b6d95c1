import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HOST_CALL_STATUS, hostCalls } from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the README has all statuses', () => {
  const rows = [...readme.matchAll(/^\| (\d+) +\| `(\w+)`/gm)].map(([, number, name]) => [name, Number(number)]);
  expect(Object.fromEntries(rows)).toEqual(HOST_CALL_STATUS);
});

it('the README has all options', () => {
  const rows = [...readme.matchAll(/^\| `([a-z]\w+)` +\|/gm)].map(([, name]) => name);
  expect(new Set(rows)).toEqual(new Set(['id', ...Object.keys(hostCalls.manifest.options)]));
});
