import { checkEqual } from '../../check.ts';
import type { Bench } from '../bench.ts';
import type { DeviceCase } from '../device-case.ts';
import { optionsApart } from '../places.ts';
import { checkReads } from '../same.ts';

const ACCESSES = 2000;
const ROUNDS = 16;
/** Nanoseconds that pass in a round. */
const WAIT = 100_000;
/** In one of so many rounds the next alarm is waited for, */
const ALARM_EVERY = 4;
/** if it is no further away than that (nanoseconds). */
const LONGEST_WAIT = 1e9;

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
      used.stir(subject.random(400 + round), ACCESSES / ROUNDS);
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
    if (used.isController) return skip('it is the interrupt controller, of which a machine has one');
    const other = subject.make({ ...elsewhere, id: 'another' });
    const alone = subject.bench({ ...elsewhere, id: 'another' });
    const lines = used.machine.irqsAsked.length;
    used.machine.attach(other);
    const itsLines = used.machine.irqsAsked
      .slice(lines)
      .filter((n) => !used.machine.irqsAsked.slice(0, lines).includes(n));
    const levels = (): boolean[] => itsLines.map((n) => used.machine.irq(n).level);
    const levelsAlone = (): boolean[] => itsLines.map((n) => alone.machine.irq(n).level);
    const checkUnused = (): void => {
      const what = 'after another instance in its machine was used';
      checkEqual(other.snapshot?.(), alone.snapshot(), `the state of a device, ${what}`);
      checkEqual(levels(), levelsAlone(), `the interrupt lines of a device, ${what}`);
    };
    for (let round = 0; round < ROUNDS; round++) {
      used.stir(subject.random(220 + round), ACCESSES / ROUNDS, { time: false, straddle: false });
      checkUnused();
      const { clock } = alone.machine;
      const untilAlarm = Math.max(0, Math.ceil(clock.nextAlarm() - clock.now()));
      const wait = round % ALARM_EVERY === 0 && untilAlarm <= LONGEST_WAIT ? untilAlarm : WAIT;
      for (const { machine } of [used, alone]) machine.clock.advance(wait);
      checkUnused();
    }
    // And what is in between answers to nobody.
    used.stir(subject.random(250), ACCESSES);
  },
};
