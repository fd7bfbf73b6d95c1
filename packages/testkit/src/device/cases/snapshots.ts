import { check, checkEqual } from '../../check.ts';
import type { DeviceCase } from '../device-case.ts';
import { checkPlainData, scribble } from '../plain-data.ts';
import { checkSame, checkState, stirAlike, waitAlike } from '../same.ts';

const POINTS = 12;
const ACCESSES = 300;

/** Goes back to a state after others. */
export const restoreCase: DeviceCase = {
  name: 'takes its own snapshot back',
  run(subject, skip) {
    if (!subject.supports.snapshot) return skip(NO_SNAPSHOTS);
    const bench = subject.bench();
    for (let point = 0; point < POINTS; point++) {
      bench.stir(subject.random(30 + point), ACCESSES);
      const saved = bench.save();
      const levels = bench.levels();
      bench.stir(subject.random(60 + point), ACCESSES);
      bench.load(saved);
      checkEqual(bench.snapshot(), saved.state, 'the state after it was restored');
      checkEqual(bench.levels(), levels, 'the interrupt lines after a state was restored');
      // Of what was going on before, nothing comes later.
      const fresh = subject.bench();
      fresh.load(saved);
      waitAlike(bench, fresh, 'after a state was restored, beside a new device with the same state');
    }
  },
};

/** Goes on elsewhere. */
export const resumeCase: DeviceCase = {
  name: 'goes on from a snapshot in another instance',
  run(subject, skip) {
    if (!subject.supports.snapshot) return skip(NO_SNAPSHOTS);
    const what = 'an instance that a snapshot was restored into, beside the one that it was taken of';
    for (let point = 0; point < POINTS; point++) {
      const first = subject.bench();
      first.stir(subject.random(90 + point), ACCESSES);
      const second = subject.bench();
      second.load(structuredClone(first.save()));
      checkState(second, first, what);
      // At every other point the guest waits first: nothing but time then moves what was restored.
      if (point % 2 === 1) waitAlike(second, first, what);
      stirAlike(second, first, subject.random(120 + point), ACCESSES, what);
      waitAlike(second, first, what);
      checkSame(second, first, what);
      checkEqual(second.memory, first.memory, `${what}: guest memory, by regions,`);
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
    const state = bench.save().state;
    checkPlainData(state);
    check(
      Number.isSafeInteger(state.version) && state.version >= 1,
      `the version of a state must be an integer from 1`,
    );
    const copy = structuredClone(state);
    checkEqual(copy, state, 'a structured clone of a snapshot');

    bench.stir(subject.random(151), ACCESSES);
    checkEqual(state, copy, 'a snapshot, after its device went on');
    const now = structuredClone(bench.save().state);
    scribble(bench.snapshot());
    checkEqual(bench.snapshot(), now, 'the state of a device, after a snapshot of it was written to');

    const restored = structuredClone(copy);
    bench.restore(restored);
    bench.stir(subject.random(152), ACCESSES);
    checkEqual(restored, copy, 'a state that was restored, after its device went on');
    bench.restore(restored);
    scribble(restored);
    const aliased = bench.snapshot();
    bench.restore(structuredClone(copy));
    checkEqual(aliased, bench.snapshot(), 'the state of a device, after what it was restored from was written to');
  },
};

const NO_SNAPSHOTS = 'it was said to have no snapshots';
