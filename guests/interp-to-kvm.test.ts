import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock, type VmSnapshot } from '@picovm/core';
import { readSnapshotFile, writeSnapshotFile } from '@picovm/core/node';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { cases } from './cases/index.ts';
import { whyNot } from './harness/accelerators.ts';
import { differences } from './harness/compare.ts';
import { EMULATED_KVM_MIDWAY } from './harness/emulated-kvm.ts';
import type { GuestCase } from './harness/guest-case.ts';
import { CaseMachine, TIMEOUT_MS } from './harness/run-case.ts';
import { newRandom } from './snapshots/random.ts';

/** Points at which each program of the suite is left. */
const POINTS_A_CASE = 4;
const NS_PER_INSTRUCTION = 10;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'picovm-interp-to-kvm-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The same moment by a clock that runs as the host's does: KVM counts no instructions. */
function byRealClock(snapshot: VmSnapshot, now: number): VmSnapshot {
  const { machine } = snapshot;
  return { ...snapshot, machine: { ...machine, clock: { kind: 'real', settings: {} } }, clock: { elapsed: now } };
}

const probe = await kvm().probe();
const origin = await interp().probe();

/** Why a program cannot make the journey here. */
function whyNotHere(guestCase: GuestCase): string | undefined {
  if (!probe.available) return `kvm: ${probe.reason}`;
  if (!origin.available) return `interp: ${origin.reason}`;
  return (
    whyNot(guestCase, interp(), origin.supports) ??
    whyNot(guestCase, kvm(), probe.supports) ??
    (probe.supports.hardware ? undefined : EMULATED_KVM_MIDWAY[guestCase.name])
  );
}

describe('programs of the suite, begun on the interpreter and finished on KVM from a file', () => {
  for (const guestCase of cases) {
    test(guestCase.name, async (context) => {
      const reason = whyNotHere(guestCase);
      if (reason !== undefined) context.skip(reason);
      const random = newRandom();
      onTestFailed(() => console.error(`to repeat this: PICOVM_SEED=${random.seed}`));
      using whole = new CaseMachine(guestCase, interp(), new VirtualClock());
      whole.load();
      const { instructions } = (await whole.vm.run({ timeoutMs: TIMEOUT_MS })).counters;
      for (let i = 0; i < POINTS_A_CASE; i++) {
        const at = random.integer(1, instructions - 1);
        using first = new CaseMachine(guestCase, interp(), new VirtualClock());
        first.load();
        first.vm.clock.alarm(at * NS_PER_INSTRUCTION, () => first.vm.stop());
        await first.vm.run({ timeoutMs: TIMEOUT_MS });
        const file = join(folder, `${guestCase.name}.picovm`);
        await writeSnapshotFile(file, byRealClock(first.vm.snapshot(), first.vm.clock.now()));
        using second = new CaseMachine(guestCase, kvm());
        second.continueFrom(first, await readSnapshotFile(file));
        const seen = second.observe(await second.vm.run({ timeoutMs: TIMEOUT_MS }));
        const lines = differences(guestCase, seen);
        if (lines.length > 0) expect.fail([`at instruction ${at}:`, ...lines].join('\n'));
      }
    });
  }
});
