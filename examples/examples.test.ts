import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';

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

test('a PC boots a floppy, and reads what is typed', async () => {
  const output = await run('pc-greets.js', 'Ada');
  expect(output).toContain('What is your name? Ada\nHello, Ada\n');
  expect(output).toContain('the guest halted at 0000:7c2f');
});

test('a PCI card of the user in a PC', async () => {
  const output = await run('pc-card.js');
  expect(output).toMatch(/^the card is at port 0xc010$/m);
  expect(output).toMatch(/^100 interrupts in 1\d\d ms; the guest halted at 0000:7c3/m);
});

test('trace what a CPU executes', async () => {
  const lines = (await run('trace.js')).split('\n').map((line) => line.split(/ {2,}/));
  expect(lines.slice(0, 4)).toEqual([
    ['0000:1000', 'b90300', 'mov cx,3', 'rcx=3'],
    ['0000:1003', 'b80100', 'mov ax,1', 'rax=1'],
    ['0000:1006', 'f7e1', 'mul cx', '[PF], rax=3'],
    ['0000:1008', 'e2fc', 'loop 1006h', 'rcx=2'],
  ]);
  expect(lines).toContainEqual(['0000:100a', 'e780', 'out 80h,ax', 'write 6 at port 80']);
  expect(lines).toContainEqual(['0000:100c', '0f0b', 'ud2', 'rsp=7ffa, exception 6, error code none']);
  expect(lines).toContainEqual(['halt']);
});

test('trace an image, up to a number of instructions', async () => {
  const output = await run('trace.js', hello, '0', '12');
  expect(output).toMatch(/^0000:0009 {2}e80100 +call 000Dh +rsp=ffe$/m);
  expect(output).toMatch(/^0000:001b {2}f3ab +rep stosw +rcx=0, rdi=fa0, write at b8000, write at b8002, /m);
  expect(output).toContain('still running after 12 instructions');
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

describe.each(['interp', 'kvm'])('on %s', (accelerator) => {
  beforeEach(async (context) => {
    if (accelerator !== 'kvm') return;
    const { kvm } = await import('@picovm/kvm-native');
    const probe = await kvm().probe();
    if (!probe.available) context.skip(`KVM: ${probe.reason}`);
  });

  test('the pico machine copied and changed', async () => {
    const output = await run('custom-machine.js', accelerator);
    expect(output).toContain('memory  bios  (read-only)');
    expect(output).toContain('0x02f8-0x02ff  port    com2');
    expect(output).toContain('com2: Q');
    expect(output).toContain('the guest halted at f000:0014');
  });

  test.each(['thread', 'worker'])('a machine in a %s', async (where) => {
    const output = await run('in-worker/main.js', where, accelerator);
    expect(output).toContain('com1: hello, guest\n');
    expect(output).toContain('screen: hello, guest\n');
    expect(output).toContain(`${accelerator} in a ${where}: halted: the guest halted at 0000:7c23`);
  });

  test('a guest calls functions of its host', async () => {
    const output = await run('host-call.js', accelerator);
    expect(output).toContain("greet: status 0, printed 'hello, guest'");
    expect(output).toContain("greetLater: status 0, printed 'sorry for the delay, guest'");
    expect(output).toContain("greetNobody: status 2, printed ''");
    expect(output).toContain('calls: 3, failures: 1, bytesIn: 10, bytesOut: 38, pending: 0');
  });

  test('a machine that is saved, and goes on in another one', async () => {
    const output = await run('snapshot.js', hello, accelerator);
    expect(output).toContain('saved after 2200 exits');
    expect(output).toMatch(/'half a greeting' by @picovm\/core \S+: \d+ bytes/);
    const [before, after] = output.split('half a greeting');
    expect(after).toContain(`halted on ${accelerator} after 2401 exits`);
    expect([before.includes(BANNER_ROW), after.includes(BANNER_ROW)]).toEqual([false, true]);
  });

  test('several machines at once', async () => {
    const output = await run('several-vms.js', accelerator);
    for (let i = 0; i < 6; i++) expect(output).toContain(`machine ${i}: halted: I am machine ${i}\n`);
    expect(output).toContain('the others: timeout, aborted');
  });
});

test('long mode set up from outside, on KVM', async (context) => {
  const { kvm } = await import('@picovm/kvm-native');
  const probe = await kvm().probe();
  if (!probe.available) context.skip(`KVM: ${probe.reason}`);
  const output = await run('long-mode.js', 'kvm');
  expect(output).toContain('kvm: the guest halted at 0018:0000000000001012\nscreen: 64\n');
  expect(output).toContain('PTE 0: 0x80000000000b8063 P RW A D XD');
});

test('the tables of long mode where no CPU has it', async () => {
  const output = await run('long-mode.js', 'interp');
  expect(output).toContain('interp: this CPU has no long mode with paging 4-level: it refuses');
  expect(output).toContain('PTE 0: 0x80000000000b8003 P RW XD\n  physical 0xb8002, rw-: vga + 0x2\n');
  expect(output).toContain('not-present, error code 0');
});

test('the README of the host calls', async () => {
  const readme = readFileSync(`${here}../packages/device-hostcall/README.md`, 'utf8');
  const [, code] = /```js\n(.*?)```/s.exec(readme) ?? [];
  expect(await run('--input-type=module', '--eval', code)).toBe('hello, guest\n');
});
