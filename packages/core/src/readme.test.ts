import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type DeviceFactory, defineDevice, EXIT_REASONS, StateReader } from './index.ts';
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

it('the device of the README works', () => {
  const [, example] =
    /```js\nimport \{ defineDevice, StateReader \} from '@picovm\/core';\n\nexport (.*?)```/s.exec(readme) ?? [];
  const make = new Function('defineDevice', 'StateReader', `${example}; return counter;`);
  const counter: DeviceFactory<{ base?: number; id?: string }> = make(defineDevice, StateReader);
  const [device, twin] = [counter(), counter({ id: 'twin', base: 0x520 })];
  using vm = makeVm(function* () {}, { devices: [device, twin] });
  expect([0x510, 0x510, 0x510, 0x520].map((port) => vm.ports.read(port, 1))).toEqual([0, 1, 2, 0]);
  twin.restore?.(device.snapshot?.() ?? { version: 0 });
  expect(vm.ports.read(0x520, 1)).toBe(3);
  vm.ports.write(0x510, 1, 9);
  expect(vm.ports.read(0x510, 1)).toBe(9);
  vm.reset();
  expect(vm.ports.read(0x520, 1)).toBe(0);
  expect(() => counter({ bsae: 1 } as never)).toThrow("counter has no option 'bsae': it has id, base");
});
