import { VirtualClock } from '@picovm/core';
import { memoryBlocks } from '@picovm/device-disk';
import { interp } from '@picovm/x86-interp';
import { afterAll, expect, test } from 'vitest';
import type { Machine } from './boots.ts';
import { systemBytes } from './files.ts';
import {
  checkMessages,
  type LinuxMachine,
  linuxMachine,
  loadDrivers,
  messages,
  NO_CIPHER_TESTS,
  playLinux,
} from './linux.ts';
import { PcSession } from './pc-session.ts';

// What takes billions of instructions: the kernel unpacks itself, or checks its ciphers.

const WAIT = { patienceMs: 900_000 };
const PATIENT = { timeout: 1_000_000 };
const CONSOLE = 'console=ttyS0';
const SHORT = `${CONSOLE} ${NO_CIPHER_TESTS}`;
/** Where SeaBIOS has its tables. */
const MIB = 2 ** 20;

const WAYS: readonly (LinuxMachine & { name: string; seabios?: boolean })[] = [
  { name: 'directly', entry: 'direct', commandLine: SHORT },
  { name: 'directly, with all its own tests', entry: 'direct', commandLine: CONSOLE },
  { name: 'at its 32-bit entry', entry: '32-bit', commandLine: SHORT },
  { name: 'at its 32-bit entry, with all its own tests', entry: '32-bit', commandLine: CONSOLE },
  { name: 'at its 16-bit entry on our BIOS', entry: '16-bit', commandLine: SHORT },
  { name: 'at its 16-bit entry on SeaBIOS', entry: '16-bit', commandLine: SHORT, seabios: true, reservedAtEnd: MIB },
];

/** Millions of instructions to the shell. */
const counts = new Map<string, number>();

test.for(WAYS.map((way) => [way.name, way] as const))('Linux, entered %s', PATIENT, async ([name, way], context) => {
  const file = (each: string): Uint8Array => systemBytes(context, each);
  const roms: Machine = way.seabios ? { firmware: file('seabios-256k'), videoBios: file('vgabios') } : {};
  const machine: Machine = {
    ...roms,
    ...(await linuxMachine(file, { ...way, drivers: true })),
    disks: [memoryBlocks(MIB)],
    cdroms: [memoryBlocks(file('ipxe.iso'))],
    floppies: [memoryBlocks(1440 * 1024)],
  };
  using session = new PcSession({ ...machine, accelerator: interp(), clock: new VirtualClock() });
  await playLinux(session, WAIT);
  session.report(`Linux, entered ${name}`);
  counts.set(name, session.figures().instructions / 1e6);
  await loadDrivers(session, WAIT);
  const found = await messages(session, WAIT);
  checkMessages(found, true);
  expect(found).toMatch(/ACPI: PM: \(supports S0 S5\)/);
  session.send('poweroff -f\n');
  expect(await session.untilEnd(WAIT)).toBe('shutdown');
});

afterAll(() => {
  const direct = counts.get('directly');
  const unpacked = counts.get('at its 32-bit entry');
  if (direct === undefined || unpacked === undefined) return;
  const saved = `${direct.toFixed(0)} M instructions in place of ${unpacked.toFixed(0)} M`;
  console.log(`Linux, entered directly: ${saved}`);
  // To unpack itself takes it longer than all that it does then.
  expect(unpacked).toBeGreaterThan(5 * direct);
});
