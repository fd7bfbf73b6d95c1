import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { readSnapshotFile, writeSnapshotFile } from '@picovm/core/node';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import { beforeAll, describe, expect, test } from 'vitest';
import { guestFile, HELLO, picovm, temporaryFolder } from './cli-process.test-util.ts';
import { DeviceProject, LAMP } from './device-project.test-util.ts';
import { loadImage, pico } from './index.ts';

const folder = temporaryFolder();
const HELLO_RUN = ['run', HELLO, '--load', '0', '--memory', '4K'];
const INTERP = ['--accel', 'interp'];
// mov al,'R' / out 0xe9,al / inc ax / jmp $-1
const SPIN = [0xb0, 0x52, 0xe6, 0xe9, 0x40, 0xeb, 0xfd];
const TRIPLE_FAULT = [0x2e, 0x0f, 0x01, 0x1e, 0x20, 0x00, 0xcc, ...Array(40).fill(0)];

function goesOn(path: string, what = 'a snapshot'): string {
  return `picovm: ${what} is in ${path}: 'picovm resume ${path}' goes on\n`;
}

describe('a run that goes on in another process', () => {
  test.for([
    { from: 'interp', to: 'interp', exits: 700 },
    { from: 'interp', to: 'kvm', exits: 1500 },
    { from: 'kvm', to: 'interp', exits: 2100 },
    { from: 'kvm', to: 'kvm', exits: 3 },
  ])('from $from to $to: the same screen, registers and counters', async ({ from, to, exits }, context) => {
    const probe = await kvm().probe();
    if (!probe.available && [from, to].includes('kvm')) context.skip(`KVM: ${probe.reason}`);
    const path = join(folder, `${from}-${to}.snapshot`);
    const args = ['--accel', from, '--max-exits', String(exits), '--snapshot-on-stop', path, '--screen', 'none'];
    const first = await picovm([...HELLO_RUN, ...args]);
    expect(first).toMatchObject({ status: 124, stdout: '' });
    expect(first.stderr.endsWith(goesOn(path))).toBe(true);
    const resumed = JSON.parse((await picovm(['resume', path, '--accel', to, '--json'])).stdout);
    const whole = JSON.parse((await picovm([...HELLO_RUN, '--accel', to, '--json'])).stdout);
    expect(resumed.screen).toEqual(whole.screen);
    expect(resumed.registers).toEqual(whole.registers);
    expect(resumed.counters.devices).toEqual(whole.counters.devices);
    expect(resumed.counters.totalExits).toBe(whole.counters.totalExits);
  });

  test('without --accel, on the accelerator that it was taken on', async () => {
    const path = join(folder, 'interp.snapshot');
    await picovm([...HELLO_RUN, ...INTERP, '--max-exits', '100', '--snapshot-on-stop', path]);
    expect(JSON.parse((await picovm(['resume', path, '--json'])).stdout)).toMatchObject({ accelerator: 'interp' });
  });

  test('with the processor that it had', async () => {
    const path = join(folder, 'old.snapshot');
    // nop; 9 times out 0x80, al; push sp; pop ax; sub ax, sp; add al, '0'; out 0xe9, al; hlt
    const image = guestFile(
      ...Array(9).fill([0xe6, 0x80]).flat(),
      0x54,
      0x58,
      0x29,
      0xe0,
      0x04,
      0x30,
      0xe6,
      0xe9,
      0xf4,
    );
    const options = ['--screen', 'none', '--json'];
    const whole = async (cpu: string): Promise<string> =>
      JSON.parse((await picovm(['run', image, '--cpu', cpu, ...options])).stdout).serial;
    // The oldest processors push SP as it is then: 2 less.
    expect([await whole('8086'), await whole('pentium3+sse2')]).toEqual(['.', '0']);
    await picovm(['run', image, '--cpu', '8086', '--max-exits', '5', '--snapshot-on-stop', path, ...options]);
    expect((await readSnapshotFile(path)).machine.cpu.model).toBe('8086');
    expect(JSON.parse((await picovm(['resume', path, ...options])).stdout).serial).toBe('.');
    const refused = await picovm(['resume', path, '--cpu', '486']);
    expect(refused.stderr).toBe('picovm: --cpu cannot be given to resume: the machine is as the snapshot says\n');
    const snapshot = await readSnapshotFile(path);
    const cpu = { ...snapshot.machine.cpu, model: '80\u001b87' };
    await writeSnapshotFile(path, { ...snapshot, machine: { ...snapshot.machine, cpu } });
    const { status, stderr } = await picovm(['resume', path]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/old\.snapshot: there is no CPU model 80 87: they are 8086, /),
    ]);
  });

  test('limits count from where it goes on, and it can be stopped once more, into the same file', async () => {
    const path = join(folder, 'again.snapshot');
    const options = ['--max-exits', '1000', '--snapshot-on-stop', path, '--screen', 'none', '--json'];
    await picovm([...HELLO_RUN, ...INTERP, ...options]);
    const second = await picovm(['resume', path, ...options]);
    expect(second.status).toBe(124);
    expect(JSON.parse(second.stdout).counters.totalExits).toBe(2000);
    expect((await picovm(['resume', path])).status).toBe(0);
  });

  test('devices are made again with their options, and keep their state and counters', async () => {
    const project = new DeviceProject();
    project.install('picovm-device-lamp', LAMP);
    project.write('rom.bin', 'R');
    // mov dx,0x510 / mov al,7 / out dx,al / out 0x80,al / in al,dx / add al,'0' / out 0xe9,al / inc dx / in al,dx / out 0xe9,al / hlt
    const code = [
      0xba, 0x10, 0x05, 0xb0, 7, 0xee, 0xe6, 0x80, 0xec, 0x04, 0x30, 0xe6, 0xe9, 0x42, 0xec, 0xe6, 0xe9, 0xf4,
    ];
    project.write('guest.bin', Uint8Array.from(code));
    const device = 'picovm-device-lamp#lamp,id=desk,colour=green,dim,rom=rom.bin';
    const options = ['--screen', 'none', '--max-exits', '2', '--snapshot-on-stop', 'lamp.snapshot'];
    const first = await picovm(['run', 'guest.bin', ...INTERP, '--device', device, ...options], { cwd: project.path });
    expect(first.status).toBe(124);
    expect(first.stderr).toContain(`'picovm resume lamp.snapshot --device picovm-device-lamp#lamp' goes on`);
    // The snapshot has what was in the file.
    rmSync(join(project.path, 'rom.bin'));
    const again = ['resume', 'lamp.snapshot', '--device', 'picovm-device-lamp#lamp', '--json'];
    const { stdout, stderr } = await picovm(again, { cwd: project.path });
    expect(stderr).toBe('picovm: lamp.snapshot: it has a device of picovm-device-lamp, which is imported\n');
    const { result, serial, counters } = JSON.parse(stdout);
    expect([result, serial]).toEqual(['halted', '7R']);
    expect(counters.devices.desk).toEqual({ reads: 2, writes: 1, metrics: { changes: 1 } });
    const elsewhere = await picovm(['resume', join(project.path, 'lamp.snapshot'), '--allow-devices'], { cwd: folder });
    expect(elsewhere.status).toBe(1);
    expect(elsewhere.stderr).toMatch(
      /lamp\.snapshot: its --device picovm-device-lamp#lamp: it is neither built in .+ nor an installed package/,
    );
  });
});

