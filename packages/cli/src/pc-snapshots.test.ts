import { copyFileSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { readSnapshotFile, writeSnapshotFile } from '@picovm/core/node';
import { describe, expect, test } from 'vitest';
import { picovm, temporaryFolder } from './cli-process.test-util.ts';
import { bootSector, emptyDisk } from './pc-guests.test-util.ts';

const folder = temporaryFolder();
const ECHO = bootSector('echo');
const INTERP = ['--accel', 'interp', '--timeout', '20s'];
const MIB = 1 << 20;

describe('a snapshot of a pc', () => {
  const snapshot = join(folder, 'pc.snapshot');
  const disk = emptyDisk(MIB);

  test('names its files, and goes on with them', async () => {
    const machine = ['--machine', 'pc', '--memory', '8M', '--boot', 'floppy', '--floppy', `${ECHO},ro`, '--disk', disk];
    const session = ['--wait-for', 'ready>', '--type', 'before', '--wait-for', 'before'];
    const first = await picovm(['run', ...machine, ...INTERP, ...session, '--snapshot-on-stop', snapshot]);
    expect(first.status).toBe(0);
    const command = `picovm resume ${snapshot} --floppy ${ECHO},ro --disk ${disk}`;
    expect(first.stderr).toBe(`picovm: a snapshot is in ${snapshot}: '${command}' goes on\n`);
    const [, ...args] = command.split(' ');
    const second = await picovm([...args, ...INTERP, '--type', ' after', '--wait-for', 'before after', '--json']);
    expect(second.stderr).toBe('');
    expect(second.status).toBe(0);
    expect(JSON.parse(second.stdout).screen.at(-1)).toBe('ready>before after');
  });

  test('starts anew with what it was made for', async () => {
    const args = ['resume', snapshot, '--floppy', `${ECHO},overlay`, '--disk', disk, ...INTERP];
    const session = ['--type', '\\{ControlLeft+AltLeft+Delete}', '--wait-for', 'ready>\n', '--json'];
    expect(
      JSON.parse((await picovm([...args, ...session.slice(0, 3), 'ready>', ...session.slice(4)])).stdout),
    ).toMatchObject({ status: 0 });
  });

  test.each<[string, string[], RegExp]>([
    [
      'without its files',
      [],
      /had --floppy .*echo\.img \(512 bytes\): give --floppy once more.*all its files: .*--disk/,
    ],
    ['without one of them', ['--floppy', ECHO], /had --disk .*disk\.img \(1048576 bytes\): give --disk once more/],
    [
      'with one too many',
      ['--floppy', ECHO, '--disk', disk, '--cdrom', ECHO],
      /--cdrom .*: the machine of .* had none/,
    ],
    ['with memory', ['--memory', '8M'], /--memory cannot be given to resume/],
    ['with a boot order', ['--boot', 'disk'], /--boot cannot be given to resume/],
  ])('is refused %s', async (_what, options, message) => {
    const { status, stdout, stderr } = await picovm(['resume', snapshot, ...INTERP, ...options]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('is refused with a file of another size', async () => {
    const other = join(folder, 'other.img');
    copyFileSync(disk, other);
    truncateSync(other, 2 * MIB);
    const { status, stderr } = await picovm(['resume', snapshot, '--floppy', ECHO, '--disk', other, ...INTERP]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/--disk .*other\.img has 2097152 bytes, and that of .* was .* \(1048576 bytes\)/);
  });

  test.each<[string, (plan: Record<string, unknown>) => Record<string, unknown>]>([
    ['files that are none', (plan) => ({ ...plan, files: 5 })],
    [
      'a role that there is not',
      (plan) => ({ ...plan, files: [{ role: 'tape', path: 'x', size: 1, readonly: true }] }),
    ],
    ['no memory', ({ memory: _, ...plan }) => plan],
    ['a boot order that is none', (plan) => ({ ...plan, bootOrder: ['tape'] })],
  ])('is refused with %s', async (what, change) => {
    const path = join(folder, `${what.replaceAll(' ', '-')}.snapshot`);
    const whole = await readSnapshotFile(snapshot);
    const plan = (whole.meta as { picovm: Record<string, unknown> }).picovm;
    await writeSnapshotFile(path, { ...whole, meta: { picovm: change(plan) as never } });
    const { status, stderr } = await picovm(['resume', path, '--floppy', ECHO, '--disk', disk, ...INTERP]);
    expect(status).toBe(1);
    expect(stderr).toContain('is no snapshot that');
  });

  test('can be looked at by walk, and opens nothing for that', async () => {
    const { status, stdout } = await picovm(['walk', '--snapshot', snapshot, '--address', '0x7dfe']);
    expect(status).toBe(0);
    expect(stdout).toContain('no paging');
  });
});

test('what an overlay drops cannot go on: refused before the run', async () => {
  const path = join(folder, 'overlay.snapshot');
  const { status, stderr } = await picovm([
    ...['run', '--floppy', `${ECHO},overlay`, ...INTERP, '--snapshot-on-stop', path],
  ]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^picovm: --snapshot-on-stop: what the guest writes to --floppy .* is dropped \(overlay\)/);
  expect(() => readFileSync(path)).toThrow('ENOENT');
});
