import { type Device, defineDevice, type MmioHandler } from '@picovm/core';
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
        'the device drives interrupt line 5: tell testDevice how, with interrupt: { raise, mask, unmask }',
      );
    }
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
    expect(silent.message).toContain('what the guest reads when the host throws, beside a host that works');
    const [said] = await register({ factory, reportsFailures: true }).run(name);
    expect(said).toMatchObject({ state: 'passed' });
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
    expect(test).toHaveBeenCalled();
  });
});
