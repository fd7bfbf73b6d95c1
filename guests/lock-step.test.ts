import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import { describe, expect, test } from 'vitest';
import { cases } from './cases/index.ts';
import { whyNot } from './harness/accelerators.ts';
import type { GuestCase } from './harness/guest-case.ts';
import { lockStep } from './harness/lock-step.ts';

const [own, other] = await Promise.all([interp().probe(), kvm().probe()]);

const BLOCKS = 'a repeated access is an exit for each element on one, and for many on the other';
/** Programs whose exits are not the same on both, and why. */
const OTHER_EXITS: Readonly<Record<string, string>> = {
  cpuid: 'KVM asks what CPUID is to answer before the guest runs',
  msr: 'KVM is in the middle of RDMSR and WRMSR when it asks',
  'port-string-write': BLOCKS,
  'port-string-read': BLOCKS,
  'port-string-long': BLOCKS,
  'mmio-string': BLOCKS,
};

/** Why a program cannot run on both. */
function whyNotHere(guestCase: GuestCase): string | undefined {
  if (!own.available) return `interp: ${own.reason}`;
  if (!other.available) return `kvm: ${other.reason}`;
  if (guestCase.machine?.devices !== undefined) return 'interrupts of devices come when they do on each';
  if (guestCase.name in OTHER_EXITS) return OTHER_EXITS[guestCase.name];
  return whyNot(guestCase, interp(), own.supports) ?? whyNot(guestCase, kvm(), other.supports);
}

describe('programs of the suite on the interpreter and on KVM at once, compared at every exit', () => {
  for (const guestCase of cases) {
    test(guestCase.name, async (context) => {
      const reason = whyNotHere(guestCase);
      if (reason !== undefined) context.skip(reason);
      const { exits, difference } = await lockStep(guestCase);
      expect(difference).toBeUndefined();
      expect(exits).toBeGreaterThan(0);
    });
  }
});
