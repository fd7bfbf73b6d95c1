import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { picovm } from './cli-process.test-util.ts';
import { bootSector, emptyDisk } from './pc-guests.test-util.ts';
import { HAS_SCRIPT, Terminal } from './terminal-process.test-util.ts';

const MIB = 1 << 20;
const BIN = fileURLToPath(new URL('../bin/picovm.cjs', import.meta.url));
const OPTIONS = ['--accel', 'interp', '--screen', 'none', '--timeout', '20s'];
const COUNTER = bootSector('int13');
const WRITER = bootSector('ata');

function count(disk: string, options = ''): ReturnType<typeof picovm> {
  return picovm(['run', COUNTER, '--disk', `${disk}${options}`, ...OPTIONS]);
}

describe('what a guest writes', () => {
  test('is in the file for the next run', async () => {
    const disk = emptyDisk(MIB);
    expect(await count(disk)).toEqual({ status: 0, stdout: 'A', stderr: '' });
    expect(await count(disk, ',if=ide')).toMatchObject({ status: 0, stdout: 'B' });
    expect(readFileSync(disk)[0]).toBe(2);
  });

  test('is dropped with overlay, which is said', async () => {
    const disk = emptyDisk(MIB);
    expect(await count(disk, ',overlay')).toEqual({
      status: 0,
      stdout: 'A',
      stderr: `picovm: --disk ${disk}: the guest changed 4K, which are dropped (overlay)\n`,
    });
    expect(readFileSync(disk)[0]).toBe(0);
  });

  test('is refused with ro, as an error that the guest sees', async () => {
    const disk = emptyDisk(MIB);
    expect(await count(disk, ',ro')).toEqual({ status: 0, stdout: '!', stderr: '' });
  });

  test('a comma in a name is doubled', async () => {
    const disk = emptyDisk(MIB, 'a,b.img');
    expect((await count(disk.replaceAll(',', ',,'))).stdout).toBe('A');
  });

  test('is in the second disk for that one', async () => {
    const disks = [emptyDisk(MIB), emptyDisk(2 * MIB)];
    await picovm(['run', COUNTER, ...disks.flatMap((disk) => ['--disk', disk]), ...OPTIONS]);
    expect(disks.map((disk) => readFileSync(disk)[0])).toEqual([1, 0]);
  });
});

const SECTOR = 512;

/** The numbers in what the guest says. What a terminal shows of a key may be in between. */
function numbersIn(text: string): number[] {
  return Array.from(text.matchAll(/([0-9A-F]{4}) /g), ([, digits]) => Number.parseInt(digits as string, 16));
}

/** How many sectors are as the guest wrote them, from the first on; nothing is behind them. */
function intact(disk: string): number {
  const bytes = readFileSync(disk);
  let count = 0;
  for (; count < bytes.length / SECTOR; count++) {
    const expected = Buffer.alloc(SECTOR, count & 0xff);
    expected.writeUInt32LE(count, 0);
    if (!bytes.subarray(SECTOR * count, SECTOR * (count + 1)).equals(expected)) break;
  }
  expect(bytes.subarray(SECTOR * count).every((byte) => byte === 0)).toBe(true);
  return count;
}

/** A run of the guest that writes sector after sector. */
class WritingRun {
  readonly disk: string = emptyDisk(8 * MIB);
  readonly #child: ChildProcess;
  #reported = '';

