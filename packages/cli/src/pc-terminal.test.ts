import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { DeviceProject, modules } from './device-project.test-util.ts';
import { bootSector } from './pc-guests.test-util.ts';
import { HAS_SCRIPT, Terminal } from './terminal-process.test-util.ts';

const PC = ['run', '--machine', 'pc', bootSector('echo'), '--accel', 'interp', '--timeout', '20s'];
const ALTERNATE = '\x1b[?1049h';
const NORMAL = '\x1b[?1049l';
/** As a terminal is when a shell is at its prompt. */
const AS_BEFORE = 'echo icanon isig';

describe.skipIf(!HAS_SCRIPT)('on a terminal', () => {
  test('the screen is live, the keyboard is the guest’s, and Ctrl-A x quits', async () => {
    const terminal = new Terminal(PC);
    await terminal.shows('ready>');
    expect(terminal.output).toContain(ALTERNATE);
    // Ctrl-C and Ctrl-Z are keys of the guest: what code page 437 has for 3 and 1Ah.
    terminal.type('Hi!\x03\x1a');
    await terminal.shows('ready>Hi!♥→');
    terminal.type('\x01a');
    await terminal.shows('ready>Hi!♥→☺');
    expect(terminal.output).toContain('Ctrl-A, then x: quit');
    terminal.type('\x01x');
    expect(await terminal.end()).toEqual({ status: 0, settings: AS_BEFORE });
    // The screen stays to be read.
    expect(terminal.output.slice(terminal.output.lastIndexOf(NORMAL))).toContain('ready>Hi!');
  });

  test('what is pasted comes as fast as the guest takes it', async () => {
    const terminal = new Terminal(PC);
    await terminal.shows('ready>');
    const pasted = 'abcdefghij'.repeat(7);
    terminal.type(pasted);
    await terminal.shows(pasted);
    terminal.type('\x01x');
    await terminal.end();
  });

  test('escape sequences are keys: F1 powers the guest off', async () => {
    const terminal = new Terminal(PC);
    await terminal.shows('ready>');
    terminal.type('\x1bOP');
    expect(await terminal.end()).toEqual({ status: 0, settings: AS_BEFORE });
  });

  test('Ctrl-A c is Ctrl-Alt-Delete', async () => {
    const terminal = new Terminal([...PC, '--no-reboot']);
    await terminal.shows('ready>');
    terminal.type('\x01c');
    expect(await terminal.end()).toMatchObject({ status: 0, settings: AS_BEFORE });
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s leaves the terminal as it was', async (name, status) => {
    const terminal = new Terminal(PC);
    await terminal.shows('ready>');
    terminal.signal(name);
    expect(await terminal.end()).toEqual({ status, settings: AS_BEFORE });
    expect(terminal.output).toContain(NORMAL);
  });

  test('a crash leaves the terminal as it was', async () => {
    const project = new DeviceProject();
    project.write(
      'crash.js',
      modules('crash').replace('attach() {}', "attach() { setTimeout(() => { throw new Error('crashed'); }, 1000); }"),
    );
    const terminal = new Terminal([...PC, '--device', join(project.path, 'crash.js')]);
    expect(await terminal.end()).toEqual({ status: 1, settings: AS_BEFORE });
    expect(terminal.output).toContain(ALTERNATE);
    expect(terminal.output.slice(terminal.output.lastIndexOf(NORMAL))).toContain('[status 1]');
  });

  test('stopped, it leaves the terminal as it was, and takes it again when it goes on', async () => {
    const terminal = new Terminal(PC);
    await terminal.shows('ready>');
    terminal.forget();
    terminal.signal('SIGTSTP');
    await terminal.shows(NORMAL);
    terminal.forget();
    terminal.signal('SIGCONT');
    await terminal.shows(ALTERNATE);
    terminal.type('again\x03');
    await terminal.shows('ready>again♥');
    terminal.type('\x01x');
    expect(await terminal.end()).toEqual({ status: 0, settings: AS_BEFORE });
  });

  test('with --serial stdio, the serial port is there, and the same keys', async () => {
    const terminal = new Terminal([...PC, '--serial', 'stdio', '--screen', 'none']);
    await terminal.shows('ready>');
    terminal.type('to com1\x03');
    await terminal.shows('ready>to com1\x03');
    terminal.type('\x01h');
    await terminal.shows('Ctrl-A, then x: quit');
    terminal.type('\x01x');
    expect(await terminal.end()).toEqual({ status: 0, settings: AS_BEFORE });
    expect(terminal.output).not.toContain(ALTERNATE);
  });

  test('so it is stopped, and goes on', async () => {
    const terminal = new Terminal([...PC, '--serial', 'stdio', '--screen', 'none']);
    await terminal.shows('ready>');
    terminal.signal('SIGTSTP');
    await setTimeout(300);
    terminal.signal('SIGCONT');
    await setTimeout(300);
    terminal.type('on\x03');
    await terminal.shows('ready>on\x03');
    terminal.type('\x01x');
    expect(await terminal.end()).toEqual({ status: 0, settings: AS_BEFORE });
  });

  test('a session is shown at its end, and leaves the keyboard alone', async () => {
    const terminal = new Terminal([...PC, '--wait-for', 'ready>']);
    expect(await terminal.end()).toEqual({ status: 0, settings: AS_BEFORE });
    expect(terminal.output).not.toContain(ALTERNATE);
  });
});
