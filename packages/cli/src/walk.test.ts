import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSnapshotFile, writeSnapshotFile } from '@picovm/core/node';
import { kvm } from '@picovm/kvm-native';
import { beforeAll, describe, expect, test } from 'vitest';
import { guestFile, HELLO, picovm, temporaryFolder } from './cli-process.test-util.ts';

const modes = fileURLToPath(new URL('../../../guests/modes', import.meta.url));
const PAGED = join(modes, 'paged-switch.bin');
const PAE = join(modes, 'pae-switch.bin');
const LONG = join(modes, 'long-switch.bin');
const INTERP = ['--accel', 'interp'];
const AT = ['--load', '0x1000'];

describe('every level, and what is behind', () => {
  test('PAE paging', async () => {
    const { status, stdout, stderr } = await picovm(['walk', PAE, ...AT, ...INTERP, '--address', '0xd0000123']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^machine {3}the guest halted at 0008:[0-9a-f]{8}$/m);
    expect(stdout.split('\n').slice(1)).toEqual([
      'paging    PAE paging, three levels',
      '          cr0=e0000011 cr3=00010000 cr4=00000020 efer=00000000',
      '',
      'linear    0xd0000123',
      '          = PDPTE 3, PDE 128, PTE 0, offset 0x123',
      'PDPTE     table 0x00010000 [3] at 0x00010018: 0x0000000000013001  P',
      'PDE       table 0x00013000 [128] at 0x00013400: 0x0000000000014023  P RW A',
      'PTE       table 0x00014000 [0] at 0x00014000: 0x00000000000b8063  P RW A D',
      'page      4 KiB at 0x000b8000',
      'rights    supervisor rwx, user ---',
      'physical  0x000b8123',
      'behind it device vga + 0x123: each access leaves the guest',
      '',
    ]);
  });

  test('large pages, memory, and several addresses', async () => {
    const addresses = ['--address', '0xc0001000', '--address', '0xc03ffffc', '--address', '4096'];
    const { stdout } = await picovm(['walk', PAGED, ...AT, ...INTERP, ...addresses]);
    expect(stdout).toContain('PDE       table 0x00010000 [768] at 0x00010c00: 0x000000a3  P RW A PS');
    expect(stdout).toContain('page      4 MiB at 0x00000000');
    expect(stdout).toContain('behind it memory slot 0 (ram) + 0x1000, in the host at arena + 0x1000');
    expect(stdout).toContain('behind it nothing: each access leaves the guest, and nobody answers');
    expect(stdout).toContain('PTE       table 0x00011000 [1] at 0x00011004: 0x00001023  P RW A');
  });

  test('long mode, on KVM', async (context) => {
    const probe = await kvm().probe();
    if (!probe.available) context.skip(`KVM: ${probe.reason}`);
    const args = ['--accel', 'kvm', '--address', '0xffffffff800b8000', '--address', '0x0000800000000000'];
    const { status, stdout } = await picovm(['walk', LONG, ...AT, ...args]);
    expect(status).toBe(0);
    expect(stdout).toContain('= PML4E 511, PDPTE 510, PDE 0, PTE 184, offset 0x0');
    expect(stdout).toContain('PML4E     table 0x00010000 [511] at 0x00010ff8: 0x0000000000016023  P RW A');
    expect(stdout).toContain('fault     no page fault, but #GP or #SS: the address is not canonical');
  });

  test('faults, with the error code of the access', async () => {
    const walk = async (...args: string[]): Promise<string> =>
      (await picovm(['walk', PAE, ...AT, ...INTERP, ...args])).stdout;
    expect(await walk('--address', '0x200000')).toContain('fault     page fault: not present (error code 0x0)');
    const write = await walk('--address', '0xd0000000', '--access', 'write', '--user');
    expect(write).toContain('fault     page fault: the access is not allowed (error code 0x7)');
    expect(write).toContain('rights    supervisor rwx, user ---');
  });

  test('without an address, of the instruction that the CPU is at', async () => {
    const { stdout } = await picovm(['walk', HELLO, ...INTERP, '--load', '0', '--memory', '4K']);
    expect(stdout).toContain('paging    no paging: linear addresses are physical');
    expect(stdout).toContain('linear    0x0000000d');
    expect(stdout).toContain('behind it memory slot 0 (ram) + 0xd');
  });

  test('--all: what is mapped, and the second level', async () => {
    const { stdout } = await picovm(['walk', PAE, ...AT, ...INTERP, '--all', '--memory', '2M']);
    expect(stdout.split('\n').slice(4)).toEqual([
      'mapped: linear, physical, size of pages, rights of supervisor and user, what it begins in',
      '  0x00000000-0x0000ffff  0x00000000-0x0000ffff  4 KiB  rwx ---  slot 0',
      '  0xc0000000-0xc01fffff  0x00000000-0x001fffff  2 MiB  rwx ---  slot 0',
      '  0xd0000000-0xd0000fff  0x000b8000-0x000b8fff  4 KiB  rwx ---  device vga',
      '',
      'memory slots: guest-physical addresses, and where they are in the host',
      '   0  0x00000000-0x0009ffff  arena + 0x00000000  ram',
      '   1  0x00100000-0x001fffff  arena + 0x000a0000  high-ram',
      '',
    ]);
  });

  test('--json', async () => {
    const { stdout } = await picovm(['walk', PAE, ...AT, ...INTERP, '--address', '0xd0000000', '--all', '--json']);
    const { mode, registers, walks, mappings, slots } = JSON.parse(stdout);
    expect([mode, registers.cr3]).toEqual(['pae', '0x10000']);
    expect(walks).toHaveLength(1);
    expect(walks[0]).toMatchObject({
      linear: '0xd0000000',
      physical: 0xb8000,
      backing: { kind: 'mmio', owner: 'vga' },
    });
    expect(walks[0].entries[2]).toMatchObject({ name: 'PTE', value: '0xb8063', flags: ['P', 'RW', 'A', 'D'] });
    expect(mappings.ranges).toHaveLength(3);
    expect(slots).toEqual([{ slot: 0, base: 0, size: 0xa0000, name: 'ram', readonly: false, arenaOffset: 0 }]);
  });
});