describe('--snapshot-on-stop, however the run ends', () => {
  test('a guest that ended stays so: what it left is shown again, and nothing is run', async () => {
    const path = join(folder, 'ended.snapshot');
    const options = ['--memory', '4K', '--screen', 'none', '--registers', '--dump', '0:16'];
    const args = ['run', guestFile(0xb8, 0x34, 0x12, 0xf4), ...INTERP, ...options]; // mov ax,0x1234 / hlt
    const first = await picovm([...args, '--snapshot-on-stop', path]);
    expect(first.stderr).toBe(
      `picovm: a snapshot is in ${path}: 'picovm resume ${path}' shows the guest that has ended\n`,
    );
    const again = await picovm(['resume', path, ...options.slice(2)]);
    expect(again).toEqual({
      status: 0,
      stdout: first.stdout,
      stderr: `picovm: ${path}: it does not go on, because the guest had ended: the guest halted at 0000:0004\n`,
    });
    expect(JSON.parse((await picovm(['resume', path, '--json'])).stdout)).toMatchObject({
      result: 'halted',
      status: 0,
    });
  });

  test.each<[string, number[], string[], number, string]>([
    ['--timeout', SPIN, ['--timeout', '100ms'], 124, 'a snapshot'],
    ['a failure of the guest', TRIPLE_FAULT, [], 2, 'a snapshot of the guest that failed'],
  ])('%s', async (_name, code, options, status, what) => {
    const path = join(temporaryFolder(), 'stop.snapshot');
    const result = await picovm(['run', guestFile(...code), ...INTERP, ...options, '--snapshot-on-stop', path]);
    expect(result.status).toBe(status);
    expect(result.stderr.endsWith(goesOn(path, what))).toBe(true);
    expect(await readSnapshotFile(path)).toMatchObject({ machine: { accelerator: 'interp' } });
  });

  test('Ctrl+C', async () => {
    const path = join(temporaryFolder(), 'stop.snapshot');
    const args = ['run', guestFile(...SPIN), ...INTERP, '--snapshot-on-stop', path];
    const result = await picovm(args, { interruptAfter: 'R', signal: 'SIGINT' });
    expect(result).toMatchObject({ status: 130, stdout: 'R' });
    expect(result.stderr).toContain(goesOn(path));
    expect((await picovm(['resume', path, '--timeout', '100ms'])).status).toBe(124);
  });

  test('a file that cannot be written at the end costs nothing else, and leaves nothing behind', async () => {
    const gone = join(temporaryFolder(), 'gone');
    mkdirSync(gone);
    const png = join(temporaryFolder(), 'screen.png');
    const path = join(gone, 'stop.snapshot');
    const args = ['run', guestFile(...SPIN), ...INTERP, '--snapshot-on-stop', path, '--png', png];
    const result = await picovm(args, {
      interruptAfter: 'R',
      signal: 'SIGINT',
      onInterrupt: () => rmSync(gone, { recursive: true }),
    });
    expect(result).toMatchObject({ status: 1, stdout: 'R' });
    expect(result.stderr).toMatch(
      /aborted.*\npicovm: --snapshot-on-stop: cannot write .+stop\.snapshot: there is no directory .*\n$/,
    );
    expect(existsSync(png)).toBe(true);
  });

  test.each([
    ['no such directory', join('no', 'such', 'x.snapshot'), 'there is no directory no/such'],
    ['a directory', '.', 'it is a directory, not a file'],
  ])('%s: refused before the guest runs', async (_name, path, message) => {
    const args = ['run', guestFile(...SPIN), ...INTERP, '--timeout', '20s', '--snapshot-on-stop', path];
    const { status, stdout, stderr } = await picovm(args, { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(`picovm: --snapshot-on-stop: cannot write ${path}: ${message}\n`);
  });

  // Only ever with a pipe of the test's own: as root, a command that gets this wrong would replace a real device by a file.
  test('a pipe, also behind a link: refused before the guest runs, and left as it is', async (context) => {
    const own = temporaryFolder();
    const made = spawnSync('mkfifo', [join(own, 'pipe')]);
    if (made.status !== 0) context.skip('there is no mkfifo here');
    symlinkSync('pipe', join(own, 'link'));
    for (const path of ['pipe', 'link']) {
      const args = ['run', guestFile(...SPIN), ...INTERP, '--timeout', '20s', '--snapshot-on-stop', path];
      const { status, stdout, stderr } = await picovm(args, { cwd: own });
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toBe(`picovm: --snapshot-on-stop: cannot write ${path}: it is a pipe, not a file\n`);
      expect(lstatSync(join(own, 'pipe')).isFIFO()).toBe(true);
      expect(lstatSync(join(own, 'link')).isSymbolicLink()).toBe(true);
    }
  });

  test('a device without snapshots is refused before the guest runs', async () => {
    const project = new DeviceProject();
    project.write('device.js', LAMP.replace('snapshot: () =>', 'other: () =>'));
    const args = ['run', guestFile(...SPIN), ...INTERP, '--timeout', '20s', '--device', './device.js'];
    const { status, stdout, stderr } = await picovm([...args, '--snapshot-on-stop', 'x.snapshot'], {
      cwd: project.path,
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('cannot write x.snapshot: lamp has no snapshots');
    expect(readdirSync(project.path)).not.toContain('x.snapshot');
  });
});

describe('picovm resume refuses', () => {
  const at = (name: string): string => join(folder, name);
  const version = 8;
  const headerLength = 12;
  const headerCrc = 16;

  beforeAll(async () => {
    const good = at('good.snapshot');
    await picovm([...HELLO_RUN, ...INTERP, '--max-exits', '900', '--snapshot-on-stop', good]);
    const bytes = readFileSync(good);
    writeFileSync(at('truncated.snapshot'), bytes.subarray(0, 3000));
    writeFileSync(at('stub.snapshot'), bytes.subarray(0, 9));
    const corrupt = Buffer.from(bytes);
    corrupt[corrupt.length - 2000] ^= 1;
    writeFileSync(at('corrupt.snapshot'), corrupt);
    const newer = Buffer.from(bytes);
    newer.writeUInt32LE(1000, version);
    const end = 20 + newer.readUInt32LE(headerLength);
    newer.writeUInt32LE(crc32(newer.subarray(20, end), crc32(newer.subarray(0, headerCrc))), headerCrc);
    writeFileSync(at('newer.snapshot'), newer);
    const snapshot = await readSnapshotFile(good);
    const saved = snapshot.meta.picovm as object;
    const write = (name: string, change: object): Promise<void> => {
      return writeSnapshotFile(at(name), { ...snapshot, meta: { picovm: { ...saved, ...change } } });
    };
    await write('mismatch.snapshot', { memory: 8192 });
    await write('other.snapshot', { machine: 'pc98' });
    await write('list.snapshot', { devices: 'lamp' });
    await write('url.snapshot', { devices: [{ name: 'data:text/javascript,process.exit(9)', options: {} }] });
    writeFileSync(at('evil.mjs'), `import { writeFileSync } from 'node:fs'; writeFileSync('was-imported', '');`);
    await write('import.snapshot', { devices: [{ name: at('evil.mjs'), options: {} }] });
    await write('two.snapshot', {
      devices: ['./a.js', 'uart16550', "b'; x"].map((name) => ({ name, options: {} })),
    });
    await write('network.snapshot', { devices: [{ name: '\\\\host\\share\\x.js', options: {} }] });
    await write('object.snapshot', { machine: { toString: 1 } });
    await write('escape.snapshot', { machine: 'pc\x1b]0;owned\x07\x9b2J' });
    await write('end.snapshot', { end: { outcome: 'halted', message: '\x1b]0;owned\x07\x9b2Jbye' } });
    await write('option.snapshot', { devices: [{ name: 'uart16550', options: { id: 'com2', base: 'x' } }] });
    const { vm } = pico({ accelerator: interp(), memory: 4096 });
    loadImage(vm, Uint8Array.of(0xf4));
    await writeSnapshotFile(at('library.snapshot'), vm.snapshot());
    vm.dispose();
  });

  test.each([
    ['no file', [], /^resume needs the file of a snapshot/],
    ['two files', ['a', 'b'], /^resume takes one snapshot/],
    ['no such file', ['nowhere.snapshot'], /^nowhere\.snapshot: no such file$/],
    ['a directory', ['.'], /^\. is a directory: give the file of a snapshot$/],
    ['an image', [HELLO], /hello\.bin: this is no snapshot.*; give a file that 'picovm run --snapshot-on-stop' wrote$/],
    [
      'a truncated one',
      ['truncated.snapshot'],
      /^truncated\.snapshot: .* ends after 3000 bytes.*; copy or take it once more$/,
    ],
    ['the beginning of one', ['stub.snapshot'], /^stub\.snapshot: .* ends after 9 bytes/],
    ['a corrupt one', ['corrupt.snapshot'], /^corrupt\.snapshot: .*checksum.*; copy or take it once more$/],
    ['a newer one', ['newer.snapshot'], /^newer\.snapshot: .*version 1000.*; update picovm$/],
    [
      'one of another machine',
      ['mismatch.snapshot'],
      /^mismatch\.snapshot: .*4096 bytes, this machine 8192 bytes; go on with/,
    ],
    [
      'one of a machine that is unknown here',
      ['other.snapshot'],
      /^other\.snapshot is no snapshot .* its machine is 'pc98'/,
    ],
    ['a malformed description', ['list.snapshot'], /does not say what machine it is of$/],
    ['one that a program wrote', ['library.snapshot'], /does not say what machine it is of$/],
    ['a device that is code itself', ['url.snapshot'], /^url\.snapshot: its --device data:.*: it is a URL/],
    ['a device that cannot be made', ['option.snapshot'], /its --device uart16550: uart16550: base must be an integer/],
    ['--memory', ['good.snapshot', '--memory', '4K'], /^--memory cannot be given to resume/],
    [
      'a picture over the snapshot',
      ['good.snapshot', '--png', './good.snapshot'],
      /^--png: \.\/good\.snapshot is also the file of the snapshot: give another one$/,
    ],
    ['--entry', ['good.snapshot', '--entry', '0'], /^--entry cannot be given to resume/],
    [
      'a --device that it does not ask for',
      ['good.snapshot', '--device', 'vga-text'],
      /^--device vga-text: good\.snapshot does not ask for it: its further devices are none beyond/,
    ],
    [
      'a --device with options',
      ['two.snapshot', '--device', './a.js,id=b'],
      /^--device \.\/a\.js,id=b: to resume, give its name alone: the snapshot has its options$/,
    ],
    [
      'a file that is not named again',
      ['import.snapshot'],
      /^import\.snapshot asks to import .+evil\.mjs, whose code could do anything: if you trust it, add --device .+evil\.mjs \(or --allow-devices/,
    ],
    [
      'one of two that is not named again, in words that a shell can take',
      ['two.snapshot', '--device', './a.js'],
      /add --device 'b'\\''; x' \(or/,
    ],
    [
      'a path on the network',
      ['network.snapshot', '--allow-devices'],
      /^network\.snapshot: its --device .+x\.js: it is a path on the network: give a file on this computer$/,
    ],
    ['a machine that is no name', ['object.snapshot'], /does not say what machine it is of$/],
    ['a machine with control characters', ['escape.snapshot'], /its machine is 'pc \]0;owned 2J', and/],
  ])('%s: one sentence, status 1', async (_name, args, message) => {
    const { status, stdout, stderr } = await picovm(['resume', ...args], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^picovm: [^\n]+\n$/);
    expect(stderr.slice('picovm: '.length).trimEnd()).toMatch(message);
    expect(stderr.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(readdirSync(folder)).not.toContain('was-imported');
  });

  test('nothing that --device or --allow-devices names', async () => {
    for (const options of [['--device', at('evil.mjs')], ['--allow-devices']]) {
      rmSync(at('was-imported'), { force: true });
      const { stderr } = await picovm(['resume', 'import.snapshot', '--json', ...options], { cwd: folder });
      expect(stderr).toContain(`import.snapshot: it has a device of ${at('evil.mjs')}, which is imported\n`);
      expect(readdirSync(folder)).toContain('was-imported');
    }
  });

  test('control characters of a file, in all that it prints', async () => {
    for (const options of [[], ['--json']]) {
      const { stdout, stderr } = await picovm(['resume', 'end.snapshot', ...options], { cwd: folder });
      expect(`${stdout}${stderr}`).toMatch(/: "? \]0;owned 2Jbye/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(`${stdout}${stderr}`).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    }
  });
});
