import { kvm } from '@picovm/kvm-native';
import { describe, test } from 'vitest';
import { BOOTS } from './boots.ts';
import { systemBytes } from './files.ts';
import { PcSession } from './pc-session.ts';

// Where KVM emulates instructions, these take minutes; on a host with VT-x or SVM seconds.
const WAIT = { patienceMs: 1_200_000 };

describe('long boots on KVM', () => {
  test.for(BOOTS.map((boot) => [boot.name, boot] as const))(
    '%s',
    { timeout: 1_300_000 },
    async ([name, boot], context) => {
      const accelerator = kvm();
      const probe = await accelerator.probe();
      if (!probe.available) return context.skip(`kvm: ${probe.reason}`);
      if (!probe.supports.hardware && boot.emulatedKvmLacks !== undefined) {
        return context.skip(`KVM emulates instructions on this host: ${boot.emulatedKvmLacks}`);
      }
      const machine = await boot.machine((each) => systemBytes(context, each));
      using session = new PcSession({ ...machine, accelerator });
      await boot.play(session, WAIT);
      session.report(`${name}, KVM`);
    },
  );
});
