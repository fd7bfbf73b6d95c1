import { type Device, type DeviceContext, defineDevice, type FunctionOption, type MmioHandler } from '@picovm/core';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { type DeviceTestOptions, type FakeMachine, type TestFunction, testDevice } from '../index.ts';
import { Chime, chimeInterrupt, chimes } from './chime.test-util.ts';
import { Collector, type TestOutcome } from './collector.test-util.ts';

function register(options: Omit<DeviceTestOptions, 'test'>): Collector {
  const collector = new Collector();
  testDevice({ ...options, test: collector.test });
  return collector;
}

async function outcomesOf(options: Omit<DeviceTestOptions, 'test'>): Promise<TestOutcome[]> {
  return await register(options).run();
}

function inState(outcomes: readonly TestOutcome[], state: TestOutcome['state']): Record<string, string> {
  return Object.fromEntries(outcomes.filter((one) => one.state === state).map(({ name, message }) => [name, message]));
}

/** A block of registers in memory, 8 bytes wide. */
const registers = defineDevice({
  type: 'registers',
  apiVersion: 1,
  description: 'sixteen bytes',
  ranges: [{ space: 'mmio', base: 0xfed00000, length: 16 }],
  supports: { snapshot: false },
  create: (_options, { ranges }) => {
    const view = new DataView(new ArrayBuffer(24));
    const handler: MmioHandler = {
      read: (offset, size) =>
        size === 1 ? view.getUint8(offset) : size === 2 ? view.getUint16(offset, true) : view.getUint32(offset, true),
      write: (offset, size, value) => {
        for (let i = 0; i < size; i++) view.setUint8(offset + i, value >>> (8 * i));
      },
      read64: (offset) => view.getBigUint64(offset, true),
      write64: (offset, value) => view.setBigUint64(offset, value, true),
    };
    return {
      attach: (context: Parameters<Device['attach']>[0]) => context.claimMmio(ranges[0], handler),
      reset: () => {
        for (let i = 0; i < 16; i++) view.setUint8(i, 0);
      },
    };
  },
});

/** Asks its host for the date whenever it is read; the first of January 1970 if that fails, or not. */
function calendars(guarded: boolean) {
  return defineDevice({
    type: 'calendar',
    apiVersion: 1,
    description: 'the day of the month',
    options: {
      date: { type: 'function', required: true, description: 'gives the date' } as FunctionOption<() => Date> & {
        required: true;
      },
    },
    ranges: [{ space: 'port', base: 0x70, length: 1 }],
    supports: { snapshot: false },
    create: ({ date }, { ranges }) => {
      const day = (): number => {
        const { getUTCDate } = Date.prototype;
        if (!guarded) return getUTCDate.call(date());
        let answer: Date;
        try {
          answer = date();
        } catch {
          return 1;
        }
        return getUTCDate.call(answer);
      };
      return {
        attach: (context: DeviceContext) => context.claimPorts(ranges[0], { read: day, write: () => {} }),
        reset: () => {},
      };
    },
  });
}

