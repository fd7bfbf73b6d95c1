import { afterAll, describe, expect, it } from 'vitest';
import { type AnyDeviceFactory, type InterruptHooks, testDevice } from '../index.ts';
import { BROKEN_ACCESSES } from './broken/accesses.test-util.ts';
import type { BrokenDevices } from './broken/broken-chime.test-util.ts';
import { BROKEN_HOSTS } from './broken/host.test-util.ts';
import { BROKEN_INSTANCES } from './broken/instances.test-util.ts';
import { BROKEN_INTERRUPTS } from './broken/interrupts.test-util.ts';
import { BROKEN_MANIFESTS } from './broken/manifests.test-util.ts';
import { BROKEN_PICS } from './broken/pics.test-util.ts';
import { BROKEN_STATES } from './broken/states.test-util.ts';
import { BROKEN_TIMERS } from './broken/timers.test-util.ts';
import { chimeInterrupt, chimes } from './chime.test-util.ts';
import { Collector, type TestOutcome } from './collector.test-util.ts';
import { metronomeInterrupt, metronomes } from './metronome.test-util.ts';
import { pics } from './pic.test-util.ts';

const BROKEN_DEVICES: BrokenDevices = merged(
  BROKEN_MANIFESTS,
  BROKEN_ACCESSES,
  BROKEN_STATES,
  BROKEN_INTERRUPTS,
  BROKEN_HOSTS,
  BROKEN_INSTANCES,
  BROKEN_TIMERS,
  BROKEN_PICS,
);

function merged(...tables: readonly BrokenDevices[]): BrokenDevices {
  const names = new Set(tables.flatMap((table) => Object.keys(table)));
  return Object.fromEntries([...names].map((name) => [name, tables.flatMap((table) => table[name] ?? [])]));
}

function collect(factory: AnyDeviceFactory, interrupt: InterruptHooks = chimeInterrupt): Collector {
  const collector = new Collector();
  testDevice({ test: collector.test, factory, interrupt });
  return collector;
}

async function outcomesOf(collector: Collector): Promise<TestOutcome[]> {
  const outcomes = await collector.run();
  const total = outcomes.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const [type] = outcomes[0].name.split(' ');
  console.log(`testDevice: ${type}: ${outcomes.length} cases in ${Math.round(total)} ms`);
  return outcomes;
}

describe('a device that does everything right', () => {
  it('passes every case, and none is skipped', async () => {
    const outcomes = await outcomesOf(collect(chimes()));
    expect(outcomes.filter(({ state }) => state !== 'passed')).toEqual([]);
    expect(outcomes).toHaveLength(Object.keys(BROKEN_DEVICES).length);
  });

  it('passes as an interrupt controller, of which a machine has one', async () => {
    const outcomes = await outcomesOf(collect(pics()));
    expect(outcomes.filter(({ state }) => state !== 'passed')).toMatchObject([
      { name: 'pic shares a machine with another instance', state: 'skipped' },
    ]);
  });

  it('passes as a timer that has no addresses, and no mask', async () => {
    const outcomes = await outcomesOf(collect(metronomes(), metronomeInterrupt));
    expect(outcomes.filter(({ state }) => state !== 'passed')).toMatchObject([
      { name: 'metronome delivers an interrupt that was raised while masked', state: 'skipped' },
    ]);
  });
});

describe('a broken device is caught', () => {
  const table: Row[] = [];

  it('by every case there is', () => {
    const cases = collect(chimes()).names.map((name) => name.replace(/^chime /, ''));
    expect(Object.keys(BROKEN_DEVICES).toSorted()).toEqual(cases.toSorted());
  });

  for (const [name, devices] of Object.entries(BROKEN_DEVICES)) {
    describe(`by the case that it ${name}`, () => {
      it.each(devices.map(({ fault, factory }) => [fault, factory] as const))('%s', async (fault, factory) => {
        const [outcome] = await collect(factory).run(name);
        table.push([name, fault, outcome.state === 'failed' ? outcome.message : 'NOT CAUGHT']);
        expect(outcome.state).toBe('failed');
      });
    });
  }

  afterAll(() => console.log(formatted(table)));
});

type Row = readonly [name: string, fault: string, message: string];

/** The rows under the cases that caught them. */
function formatted(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([, fault]) => fault.length));
  const lines = rows.flatMap(([name, fault, message], i) => {
    const row = `    ${fault.padEnd(width)}  ${message.length > 110 ? `${message.slice(0, 107)}...` : message}`;
    return name === rows[i - 1]?.[0] ? [row] : [`  a device ${name}; not one that`, row];
  });
  const caught = rows.filter(([, , message]) => message !== 'NOT CAUGHT').length;
  return [`Broken devices: ${caught} of ${rows.length} caught, each by the case that is there for it`, ...lines].join(
    '\n',
  );
}
