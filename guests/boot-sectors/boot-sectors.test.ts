import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '@picovm/core';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import { describe, expect, test } from 'vitest';
import { systemBytes } from '../systems/files.ts';
import { PcSession } from '../systems/pc-session.ts';
import { PROGRAMS } from './plays.ts';
import { machineOf } from './programs.ts';

const PATIENT = { timeout: 120_000 };
const rows = PROGRAMS.map((program) => [program.name, program] as const);

test('every boot sector is played', () => {
  const files = readdirSync(fileURLToPath(new URL('.', import.meta.url))).filter((file) => file.endsWith('.bin'));
  expect([...new Set(PROGRAMS.map(({ file }) => `${file}.bin`))].sort()).toEqual(files.sort());
});

describe('boot sectors on the interpreter, with our BIOS', () => {
  test.for(rows)('%s', PATIENT, async ([, program]) => {
    using session = new PcSession({ ...machineOf(program), accelerator: interp(), clock: new VirtualClock() });
    await program.play(session);
  });
});

describe('boot sectors on the interpreter, with SeaBIOS', () => {
  test.for(rows)('%s', PATIENT, async ([, program], context) => {
    const firmware = systemBytes(context, 'seabios-256k');
    const videoBios = systemBytes(context, 'vgabios');
    const machine = { ...machineOf(program), firmware, videoBios };
    using session = new PcSession({ ...machine, accelerator: interp(), clock: new VirtualClock() });
    await program.play(session);
  });
});

describe('boot sectors on KVM, with our BIOS', () => {
  test.for(rows)('%s', PATIENT, async ([, program], context) => {
    const accelerator = kvm();
    const probe = await accelerator.probe();
    if (!probe.available) return context.skip(`kvm: ${probe.reason}`);
    if (!probe.supports.hardware && program.emulatedKvmLacks !== undefined) {
      return context.skip(`KVM emulates instructions on this host: ${program.emulatedKvmLacks}`);
    }
    // Real time: KVM does not count instructions.
    using session = new PcSession({ ...machineOf(program), accelerator });
    await program.play(session);
  });
});
