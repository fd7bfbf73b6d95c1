import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EXIT_REASONS } from './index.ts';
import { makeVm } from './vm/make-vm.test-util.ts';

// The formatter pads the cells of tables.
const unpad = (text: string): string => text.replaceAll(/ +/g, ' ');
const readme = unpad(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));

it('the README has the exit table of a fresh VM', () => {
  using vm = makeVm(function* () {});
  const rows = vm.exits.table().map(({ reason, description, handlers }) => {
    const number = EXIT_REASONS[reason].kvm ?? '';
    return unpad(`| \`${reason}\` | ${description} | ${number} | ${handlers.join(', ')} |`);
  });
  expect(readme).toContain(rows.join('\n'));
});

it('the README has the error codes of the sources', () => {
  const source = readFileSync(new URL('./errors.ts', import.meta.url), 'utf8');
  const rows = [...source.matchAll(/^ \* (\| `ERR_.*)$/gm)].map(([, row]) => row);
  const codes = [...source.matchAll(/^ {2}\| '(ERR_\w+)'/gm)].map(([, code]) => code);
  expect(rows.length).toBe(codes.length);
  expect(readme).toContain(rows.join('\n'));
  for (const code of codes) expect(readme).toContain(`| \`${code}\` |`);
});
