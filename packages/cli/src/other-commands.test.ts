import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { picovm } from './cli-process.test-util.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

test('map prints the machine that the flags would build', async () => {
  const { status, stdout } = await picovm(['map', '--memory', '16M', '--accel', 'interp']);
  expect(status).toBe(0);
  expect(stdout).toContain('0x00000000-0x0009ffff  memory  ram');
  expect(stdout).toContain('0x000b8000-0x000bffff  mmio    vga');
  expect(stdout).toContain('0x00100000-0x00ffffff  memory  high-ram');
  expect(stdout).toContain('0x00e9-0x00e9  port');
  expect(stdout).toContain('0x03f8-0x03ff  port    com1');
});

test('map --json', async () => {
  const entries = JSON.parse((await picovm(['map', '--memory', '4K', '--accel', 'interp', '--json'])).stdout);
  expect(entries[0]).toEqual({ space: 'memory', base: 0, length: 4096, owner: 'ram', label: '' });
});

test('doctor names every accelerator, and what auto picks', async () => {
  const { status, stdout } = await picovm(['doctor']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^kvm +(can run here|cannot run here: .+)/m);
  expect(stdout).toMatch(/^interp +can run here: real, protected mode/m);
  expect(stdout).toMatch(/^auto +picks (kvm|interp) \(.+\)$/m);
  const json = JSON.parse((await picovm(['doctor', '--json'])).stdout);
  const lacks = json.accelerators.flatMap((one: { lacks?: string[] }) => one.lacks ?? []);
  if (lacks.length > 0) expect(stdout).toMatch(new RegExp(`^ +lacks ${lacks.join(', ')}$`, 'm'));
  expect(json.accelerators.map(({ name }: { name: string }) => name)).toEqual(['kvm', 'interp']);
});

test('help and version', async () => {
  expect((await picovm(['--help'])).stdout).toContain('usage: picovm COMMAND');
  expect((await picovm(['run', '--help'])).stdout).toContain('--max-exits N');
  expect((await picovm(['--version'])).stdout).toBe(`${version}\n`);
});
