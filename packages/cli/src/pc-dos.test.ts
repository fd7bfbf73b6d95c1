import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GUESTS, picovm } from './cli-process.test-util.ts';
import { Fat12 } from './fat12.test-util.ts';
import { imageFile } from './pc-guests.test-util.ts';

const FLOPPY = readFileSync(join(GUESTS, 'boot-sectors', 'dos.bin'));
const README = 'A floppy of its own making.\r\n';
const OPTIONS = ['--accel', 'interp', '--timeout', '60s'];

/** A new floppy of 360K, or with only its first bytes in the file. */
function newFloppy(name: string, size = 360 << 10): string {
  return imageFile(name, FLOPPY, size);
}

/** Types commands at the prompt, and waits for what each answers. */
function commands(...session: readonly (readonly [command: string, answer: string])[]): string[] {
  const steps = session.flatMap(([command, answer]) => ['--type', `${command}\\n`, '--wait-for', answer]);
  return [...OPTIONS, '--wait-for', 'A:\\>', ...steps];
}

const COPY = ['copy readme.txt new.doc', '1 file copied'] as const;

describe('a session in the manner of DOS', () => {
  test('looks at files, copies, deletes, and powers off: the disk has it all, and is intact', async () => {
    const path = newFloppy('dos.img');
    const session = commands(
      ['dir', '1 file(s), 360448 bytes free'],
      ['type readme.txt', README.trim()],
      COPY,
      ['copy new.doc another', 'COPY NEW.DOC ANOTHER'],
      ['del readme.txt', 'DEL README.TXT'],
      ['type readme.txt', 'File not found'],
      ['dir', '2 file(s), 359424 bytes free'],
    );
    const { status, stdout, stderr } = await picovm(['run', '--floppy', path, ...session, '--type', 'exit\\n']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^NEW {6}DOC {8}29\nANOTHER {13}29\n2 file\(s\), 359424 bytes free\n\nA:\\>EXIT$/m);
    const disk = new Fat12(readFileSync(path));
    expect(disk.files()).toEqual({ 'ANOTHER.': README, 'NEW.DOC': README });
    expect(disk.problems()).toEqual([]);
  });

  test('goes on where the last one ended', async () => {
    const path = newFloppy('again.img');
    await picovm(['run', '--floppy', path, ...commands(COPY), '--type', 'exit\\n']);
    const second = commands(['type new.doc', README.trim()], ['copy new.doc new.doc', 'File exists']);
    expect(await picovm(['run', '--floppy', path, ...second])).toMatchObject({ status: 0, stderr: '' });
    expect(new Fat12(readFileSync(path)).problems()).toEqual([]);
  });

  test('leaves the file as it is with overlay, and says what is dropped', async () => {
    const path = newFloppy('overlay.img');
    const { status, stderr } = await picovm(['run', '--floppy', `${path},overlay`, ...commands(COPY)]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/the guest changed \d+K, which are dropped \(overlay\)\n$/);
    expect(readFileSync(path).subarray(0, FLOPPY.length)).toEqual(FLOPPY);
  });

  test('cannot write what is read-only', async () => {
    const path = newFloppy('ro.img');
    const session = commands(['copy readme.txt new.doc', 'Disk error'], ['type readme.txt', README.trim()]);
    expect(await picovm(['run', '--floppy', `${path},ro`, ...session])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(path).subarray(0, FLOPPY.length)).toEqual(FLOPPY);
  });

  test('knows a floppy whose end the file leaves out, by its file system', async () => {
    const path = newFloppy('short.img', FLOPPY.length);
    const session = commands(
      ['dir', '1 file(s), 360448 bytes free'],
      // There is no room for it in the file.
      ['copy readme.txt new.doc', 'Disk error'],
      ['del readme.txt', 'DEL README.TXT'],
      ['dir', '0 file(s), 361472 bytes free'],
    );
    expect(await picovm(['run', '--floppy', path, ...session])).toMatchObject({ status: 0, stderr: '' });
    expect(new Fat12(readFileSync(path)).files()).toEqual({});
  });
});
