import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { picovm, temporaryFolder } from './cli-process.test-util.ts';
import { bootSector } from './pc-guests.test-util.ts';

const ECHO = bootSector('echo');
const PC = ['run', '--machine', 'pc', ECHO, '--accel', 'interp', '--timeout', '20s'];
const READY = ['--wait-for', 'ready>'];

describe('a scripted session', () => {
  test('ends with what it waited for last, and shows the screen', async () => {
    const session = [...READY, '--type', 'Hello, "World"\\\\\n', '--wait-for', 'World"\\'];
    expect(await picovm([...PC, ...session])).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^ready>\n.*ready>Hello, "World"\\\n$/s),
      stderr: '',
    });
  });

  test('waits for a prompt with the blank behind it', async () => {
    const { status, stdout } = await picovm([...PC, ...READY, '--type', 'login:', '--wait-for', 'login: ', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).steps.at(-1)).toMatchObject({ seenOn: 'screen' });
  });

  test('types and sends in the order of the command line, with escapes', async () => {
    const session = [
      ...[...READY, '--send', 'a\\x42c', '--wait-for', 'aBc', '--type', 'one\\t\\x41\\b\\e', '--wait-for', 'one'],
      ...['--send', 'last', '--wait-for', 'last'],
    ];
    const { status, stdout, stderr } = await picovm([...PC, ...session, '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { result, serial, screen, steps } = JSON.parse(stdout);
    expect({ result, serial }).toEqual({ result: 'stopped', serial: 'ready>aBclast' });
    expect(screen.at(-1)).toMatch(/ready>one/);
    expect(steps).toEqual(
      session.flatMap((option, i) =>
        i % 2 === 1
          ? []
          : [expect.objectContaining({ step: option.slice(2), text: session[i + 1], doneAfterMs: expect.any(Number) })],
      ),
    );
    const times = steps.map(({ doneAfterMs }: { doneAfterMs: number }) => doneAfterMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(steps[2]).toMatchObject({ seenOn: 'serial' });
  });

  test('presses keys by their names', async () => {
    const off = await picovm([...PC, ...READY, '--type', 'x\\{F1}']);
    expect(off).toMatchObject({ status: 0, stdout: expect.stringMatching(/ready>x\n$/) });
    // The BIOS starts the machine anew.
    const again = [...READY, '--type', '\\{ControlLeft+AltLeft+Delete}', ...READY, '--json'];
    expect(JSON.parse((await picovm([...PC, ...again])).stdout)).toMatchObject({ serial: 'ready>ready>' });
    const ended = await picovm([...PC, '--no-reboot', ...READY, '--type', '\\{ControlLeft+AltLeft+Delete}']);
    expect(ended.status).toBe(0);
  });

  test('lets time pass, also where there is no text, and ends with that', async () => {
    const session = ['--pause', '300ms', '--type', 'x', '--pause', '200ms', '--json'];
    const { status, stdout } = await picovm([...PC, ...READY, ...session]);
    expect(status).toBe(0);
    const { screen, steps } = JSON.parse(stdout);
    expect(screen.at(-1)).toMatch(/ready>x$/);
    const [ready, first, typed, last] = steps.map(({ doneAfterMs }: { doneAfterMs: number }) => doneAfterMs);
    expect(first - ready).toBeGreaterThanOrEqual(298);
    expect(last - typed).toBeGreaterThanOrEqual(198);
    const late = await picovm([...PC.slice(0, -1), '1s', '--pause', '9s']);
    expect({ status: late.status, stderr: late.stderr }).toEqual({
      status: 124,
      stderr: expect.stringContaining("picovm: --pause '9s' was not over"),
    });
  });

  test('goes on to the end of the run if the last step waits for nothing', async () => {
    const { status } = await picovm([...PC.slice(0, -1), '1500ms', ...READY, '--type', 'abc']);
    expect(status).toBe(124);
  });

  test('says what was not seen in time, and shows what there was', async () => {
    const session = [...READY, '--send', 'heard', '--wait-for', 'no such text', '--type', 'never'];
    const line = [...PC.slice(0, -1), '2s', ...session];
    expect(await picovm([...line, '--screen', 'none', '--serial', 'none'])).toMatchObject({
      status: 124,
      stdout: '',
      stderr: expect.stringMatching(
        /time limit.*--wait-for 'no such text' was not seen \(step 3 of 4\)\nthe screen:\n.*ready>\nthe end of the serial output:\nready>heard\n$/s,
      ),
    });
    const { status, stdout } = await picovm([...line, '--json']);
    expect(status).toBe(124);
    expect(JSON.parse(stdout).steps.map((step: { doneAfterMs: unknown }) => typeof step.doneAfterMs)).toEqual([
      'number',
      'number',
      'object',
      'object',
    ]);
  });

  test('has failed if the guest ends before', async () => {
    const { status, stderr } = await picovm([...PC, ...READY, '--type', '\\{F1}', '--wait-for', 'more']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^picovm: the guest .*\npicovm: --wait-for 'more' was not seen \(step 3 of 3\)\n$/);
  });
});

describe('what goes on working', () => {
  test('--screenshot, --registers, --dump and --trace', async () => {
    const picture = join(temporaryFolder(), 'screen.png');
    const { stdout, stderr } = await picovm([
      ...PC,
      ...READY,
      ...['--screenshot', picture, '--registers', '--dump', '0x7dfe:2', '--trace', 'io'],
    ]);
    const png = readFileSync(picture);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([640, 400]);
    expect(stdout).toContain('00007dfe  55 aa');
    expect(stdout).toMatch(/^eax=/m);
    expect(stderr).toContain('io write 0x03f8 1 0x72');
  });

  test('--max-exits and --device', async () => {
    const limited = await picovm([...PC, '--max-exits', '100', '--json', '--device', 'uart16550,id=com3,base=0x3e8']);
    expect(limited.status).toBe(124);
    expect(JSON.parse(limited.stdout).counters).toMatchObject({ totalExits: 100, devices: { com3: {} } });
  });

  test('map shows the machine with its devices', async () => {
    const { status, stdout } = await picovm(['map', ECHO, '--machine', 'pc', '--accel', 'interp', '--memory', '32M']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/0x00100000-0x01ffffff/);
    expect(stdout).toMatch(/0x03f0|0x03f2/);
  });

  test('walk looks at its page tables, and drops what the guest writes', async () => {
    const { status, stdout } = await picovm([
      ...['walk', ECHO, '--machine', 'pc', '--accel', 'interp', '--timeout', '500ms', '--address', '0x7c00'],
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain('no paging');
  });
});
