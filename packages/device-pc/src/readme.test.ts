import { readFileSync } from 'node:fs';
import { VirtualClock, Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { interp } from '@picovm/x86-interp';
import { expect, it, vi } from 'vitest';
import { ioApic, localApic, pic8259, pit8254, rtc } from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the example of the README works', async () => {
  const [, code] = /## Example.*?```ts\n(.*?)```/s.exec(readme) ?? [];
  // As JavaScript, and with what it imports as arguments.
  const body = code.replaceAll(/^import .*$/gm, '').replaceAll('/g)!', '/g)');
  const [, expected] = /console\.log\(.*?\); \/\/ (.*)/.exec(body) ?? [];
  const given = { VirtualClock, Vm, enterRealMode, pic8259, pit8254, rtc, interp, console: { log: vi.fn() } };
  await new Function(...Object.keys(given), `return (async () => {${body}})()`)(...Object.values(given));
  expect(given.console.log.mock.calls).toEqual([[expected]]);
});

it.each([pic8259, pit8254, rtc])('the README has all options, ports and counters of %o', ({ manifest }) => {
  const [section] = new RegExp(`^## [^\n]*\`${manifest.type}\`.*?(?=^## |(?![^]))`, 'ms').exec(readme) ?? [];
  for (const option of ['id', ...Object.keys(manifest.options)]) expect(section).toContain(`| \`${option}\` `);
  for (const { base } of manifest.ranges) expect(section).toContain(`${(base as number).toString(16).toUpperCase()}h`);
});

it('the APICs’ example works, and the README has all their options and counters', () => {
  const [section] = /^## The APICs.*?(?=^## )/ms.exec(readme) ?? [];
  const [, code] = /```ts\n(.*?)```/s.exec(section ?? '') ?? [];
  const [, expected] = /console\.log\(.*?\); \/\/ (.*)/.exec(code) ?? [];
  const given = { Vm, ioApic, localApic, pic8259, pit8254, interp, console: { log: vi.fn() } };
  new Function(...Object.keys(given), code.replaceAll(/^import .*$/gm, ''))(...Object.values(given));
  expect(given.console.log.mock.calls).toEqual([[expected]]);
  for (const { manifest } of [localApic, ioApic]) {
    for (const option of ['id', ...Object.keys(manifest.options)]) expect(section).toContain(`| \`${option}\` `);
  }
  const apic = localApic();
  const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 4096 }], devices: [ioApic({ apic }), apic] });
  for (const { metrics } of Object.values(vm.counters().devices)) {
    for (const name of Object.keys(metrics)) expect(section).toContain(`| \`${name}\` `);
  }
  vm.dispose();
});