describe('how the guest ends', () => {
  test('a guest that never does is looked at when a limit is reached', async () => {
    const spin = guestFile(0x40, 0xeb, 0xfd); // inc ax / jmp $-1
    const { status, stdout } = await picovm(['walk', spin, ...INTERP, '--timeout', '100ms']);
    expect(status).toBe(0);
    expect(stdout).toContain('linear    0x0000000');
    const writes = guestFile(0xe6, 0x80, 0xeb, 0xfc); // out 0x80,al / jmp $-2
    expect((await picovm(['walk', writes, ...INTERP, '--max-exits', '3'])).status).toBe(0);
  });

  test('one that failed is shown all the same, with status 2', async () => {
    const lidt = guestFile(0x2e, 0x0f, 0x01, 0x1e, 0x20, 0x00, 0xcc, ...Array(40).fill(0)); // lidt [cs:0x20] / int3
    const { status, stdout, stderr } = await picovm(['walk', lidt, ...INTERP]);
    expect(status).toBe(2);
    expect(stdout).toContain('paging    no paging');
    expect(stderr).toMatch(/^picovm: the guest failed at .*triple fault\n$/);
  });
});

describe('snapshots', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'paged.snapshot');
  beforeAll(async () => {
    await picovm(['run', PAGED, ...AT, ...INTERP, '--screen', 'none', '--serial', 'none', '--snapshot-on-stop', path]);
  });

  test('the same walk as of the guest that it was taken of', async () => {
    const args = ['--address', '0xd0000008', '--address', '0xc0001000', '--all'];
    const guest = await picovm(['walk', PAGED, ...AT, ...INTERP, ...args]);
    const snapshot = await picovm(['walk', '--snapshot', path, ...args]);
    expect({ ...snapshot, stdout: snapshot.stdout.split('\n').slice(1) }).toEqual({
      ...guest,
      stdout: guest.stdout.split('\n').slice(1),
    });
    expect(snapshot.stdout).toContain(`machine   the snapshot ${path}, of a guest on interp\n`);
  });

  test('nothing that it names is imported, and nothing in it moves the cursor', async () => {
    const foreign = join(folder, 'foreign.snapshot');
    const snapshot = await readSnapshotFile(path);
    const { machine } = snapshot;
    const picture = machine.ranges.map((range) => ({ ...range, owner: `${range.owner}\u001b[2J` }));
    const devices = machine.devices.map((device) => ({ ...device, id: `${device.id}\u001b[2J` }));
    const states = Object.fromEntries(Object.entries(snapshot.devices).map(([id, state]) => [`${id}\u001b[2J`, state]));
    const memory = machine.memory.map((region) => ({ ...region, name: '\u001b[31mram' }));
    const changed = { ...snapshot, devices: states, machine: { ...machine, ranges: picture, devices, memory } };
    await writeSnapshotFile(foreign, changed);
    const { status, stdout } = await picovm(['walk', '--snapshot', foreign, '--address', '0xd0000000', '--all']);
    expect(status).toBe(0);
    expect(stdout).toContain('device vga [2J');
    expect(stdout).not.toContain('\u001b');
  });

  test('a file that is none', async () => {
    const bad = join(folder, 'bad');
    writeFileSync(bad, 'PVM');
    const { status, stderr } = await picovm(['walk', '--snapshot', bad]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^picovm: .*bad.*\n$/);
    expect((await picovm(['walk', '--snapshot', join(folder, 'none')])).stderr).toContain('none: no such file');
  });
});

