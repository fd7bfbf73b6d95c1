import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, type TestContext, test } from 'vitest';
import { systemPath } from './files.ts';
import { NO_CIPHER_TESTS } from './linux.ts';

// Linux writes files one by one, each with fsync, and then tells its number; the host kills the machine. What was told is there.

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/picovm.cjs', import.meta.url));
const MIB = 2 ** 20;
const PATIENT = { timeout: 900_000 };

/** The shell's function `file N`: 3000 numbers, so that a file has blocks of its own, and each file others. */
const FILE = 'file() { seq $1 $(($1 + 3000)); }';
const PREPARE = 'drivers disks ext4; mke2fs /dev/sda; mount -t ext4 /dev/sda /mnt';
const WRITE = 'i=0; while file $i | dd of=/mnt/$i conv=fsync 2>/dev/null; do echo "told $((i)) so"; i=$((i+1)); done';

/** Linux with a disk, by the command; what it prints on its serial port. */
class LinuxRun {
  readonly #child: ChildProcess;
  serial = '';

  constructor(context: TestContext, disk: string, steps: readonly string[]) {
    const files = ['--kernel', systemPath(context, 'linux'), '--initrd', systemPath(context, 'initramfs-drivers')];
    const line = ['run', '--machine', 'pc', '--accel', 'interp', '--timeout', '10m', '--screen', 'none', ...files];
    const append = ['--append', `console=ttyS0 ${NO_CIPHER_TESTS}`, '--disk', disk];
    this.#child = spawn(process.execPath, [COMMAND, ...line, ...append, ...steps], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('latin1').on('data', (text: string) => {
      this.serial += text;
    });
  }

  /** Resolves when it was printed; throws if the command ends before. */
  async prints(text: string): Promise<void> {
    while (!this.serial.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`no ${text}:\n${this.serial.slice(-2000)}`);
      await sleep(20);
    }
  }

  /** The highest number that it told; -1 if none. */
  get told(): number {
    return Math.max(-1, ...Array.from(this.serial.matchAll(/told (\d+) so/g), ([, n]) => Number(n)));
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill(signal);
    await closed;
  }
}

const send = (command: string): string[] => ['--send', `${command.replaceAll('\\', '\\\\')}\n`];
const AT_SHELL = ['--wait-for', 'picovm# '];

function hostFile(n: number): string {
  return `${Array.from({ length: 3001 }, (_, i) => `${n + i}`).join('\n')}\n`;
}

test.for(['SIGKILL', 'SIGINT'] as const)(
  'after %s, what Linux wrote with fsync is on the disk',
  PATIENT,
  async (signal, context) => {
    const folder = mkdtempSync(join(tmpdir(), 'picovm-linux-'));
    const disk = join(folder, 'disk.img');
    writeFileSync(disk, '');
    truncateSync(disk, 32 * MIB);
    const ready = '--wait-for';
    const writing = new LinuxRun(context, disk, [
      ...[...AT_SHELL, ...send(FILE), ...send(`${PREPARE}; echo "rea""dy"`), ready, '\nready'],
      ...[...send(WRITE), ready, 'never'],
    ]);
    let told = -1;
    try {
      await writing.prints(`told ${5 + Math.floor(Math.random() * 10)} so`);
      await sleep(Math.random() * 100);
      await writing.kill(signal);
      told = writing.told;
    } finally {
      await writing.kill('SIGKILL');
    }
    console.log(`after ${signal}: the guest was told that ${told + 1} files are on the disk`);

    const reading = new LinuxRun(context, disk, [
      ...[...AT_SHELL, ...send(FILE), ...send('drivers disks ext4; mount -t ext4 -o ro /dev/sda /mnt')],
      ...send(`for i in $(seq 0 ${told}); do file $i | cmp - /mnt/$i && echo "sa""me $i"; done; echo "do""ne"`),
      ...[ready, '\ndone'],
    ]);
    try {
      await reading.prints('\ndone');
    } finally {
      await reading.kill('SIGKILL');
    }
    const same = Array.from(reading.serial.matchAll(/^same (\d+)\r?$/gm), ([, n]) => Number(n));
    expect(same).toEqual(Array.from({ length: told + 1 }, (_, n) => n));

    // And by other programs than ours, where they are.
    if (spawnSync('debugfs', ['-V']).error === undefined) {
      const cat = (n: number): string =>
        execFileSync('debugfs', ['-R', `cat /${n}`, disk], { encoding: 'utf8', stdio: 'pipe' });
      for (let n = 0; n <= told; n++) expect(cat(n) === hostFile(n)).toBe(true);
    } else {
      console.log('debugfs is not here: only Linux itself has looked at the disk');
    }
    rmSync(folder, { recursive: true });
  },
);
