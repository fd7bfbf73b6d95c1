import { type DeviceState, isVmError } from '@picovm/core';
import { check, checkEqual, fail, show } from '../../check.ts';
import { firstDifference } from '../../difference.ts';
import type { Bench } from '../bench.ts';
import type { DeviceCase } from '../device-case.ts';
import { type Garbage, noStates, spoiltStates } from '../garbage.ts';
import type { Subject } from '../subject.ts';

const POINTS = 2;
const ACCESSES = 300;
const AFTER = 64;

/**
 * Restores states that the device did not write. One that cannot be told from what it could have written is taken as what
 * it says, and the device goes on from there.
 */
export const garbageStatesCase: DeviceCase = {
  name: 'refuses states that it cannot have written, and stays as it is',
  run(subject, skip) {
    if (!subject.supports.snapshot) return skip('it was said to have no snapshots');
    for (let point = 0; point < POINTS; point++) {
      const used = (): Bench => {
        const bench = subject.bench();
        bench.stir(subject.random(160 + point), ACCESSES);
        return bench;
      };
      let bench = used();
      const state = bench.snapshot() as DeviceState;
      for (const garbage of noStates(state)) {
        if (!isRefused(bench, garbage)) fail(`${garbage.what} was restored: expected ERR_DEVICE_STATE`);
      }
      for (const garbage of spoiltStates(state)) {
        if (isRefused(bench, garbage)) continue;
        checkTaken(subject, bench, garbage);
        bench = used();
      }
    }
  },
};

// A refusal has its code, and changes nothing.
function isRefused(bench: Bench, { what, state }: Garbage): boolean {
  const before = structuredClone(bench.snapshot());
  const levels = bench.levels();
  try {
    bench.restore(state as DeviceState);
    return false;
  } catch (error) {
    const right = isVmError(error) && error.code === 'ERR_DEVICE_STATE';
    check(right, () => `${what} is refused with ${show(error)}: expected a VmError ERR_DEVICE_STATE`);
    checkEqual(bench.snapshot(), before, `the state after ${what} was refused`);
    checkEqual(bench.levels(), levels, `the interrupt lines after ${what} was refused`);
    return true;
  }
}

function checkTaken(subject: Subject, bench: Bench, { what, state }: Garbage): void {
  const difference = firstDifference(bench.snapshot(), state);
  if (difference !== undefined) {
    const { path, actual, expected } = difference;
    fail(
      `${what} was restored: expected ERR_DEVICE_STATE; now ${path} is ${show(actual)}, in place of ${show(expected)}`,
    );
  }
  try {
    bench.strictly().stir(subject.random(170), AFTER);
  } catch (cause) {
    throw new Error(`${what} was restored: expected ERR_DEVICE_STATE; then: ${(cause as Error).message}`, { cause });
  }
}