test.each<[string, string[], string]>([
  ['no image', [], 'walk needs a guest image, or --snapshot FILE'],
  ['two images', [HELLO, HELLO], 'walk takes one image'],
  ['no such file', ['no-such.bin'], 'no-such.bin: no such file'],
  ['an image and a snapshot', [HELLO, '--snapshot', 'x'], 'walk takes an image or --snapshot, but got'],
  ['a limit for a snapshot', ['--snapshot', 'x', '--timeout', '5s'], '--timeout cannot be given with --snapshot'],
  ['memory for a snapshot', ['--snapshot', 'x', '--memory', '4K'], '--memory cannot be given with --snapshot'],
  ['an unreadable address', [HELLO, '--address', 'c000h'], "--address: 'c000h' is no address"],
  ['a negative address', [HELLO, '--address=-1'], "--address: '-1' is no address"],
  ['an address of more than 64 bits', [HELLO, '--address', '0x10000000000000000'], 'has more than 64 bits'],
  [
    'one of more than 32 bits, in real mode',
    [HELLO, ...INTERP, '--load', '0', '--address', '0x100000000'],
    '--address: 0x100000000 has more than 32 bits, and the guest is not in long mode: the guest halted at 0000:000d',
  ],
  ['an unknown access', [HELLO, '--access', 'look'], "--access: unknown 'look': it is one of read, write, execute"],
  ['a level without an access', [HELLO, '--user'], '--user: say of which access, with --access'],
  ['too many address bits', [HELLO, '--physical-bits', '64'], '--physical-bits: a CPU has 32 to 52 of them, not 64'],
  ['an option of run', [HELLO, '--screen', 'none'], 'unknown option --screen'],
])('%s: one message, status 1', async (_name, args, message) => {
  const { status, stdout, stderr } = await picovm(['walk', ...args]);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
});

test('help', async () => {
  const { stdout } = await picovm(['walk', '--help']);
  expect(stdout).toContain('usage: picovm walk IMAGE|--snapshot FILE [OPTIONS]');
  expect(stdout).toContain('--physical-bits N');
  expect(stdout).not.toContain('--screen');
  expect((await picovm(['--help'])).stdout).toMatch(/^ {2}walk +run a guest/m);
});
