import { VirtualClock } from '@picovm/core';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import { describe, test } from 'vitest';
import { BOOTS } from './boots.ts';
import { systemBytes } from './files.ts';
import { PcSession } from './pc-session.ts';

/** Where KVM emulates instructions, it does about 1.5 millions a second: what is longer is in `npm run test:long`. */
const SHORT = 50;

describe('boots on the interpreter', () => {
  test.for(BOOTS.map((boot) => [boot.name, boot] as const))('%s', { timeout: 120_000 }, async ([, boot], context) => {
    const machine = await boot.machine((name) => systemBytes(context, name));
    // Virtual time: a boot repeats, and the seconds that boot loaders wait for a key cost little.
    using session = new PcSession({ ...machine, accelerator: interp(), clock: new VirtualClock() });
    await boot.play(session, {});
    session.report(boot.name);
  });
});

describe('boots on KVM', () => {
  test.for(BOOTS.map((boot) => [boot.name, boot] as const))('%s', { timeout: 120_000 }, async ([, boot], context) => {
    const accelerator = kvm();
    const probe = await accelerator.probe();
    if (!probe.available) return context.skip(`kvm: ${probe.reason}`);
    if (!probe.supports.hardware) {
      if (boot.emulatedKvmLacks !== undefined) {
        return context.skip(`KVM emulates instructions on this host: ${boot.emulatedKvmLacks}`);
      }
      if (boot.instructions > SHORT) {
        const reason = `it would take a minute and more for ${boot.instructions} M instructions: npm run test:long does it`;
        return context.skip(`KVM emulates instructions on this host: ${reason}`);
      }
    }
    const machine = await boot.machine((name) => systemBytes(context, name));
    // Real time: KVM does not count instructions.
    using session = new PcSession({ ...machine, accelerator });
    await boot.play(session, {});
    session.report(`${boot.name}, KVM`);
  });
});
