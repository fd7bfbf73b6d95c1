import { kvm } from '@picovm/kvm-native';
import { expect, test } from 'vitest';
import { vetoOf } from './random/exclusions.ts';
import { LockStep } from './random/lock-step.ts';
import { MNEMONICS } from './random/pool.ts';
import { runPrograms, tallyText } from './random/run-programs.ts';

const probe = await kvm().probe();
/** The least that must be compared, and what is compared because it takes a minute only. */
const [LEAST, WANTED] = [100_000, 1_000_000];

test('a million random real-mode instructions do the same on the interpreter and on KVM', (context) => {
  if (!probe.available) return context.skip(`kvm: ${probe.reason}`);
  const { hardware } = probe.supports;
  using pair = new LockStep(kvm(), vetoOf(hardware));
  const tally = runPrograms(pair, WANTED);
  console.log(tallyText(tally));
  if (process.env.PICOVM_SEED !== undefined) return;
  expect(tally.instructions).toBeGreaterThanOrEqual(LEAST);
  // An emulated KVM lacks some.
  expect(tally.mnemonics.size).toBeGreaterThan(MNEMONICS.length * (hardware ? 0.9 : 0.75));
});
