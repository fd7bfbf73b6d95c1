import { decodeSnapshot, VirtualClock } from '@picovm/core';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import { expect, test } from 'vitest';
import type { Machine } from './boots.ts';
import { systemBytes } from './files.ts';
import { PROMPT } from './initramfs.mjs';
import { checkMessages, linuxMachine, messages, NO_CIPHER_TESTS, output, playLinux } from './linux.ts';
import { PcSession } from './pc-session.ts';

// Debian's kernel, entered directly: 0.3 G instructions. Virtual time: it repeats, and delays cost little.
const COMMAND_LINE = `console=ttyS0 ${NO_CIPHER_TESTS}`;
const PATIENT = { timeout: 180_000 };

function start(machine: Machine): PcSession {
  return new PcSession({ ...machine, accelerator: interp(), clock: new VirtualClock() });
}

test(
  'Linux, entered directly: a shell on the serial port, its messages, reboot and power-off',
  PATIENT,
  async (context) => {
    const file = (name: string): Uint8Array => systemBytes(context, name);
    using session = start(await linuxMachine(file, { entry: 'direct', commandLine: COMMAND_LINE }));
    await playLinux(session, {});
    session.report('Linux, entered directly');
    checkMessages(await messages(session, {}));
    expect(await output(session, 'cat /proc/interrupts', {})).toMatch(
      / 4: +[1-9]\d* +IO-APIC +4-edge +ttyS0[\s\S]*^LOC: +[1-9]/m,
    );
    expect(await output(session, 'cat /proc/ioports', {})).toMatch(/03f8-03ff : serial/);
    session.send('reboot -f\n');
    await session.waitForSerial('Linux version');
    expect(session.pc.resets).toBe(1);
    await session.waitForSerial(PROMPT);
    session.send('poweroff -f\n');
    expect(await session.untilEnd()).toBe('shutdown');
    expect(session.serial).toContain('reboot: Power down');
    session.report('Linux, twice to the shell');
  },
);

test('Linux on the VGA console, with the keyboard', PATIENT, async (context) => {
  const file = (name: string): Uint8Array => systemBytes(context, name);
  using session = start(await linuxMachine(file, { entry: 'direct', commandLine: `console=tty0 ${NO_CIPHER_TESTS}` }));
  await session.waitForScreen(PROMPT);
  session.type('echo $((6*7)); echo "It works"\n');
  await session.waitForScreen(/^42\nIt works$/m);
  // More lines than the screen has: it scrolls.
  session.type('seq 1 100\n');
  await session.waitForScreen(/^99\n100\npicovm# *$/m);
  expect(session.screen.split('\n')).toHaveLength(25);
  session.report('Linux on the VGA console');
});

test(
  'Linux, left in the middle of its start and gone on with in a new machine, is the same at the end',
  PATIENT,
  async (context) => {
    const file = (name: string): Uint8Array => systemBytes(context, name);
    const machine = await linuxMachine(file, { entry: 'direct', commandLine: COMMAND_LINE });
    using first = start(machine);
    await first.waitForSerial('PCI host bridge to bus');
    const saved = first.save();
    const finish = async (session: PcSession): Promise<string> => {
      await playLinux(session, {});
      return Buffer.from(session.save()).toString('latin1');
    };
    const expected = await finish(first);
    using second = start(machine);
    second.restore(decodeSnapshot(saved));
    expect((await finish(second)) === expected).toBe(true);
    expect(second.figures().instructions).toBe(first.figures().instructions);
    expect(first.serial.endsWith(second.serial)).toBe(true);
  },
);

test('Linux on KVM, entered directly', PATIENT, async (context) => {
  const accelerator = kvm();
  const probe = await accelerator.probe();
  if (!probe.available) return context.skip(`kvm: ${probe.reason}`);
  // Where it emulates instructions: paging outside of long mode, interrupts in protected mode, the FPU.
  const { lacks = [] } = probe;
  if (lacks.length > 0) return context.skip(`KVM on this host has no ${lacks.join(', no ')}`);
  const file = (name: string): Uint8Array => systemBytes(context, name);
  const machine = await linuxMachine(file, { entry: 'direct', commandLine: COMMAND_LINE });
  // Real time: KVM does not count instructions.
  using session = new PcSession({ ...machine, accelerator });
  await playLinux(session, {});
  session.report('Linux on KVM');
  checkMessages(await messages(session, {}));
  session.send('poweroff -f\n');
  expect(await session.untilEnd()).toBe('shutdown');
});
