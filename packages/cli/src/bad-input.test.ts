import { linkSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kvm } from '@picovm/kvm-native';
import { expect, test } from 'vitest';
import { guestFile, HELLO, picovm, temporaryFolder } from './cli-process.test-util.ts';

const twin = guestFile(0xf4);
const hardLink = join(temporaryFolder(), 'hard');
linkSync(twin, hardLink);
const softLink = join(temporaryFolder(), 'soft');
symlinkSync(dirname(twin), softLink);
const big = guestFile();
writeFileSync(big, new Uint8Array(5000).fill(0x90));

test.each<[string, string[], string]>([
  ['no command', [], 'usage: picovm COMMAND'],
  ['an unknown command', ['jog'], "unknown command 'jog': the commands are run, resume, walk, map, devices, doctor"],
  ['help for an unknown command', ['help', 'constructor'], "unknown command 'constructor'"],
  ['no image', ['run'], 'run needs a guest image'],
  ['two images', ['run', HELLO, HELLO], 'run takes one image'],
  ['no such file', ['run', 'no-such.bin'], 'no-such.bin: no such file'],
  ['a directory', ['run', tmpdir()], 'is a directory'],
  ['a device', ['run', '/dev/zero'], '/dev/zero is no file'],
  ['an empty file', ['run', guestFile()], 'is empty'],
  [
    'an image that does not fit',
    ['run', big, '--memory', '4K'],
    '5000 bytes, and there are only 4096 bytes of memory at its load address 0x0',
  ],
  [
    'a load address without memory',
    ['run', HELLO, '--load', '0xa0000'],
    'there is no memory at its load address 0xa0000',
  ],
  ['a load address beyond real mode', ['run', HELLO, '--memory', '2M', '--load', '0x100000'], 'beyond 1 MiB'],
  ['an unreadable size', ['run', HELLO, '--memory', 'lots'], "--memory: 'lots' is no size"],
  ['a size that is no multiple of a page', ['run', HELLO, '--memory', '5000'], 'a multiple of 4K, not 5000 bytes'],
  ['a size beyond the machine', ['run', HELLO, '--memory', '100G'], '4K to 2G'],
  ['an unreadable address', ['run', HELLO, '--load', '7c00h'], "--load: '7c00h' is no address"],
  ['an unreadable entry point', ['run', HELLO, '--entry', '07c0:xyz'], "--entry: '07c0:xyz' is no entry point"],
  ['an unreadable duration', ['run', HELLO, '--timeout', 'soon'], "--timeout: 'soon' is no duration"],
  ['an unreadable count', ['run', HELLO, '--max-exits', 'many'], "--max-exits: 'many' is no number"],
  ['an unreadable dump', ['run', HELLO, '--dump', '0x100'], "--dump: '0x100' is no range"],
  ['a dump too large to print', ['run', HELLO, '--memory', '1G', '--dump', '0x100000:200M'], 'is more than 16M'],
  ['a dump of no memory', ['run', HELLO, '--dump', '0xb8000:16'], '16 bytes at 0xb8000 are not all memory'],
  [
    'an unknown accelerator',
    ['run', HELLO, '--accel', 'xen'],
    "--accel: unknown 'xen': it is one of auto, kvm, interp",
  ],
  [
    'an unknown processor',
    ['run', HELLO, '--cpu', '8008'],
    '--cpu: there is no CPU model 8008: they are 8086, 80186, 80286,',
  ],
  ['an unknown feature', ['run', HELLO, '--cpu', 'pentium3+avx'], '--cpu: there is no CPU feature avx: they are fpu,'],
  ['a processor in other letters', ['map', '--cpu', 'Pentium-3'], 'no CPU model Pentium-3; did you mean pentium3?'],
  [
    'features of an old processor',
    ['map', '--cpu', '8086+sse'],
    '--cpu: of the CPU model 8086 features cannot be chosen, as it has no CPUID',
  ],
  ['features that do not fit', ['map', '--cpu', 'pentium+sse'], '--cpu: the CPU feature sse needs fxsr'],
  [
    "another processor than KVM's",
    ['run', HELLO, '--cpu', '486', '--accel', 'kvm'],
    "--cpu: guests of kvm have the host's own processor: leave it out, or give --accel interp",
  ],
  ['an unknown machine', ['run', HELLO, '--machine', 'pc98'], "--machine: unknown 'pc98': it is one of pico"],
  ['an unknown flag', ['run', HELLO, '--fast'], 'unknown option --fast'],
  ['an unknown short flag', ['run', HELLO, '-x'], 'unknown option -x'],
  ['two operands of map', ['map', HELLO, HELLO], 'map takes at most one image'],
  ['a flag without its value', ['run', HELLO, '--memory'], '--memory needs a value, SIZE'],
  ['a flag before another instead of its value', ['run', HELLO, '--memory', '--json'], '--memory needs a value, SIZE'],
  ['a switch with a value', ['run', HELLO, '--json=yes'], '--json takes no value'],
  ['a flag given twice', ['run', HELLO, '--load', '0', '--load', '1'], '--load is given twice'],
  ['an unknown serial target', ['run', HELLO, '--serial', 'modem'], "--serial: unknown 'modem'"],
  [
    'a serial file that cannot be',
    ['run', HELLO, '--serial', 'file:/no/such/dir/x'],
    '--serial: cannot write /no/such/dir/x',
  ],
  [
    'a picture that cannot be',
    ['run', HELLO, '--load', '0', '--png', '/no/such/dir/x.png'],
    '--png: cannot write /no/such/dir/x.png',
  ],
  [
    'a snapshot over the image',
    ['run', twin, '--snapshot-on-stop', join(dirname(twin), '.', 'guest.bin')],
    'guest.bin is also the file of the image: give another one',
  ],
  [
    'serial output over the image, by another name of the file',
    ['run', twin, '--serial', `file:${hardLink}`],
    `--serial: ${hardLink} is also the file of the image`,
  ],
  [
    'a picture and a snapshot in one file',
    ['run', twin, '--png', join(softLink, 'out'), '--snapshot-on-stop', join(dirname(twin), 'out')],
    'out is also the file of --snapshot-on-stop: give another one',
  ],
])('%s: one message, no stack trace, status 1', async (_name, args, message) => {
  const { status, stderr } = await picovm([
    ...args,
    ...(args[0] === 'run' && !args.includes('--accel') ? ['--accel=interp'] : []),
  ]);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ {4}at /m);
  if (args.length > 0) expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(status).toBe(1);
});

test('KVM that cannot be used: the reason and what to do, status 1', async (context) => {
  const probe = await kvm().probe();
  if (probe.available) context.skip('KVM can be used here');
  const { status, stderr } = await picovm(['run', HELLO, '--accel', 'kvm']);
  expect({ status, lines: stderr.trimEnd().split('\n').length }).toEqual({ status: 1, lines: 1 });
  expect(stderr).toContain(`kvm cannot run here: ${probe.available ? '' : probe.reason}`);
});

test('an image that an output would have replaced is as it was', () => {
  expect([...readFileSync(twin)]).toEqual([0xf4]);
});

test('what is no file may be given several times', async () => {
  const args = ['run', twin, '--accel', 'interp', '--png', '/dev/null', '--serial', 'file:/dev/null'];
  expect(await picovm(args)).toMatchObject({ status: 0, stderr: '' });
});
