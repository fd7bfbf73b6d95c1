import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const hello = fileURLToPath(new URL('../guests/hello.bin', import.meta.url));
const helloBoot = fileURLToPath(new URL('../guests/hello-boot.bin', import.meta.url));
const BANNER_ROW = '|  _  |  __/ | | (_) |   \\ V  V / (_) | |  | | (_| |_|';

async function run(example: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [example, ...args], { cwd: here });
  return stdout;
}

test('boot an image in under 15 lines', async () => {
  const code = readFileSync(`${here}boot-image.js`, 'utf8').split('\n');
  expect(code.filter((line) => line !== '' && !line.startsWith('//')).length).toBeLessThan(15);
  const output = await run('boot-image.js', hello, '0');
  expect(output).toContain(BANNER_ROW);
  expect(output).toContain('the guest halted at 0000:000d');
});

test('compose a VM by hand', async () => {
  const output = await run('compose-by-hand.js');
  expect(output).toContain('0x000b8000-0x000bffff  mmio    vga');
  expect(output).toContain('debug console: B');
  expect(output).toContain('screen: A');
  expect(output).toContain('halted after 3 exits');
});

test('a port device of the user in one file', async () => {
  const output = await run('own-device.js');
  expect(output).toContain('al = 42');
  expect(output).toContain('the device was read 3 times');
});

test('override one exit handler', async () => {
  const output = await run('answer-cpuid.js', 'interp');
  expect(output).toContain("interp: vendor 'PicoVM says!'");
  expect(output).toContain('ourVendor');
});

test('override one exit handler, on KVM', async (context) => {
  const { kvm } = await import('@picovm/kvm-native');
  const probe = await kvm().probe();
  if (!probe.available) context.skip(`KVM: ${probe.reason}`);
  expect(await run('answer-cpuid.js', 'kvm')).toContain("kvm: vendor 'PicoVM says!'");
});

test.each([
  ['hello', hello, '0'],
  ['hello-boot', helloBoot, '0x7c00'],
])('compare accelerators: %s', async (_name, image, load) => {
  const output = await run('compare-accelerators.js', image, load);
  expect(output).toContain('interp: halted');
  expect(output).toContain('the same screen on');
  expect(output).toContain(BANNER_ROW);
});