describe('testDevice', () => {
  it('leaves out what there is nothing to look at, and skips what is said to be unsupported', async () => {
    const outcomes = await outcomesOf({ factory: registers });
    expect(inState(outcomes, 'failed')).toEqual({});
    expect(outcomes.map(({ name }) => name)).not.toContainEqual(
      expect.stringMatching(/interrupt|blocks|host fails|shares/),
    );
    expect(inState(outcomes, 'skipped')).toEqual({
      'registers gives snapshots that are plain data of their own': 'it was said to have no snapshots',
      'registers takes its own snapshot back': 'it was said to have no snapshots',
      'registers goes on from a snapshot in another instance': 'it was said to have no snapshots',
      'registers refuses states that it cannot have written, and stays as it is': 'it was said to have no snapshots',
    });
  });

  it('wants to know how to interrupt', async () => {
    const failed = inState(await outcomesOf({ factory: chimes() }), 'failed');
    expect(Object.keys(failed)).toHaveLength(3);
    for (const message of Object.values(failed)) {
      expect(message).toBe(
        'the device drives interrupt line 5: tell testDevice how, with interrupt: { raise, mask, unmask }, or ' +
          '{ raise } if it has no mask of its own',
      );
    }
  });

  it('refuses options that it does not have, or that are not what they must be', () => {
    const test = vi.fn<TestFunction>();
    const factory = chimes();
    const [mask, raise, unmask] = [() => {}, () => {}, () => {}];
    for (const [options, message] of [
      [undefined, 'testDevice: the options must be a record, not undefined'],
      [{ factory }, 'testDevice needs test: the function of your test runner'],
      [{ test }, 'testDevice needs factory: what makes the device under test, not undefined'],
      [{ test, factory: factory() }, 'not a device; it is called many times'],
      [{ test, factory, intrerupt: {} }, 'testDevice has no option intrerupt: there are test, name, factory, options,'],
      [{ test, factory, exercise: 7 }, 'testDevice: exercise must be a function, not 7'],
      [{ test, factory, seed: 'x' }, 'testDevice: seed must be an integer, not "x"'],
      [{ test, factory, interrupt: { mask, unmask } }, 'testDevice: interrupt needs raise'],
      [{ test, factory, interrupt: { raise, mask } }, 'testDevice: interrupt needs unmask too: leave out both'],
      [{ test, factory, interrupt: { raise, acknowlegde: raise } }, 'testDevice: interrupt has no option acknowlegde'],
    ] as const) {
      expect(() => testDevice(options as unknown as DeviceTestOptions)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
      );
    }
    expect(test).not.toHaveBeenCalled();
  });

  it('looks at 8-byte answers too', async () => {
    const make = (): Device => ({
      id: 'wide',
      type: 'wide',
      attach: (context) =>
        context.claimMmio({ base: 0xfed00000, length: 8 }, { read: () => 0, write: () => {}, read64: () => -1n }),
    });
    const collector = register({ factory: make, supports: { reset: false, snapshot: false } });
    const [outcome] = await collector.run('answers every offset and width with an integer');
    expect(outcome.message).toContain('with -1n: expected a bigint from 0 to 2^64 - 1');
  });

  it('believes what it is told of a device without a manifest', async () => {
    const lying = await register({ factory: registers, name: 'it' }).run('is what it says it is');
    expect(inState(lying, 'failed')).toEqual({});
    const plain = (): Device => ({ id: 'plain', type: 'plain', attach: () => {} });
    const [right] = await register({ factory: plain, supports: { reset: false, snapshot: false } }).run('says it is');
    expect(right).toMatchObject({ name: 'device is what it says it is', state: 'passed' });
    const [wrong] = await register({ factory: plain }).run('says it is');
    expect(wrong.message).toBe('plain has no reset(), and it was said that it is supported');
  });

  it('makes devices with the options that it is given, and exercises them the same way each time', async () => {
    const seen: string[] = [];
    const run = async (): Promise<string[]> => {
      seen.length = 0;
      const collector = register({
        factory: chimes() as never,
        options: { base: 0x600 } as never,
        exercise: (device, machine, random) => seen.push(`${device.id} ${machine.claims[0].range.base} ${random()}`),
      });
      await collector.run('survives random accesses');
      return [...seen];
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(50);
    expect(first[0]).toMatch(/^chime 1536 \d+$/);
    expect(await run()).toEqual(first);
  });

  it('says when nothing called the host', async () => {
    class Deaf extends Chime {
      protected override send(): void {}
    }
    const [outcome] = await register({ factory: chimes(Deaf) }).run('goes on when its host fails it');
    expect(outcome).toMatchObject({ state: 'skipped', message: 'no access called the host: pass `exercise`' });
  });

  it('allows a device to tell its guest that the host failed, if that is said', async () => {
    class Disk extends Chime {
      protected override send(byte: number): void {
        try {
          const answer = this.options.output?.(byte);
          if (answer instanceof Promise) answer.catch(() => {});
        } catch {
          this.period = 0xff;
        }
      }
    }
    const factory = chimes(Disk);
    const name = 'goes on when its host fails it';
    const [silent] = await register({ factory }).run(name);
    expect(silent.message).toMatch(
      /^a host whose `output` throws, called at Disk\.send \(.*test-device\.test\.ts:\d+:\d+\): read .* as of a host that works, .*reportsFailures: true$/,
    );
    const [said] = await register({ factory, reportsFailures: true }).run(name);
    expect(said).toMatchObject({ state: 'passed' });
  });

  it('lets a host that works be that of the options, and answers nothing with a promise that is answered at once', async () => {
    const name = 'goes on when its host fails it';
    const options = { date: () => new Date(0) } as never;
    expect(await register({ factory: calendars(true), options }).run(name)).toMatchObject([{ state: 'passed' }]);
    const [unguarded] = await register({ factory: calendars(false), options }).run(name);
    expect(unguarded.message).toMatch(
      /^a host whose `date` throws, called at .*test-device\.test\.ts:\d+:\d+\)?: read .*calendar threw.*: catch what functions of the host throw, and handle the promises that they give$/,
    );
  });

  it('gives back what it watches of the host', async () => {
    const before = [Date, Date.now, performance.now, setTimeout, process.listeners('unhandledRejection')];
    await register({ factory: chimes(), interrupt: chimeInterrupt }).run();
    expect([Date, Date.now, performance.now, setTimeout, process.listeners('unhandledRejection')]).toEqual(before);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  });

  it('infers the device and its options from the factory', () => {
    const test = vi.fn<TestFunction>();
    testDevice({
      test,
      factory: chimes(),
      options: { base: 0x510, volume: 10 },
      exercise: (device, machine) => {
        expectTypeOf(device).toExtend<Chime>();
        expectTypeOf(machine).toEqualTypeOf<FakeMachine>();
      },
      interrupt: chimeInterrupt,
    });
    // @ts-expect-error: there is no such option
    testDevice({ test, factory: chimes(), options: { bse: 1 } });
    // @ts-expect-error: a number is no device
    testDevice({ test, factory: () => 7 });
    testDevice({ test, factory: (_options: { readonly size: number }) => registers(), options: { size: 1 } });
    // @ts-expect-error: it cannot be made without options
    testDevice({ test, factory: (_options: { readonly size: number }) => registers() });
    expect(test).toHaveBeenCalled();
  });
});
