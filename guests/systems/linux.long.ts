import { VirtualClock } from '@picovm/core';
import { interp } from '@picovm/x86-interp';
import { expect, test } from 'vitest';
import type { Machine } from './boots.ts';
import { systemBytes } from './files.ts';
import { checkMessages, type LinuxMachine, linuxMachine, NO_CIPHER_TESTS, output, playLinux } from './linux.ts';
import { PcSession } from './pc-session.ts';

// What takes billions of instructions: the kernel unpacks itself, or checks its ciphers.

const WAIT = { patienceMs: 900_000 };
const PATIENT = { timeout: 1_000_000 };
const CONSOLE = 'console=ttyS0';
const SHORT = `${CONSOLE} ${NO_CIPHER_TESTS}`;
/** Where SeaBIOS has its tables. */
const MIB = 2 ** 20;

const WAYS: readonly (LinuxMachine & { name: string; seabios?: boolean })[] = [
  { name: 'directly, with all its own tests', entry: 'direct', commandLine: CONSOLE },
  { name: 'at its 32-bit entry', entry: '32-bit', commandLine: SHORT },
  { name: 'at its 16-bit entry on our BIOS', entry: '16-bit', commandLine: SHORT },
  { name: 'at its 16-bit entry on SeaBIOS', entry: '16-bit', commandLine: SHORT, seabios: true, reservedAtEnd: MIB },
];

test.for(WAYS.map((way) => [way.name, way] as const))('Linux, entered %s', PATIENT, async ([name, way], context) => {
  const file = (each: string): Uint8Array => systemBytes(context, each);
  const roms: Machine = way.seabios ? { firmware: file('seabios-256k'), videoBios: file('vgabios') } : {};
  const machine = { ...roms, ...(await linuxMachine(file, way)) };
  using session = new PcSession({ ...machine, accelerator: interp(), clock: new VirtualClock() });
  await playLinux(session, WAIT);
  session.report(`Linux, entered ${name}`);
  const messages = await output(session, 'dmesg', WAIT);
  if (way.seabios) expect(messages).toMatch(/ACPI: PM: \(supports S0 S5\)/);
  else checkMessages(messages);
  session.send('poweroff -f\n');
  expect(await session.untilEnd(WAIT)).toBe('shutdown');
});
