import { checkEqual } from '../../check.ts';
import type { Bench } from '../bench.ts';
import type { DeviceCase } from '../device-case.ts';
import { optionsApart } from '../places.ts';
import { checkReads } from '../same.ts';

const ACCESSES = 2000;
const ROUNDS = 16;

/** Two machines with one device each. */
export const independenceCase: DeviceCase = {
  name: 'knows nothing of other instances',
  run(subject) {
    const [used, idle] = [subject.bench(), subject.bench()];
    // Before anything is used: what all instances share is then as it is at first.
    const fresh = subject.bench();
    const expected = { state: structuredClone(fresh.snapshot()), levels: fresh.levels(), reads: fresh.reads() };
    const checkUnused = (bench: Bench, which: string): void => {
      const what = `${which} after another instance in another machine was used`;
      checkEqual(bench.snapshot(), expected.state, `the state of ${what}`);
      checkEqual(bench.levels(), expected.levels, `the interrupt lines of ${what}`);
      checkReads(bench.reads(), expected.reads, what);
    };
    for (let round = 0; round < ROUNDS; round++) {
      used.stir(subject.random(400 + round), ACCESSES / ROUNDS, { time: false });
      checkUnused(subject.bench(), 'a device that was made');
    }
    checkUnused(idle, 'a device that was there');
  },
};

/** Two devices in one machine. */
export const togetherCase: DeviceCase = {
  name: 'shares a machine with another instance',
  appliesTo: (subject) => subject.manifest === undefined || optionsApart(subject) !== undefined,
  run(subject, skip) {
    const elsewhere = optionsApart(subject);
    if (elsewhere === undefined) return skip('the factory has no manifest: pass `elsewhere`');
    const used = subject.bench();
    const other = subject.make({ ...elsewhere, id: 'another' });
    const lines = used.machine.irqsAsked.length;
    used.machine.attach(other);
    const state = structuredClone(other.snapshot?.());
    const itsLines = used.machine.irqsAsked
      .slice(lines)
      .filter((n) => !used.machine.irqsAsked.slice(0, lines).includes(n));
    const levels = (): boolean[] => itsLines.map((n) => used.machine.irq(n).level);
    const before = levels();
    for (let round = 0; round < ROUNDS; round++) {
      used.stir(subject.random(220 + round), ACCESSES / ROUNDS, { time: false, straddle: false });
      checkEqual(other.snapshot?.(), state, 'the state of a device, after another instance in its machine was used');
      checkEqual(levels(), before, 'the interrupt lines of a device, after another instance in its machine was used');
    }
    // And what is in between answers to nobody.
    used.stir(subject.random(250), ACCESSES);
  },
};
