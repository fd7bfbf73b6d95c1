import type { DeviceState } from '@picovm/core';
import { check, checkEqual } from '../../check.ts';
import type { Bench } from '../bench.ts';
import type { DeviceCase } from '../device-case.ts';
import { checkPlainData, scribble } from '../plain-data.ts';
import { checkSame } from '../same.ts';
import type { Subject } from '../subject.ts';

const POINTS = 12;
const ACCESSES = 300;
const WAITS = [100, 10_000, 1_000_000, 20_000_000];

/** Goes back to a state after others. */
export const restoreCase: DeviceCase = {
  name: 'takes its own snapshot back',
  run(subject, skip) {
    if (!subject.supports.snapshot) return skip(NO_SNAPSHOTS);
    const bench = subject.bench();
    for (let point = 0; point < POINTS; point++) {
      bench.stir(subject.random(30 + point), ACCESSES);
      const state = snapshotOf(bench.device);
      const levels = bench.levels();
      // A state belongs to its time: that of the machine is restored with it. So time stands still here.
      bench.stir(subject.random(60 + point), ACCESSES, { time: false });
      bench.device.restore?.(state);
      checkEqual(bench.snapshot(), state, 'the state after it was restored');
      checkEqual(bench.levels(), levels, 'the interrupt lines after a state was restored');
    }
  },
};

/** Goes on elsewhere. */
export const resumeCase: DeviceCase = {
  name: 'goes on from a snapshot in another instance',
  run(subject, skip) {
    if (!subject.supports.snapshot) return skip(NO_SNAPSHOTS);
    for (let point = 0; point < POINTS; point++) {
      const first = subject.bench();
      first.stir(subject.random(90 + point), ACCESSES);
      const second = subject.bench({}, first.machine.clock.now());
      second.copyMemory(first);
      second.device.restore?.(structuredClone(snapshotOf(first.device)));
      checkEqual(
        second.snapshot(),
        first.snapshot(),
        'the state of another instance that a snapshot was restored into',
      );
      checkEqual(
        second.levels(),
        first.levels(),
        'the interrupt lines of an instance that a snapshot was restored into',
      );
      // At every other point the guest waits first: nothing but time then moves what was restored.
      if (point % 2 === 1) waitTogether(first, second);
      const [went, goesOn] = [first, second].map((bench) => bench.stir(subject.random(120 + point), ACCESSES));
      checkEqual(goesOn, went, 'what is read from an instance that a snapshot was restored into');
      waitTogether(first, second);
      checkSame(second, first, 'an instance that a snapshot was restored into, later');
    }
  },
};

/** What a snapshot is made of, and that it is nobody else's. */
export const plainDataCase: DeviceCase = {
  name: 'gives snapshots that are plain data of their own',
  run(subject, skip) {
    if (!subject.supports.snapshot) return skip(NO_SNAPSHOTS);
    const bench = subject.bench();
    bench.stir(subject.random(150), ACCESSES);
    const state = snapshotOf(bench.device);
    checkPlainData(state);
    check(
      Number.isSafeInteger(state.version) && state.version >= 1,
      `the version of a state must be an integer from 1`,
    );
    const copy = structuredClone(state);
    checkEqual(copy, state, 'a structured clone of a snapshot');

    bench.stir(subject.random(151), ACCESSES);
    checkEqual(state, copy, 'a snapshot, after its device went on');
    const now = structuredClone(snapshotOf(bench.device));
    scribble(bench.snapshot());
    checkEqual(bench.snapshot(), now, 'the state of a device, after a snapshot of it was written to');

    const restored = structuredClone(copy);
    bench.device.restore?.(restored);
    bench.stir(subject.random(152), ACCESSES);
    checkEqual(restored, copy, 'a state that was restored, after its device went on');
    bench.device.restore?.(restored);
    scribble(restored);
    const aliased = bench.snapshot();
    bench.device.restore?.(structuredClone(copy));
    checkEqual(aliased, bench.snapshot(), 'the state of a device, after what it was restored from was written to');
  },
};

function waitTogether(first: Bench, second: Bench): void {
  for (const nanoseconds of WAITS) {
    for (const { machine } of [first, second]) machine.clock.advance(nanoseconds);
    const when = `${nanoseconds} ns after a snapshot was restored into another instance`;
    checkEqual(second.snapshot(), first.snapshot(), `the state, ${when}`);
    checkEqual(second.levels(), first.levels(), `the interrupt lines, ${when}`);
  }
}

const NO_SNAPSHOTS = 'it was said to have no snapshots';

function snapshotOf(device: ReturnType<Subject['make']>): DeviceState {
  const state = device.snapshot?.();
  check(typeof state === 'object' && state !== null, 'snapshot() must give a record');
  return state;
}