  constructor() {
    this.#child = spawn(process.execPath, [BIN, 'run', WRITER, '--disk', this.disk, ...OPTIONS], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child.stdout?.on('data', (data) => {
      this.#reported += data;
    });
  }

  /** Resolves when the guest has reported so many sectors. */
  async reported(count: number): Promise<void> {
    while (this.numbers.length < count) await once(this.#child.stdout as NodeJS.ReadableStream, 'data');
  }

  /** The sectors that the guest reported: their flushes had ended. */
  get numbers(): number[] {
    return numbersIn(this.#reported);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const closed = once(this.#child, 'close');
    this.#child.kill(signal);
    return (await closed)[0];
  }
}

describe('a disk is intact', () => {
  test.each([
    ['SIGINT', 130, 1],
    ['SIGTERM', 143, 1],
    ['SIGKILL', null, 4],
  ] as const)(
    'after %s, with all that the guest was told is done',
    { timeout: 60_000 },
    async (signal, status, rounds) => {
      for (let round = 0; round < rounds; round++) {
        const run = new WritingRun();
        // Whatever moment that is: in a write, in a flush, between them.
        await run.reported(1 + Math.floor(Math.random() * 300));
        await sleep(Math.random() * 10);
        expect(await run.end(signal)).toBe(status);
        const { numbers, disk } = run;
        expect(numbers).toEqual(Array.from(numbers, (_, n) => n));
        expect(intact(disk)).toBeGreaterThanOrEqual(numbers.length);
        // The lock is gone with the process.
        if (round === 0) expect((await count(disk)).status).toBe(0);
      }
    },
  );

  test.skipIf(!HAS_SCRIPT).each([
    ['Ctrl-C', '\x03', [], 130],
    ['Ctrl-A x', '\x01x', ['--serial', 'stdio'], 0],
  ] as const)('after %s in a terminal', async (_, keys, options, status) => {
    const disk = emptyDisk(8 * MIB);
    const terminal = new Terminal(['run', WRITER, '--disk', disk, ...OPTIONS, ...options]);
    await terminal.shows('0040 ');
    terminal.type(keys);
    expect(await terminal.end()).toMatchObject({ status });
    const last = Math.max(...numbersIn(terminal.output));
    expect(last).toBeGreaterThanOrEqual(0x40);
    expect(intact(disk)).toBeGreaterThan(last);
  });

  test('at the end of the run', async () => {
    const disk = emptyDisk(100 * SECTOR);
    const { status, stdout } = await picovm(['run', WRITER, '--disk', disk, ...OPTIONS]);
    expect(status).toBe(0);
    expect(numbersIn(stdout)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(intact(disk)).toBe(100);
  });

  test('and nobody else writes to it meanwhile', async () => {
    const run = new WritingRun();
    await run.reported(1);
    const second = await count(run.disk);
    expect(second).toMatchObject({ status: 1, stdout: '' });
    expect(second.stderr).toMatch(/^picovm: --disk .*disk\.img: it is in use: process \d+ has it open; .*overlay.*\n$/);
    await run.end('SIGTERM');
  });
});

describe('a disk on a server', () => {
  let server: Server;
  let url: string;
  const image = new Uint8Array(MIB).fill(0x41);

  beforeAll(async () => {
    server = createServer((request, response) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      if (request.url !== '/disk.img' || from === undefined) {
        response.writeHead(404).end();
        return;
      }
      const part = image.subarray(Number(from), Number(to) + 1);
      response.writeHead(206, {
        'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${image.length}`,
        'content-length': part.length,
      });
      response.end(part);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => server.close());

  test('is read as it is asked for, and written to an overlay', async () => {
    // 41h and 1 is 42h; the letter is 40h higher.
    const { status, stdout } = await picovm(['run', COUNTER, '--disk', `${url}/disk.img,overlay`, ...OPTIONS]);
    expect({ status, byte: stdout }).toEqual({ status: 0, byte: '\ufffd' });
  });

  test('that has none is one message', async () => {
    const { status, stderr } = await picovm(['run', COUNTER, '--disk', `${url}/none.img`, ...OPTIONS]);
    expect({ status, lines: stderr.trimEnd().split('\n').length }).toEqual({ status: 1, lines: 1 });
    expect(stderr).toContain('/none.img');
  });
});

test('a floppy is written, and an image that cannot be opened for writing says what to do', async () => {
  const floppy = emptyDisk(1_474_560, 'floppy.img');
  writeFileSync(floppy, readFileSync(COUNTER), { flag: 'r+' });
  const { stdout } = await picovm(['run', '--machine', 'pc', floppy, '--disk', emptyDisk(MIB), ...OPTIONS]);
  expect(stdout).toBe('A');
});
