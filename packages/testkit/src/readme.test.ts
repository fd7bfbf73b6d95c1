import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
// The example for vitest, whose tests become tests of this file; node-test.test.ts runs the one for node:test.
import '../testdata/doorbell.vitest.js';
import { DEVICE_CASES } from './device/device-cases.ts';

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

// The formatter of an editor may pad the cells of tables.
const readme = textOf('../README.md').replaceAll(/ +\|/g, ' |');

describe('README', () => {
  it('has a row for each case', () => {
    const rows = [...readme.matchAll(/^\| ([a-z][^|`]*) \|/gm)].map(([, what]) => what);
    expect(rows).toEqual(['the device', ...DEVICE_CASES.map(({ name }) => name), 'option']);
  });

  it.each(['doorbell.vitest.js', 'doorbell.node-test.js', 'doorbell.js'])('shows %s, which runs', (file) => {
    expect(textOf('../README.md')).toContain(`\`\`\`js\n${textOf(`../testdata/${file}`)}\`\`\``);
  });
});
