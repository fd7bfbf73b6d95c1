import { type Device, type DeviceManifest, type DeviceSupports, isDeviceFactory } from '@picovm/core';
import type { FakeMachineOptions } from '../fakes/fake-machine.ts';
import { Random } from '../random.ts';
import { Bench, type Exercise } from './bench.ts';
import type { AnyDeviceFactory, DeviceTestOptions } from './test-options.ts';

/** Options of a device, by name. */
export type Given = Readonly<Record<string, unknown>>;

/** The device under test: how to make one, and what is known of it. */
export class Subject {
  readonly manifest: DeviceManifest | undefined;
  readonly supports: DeviceSupports;
  /** What the tests were given. */
  readonly settings: DeviceTestOptions;
  readonly seed: number;
  readonly #memory: FakeMachineOptions['memory'];
  readonly #factory: (options?: Given) => Device;

  constructor(settings: DeviceTestOptions) {
    const { factory, seed = 1, supports, memory = 65_536 } = settings;
    this.settings = settings;
    this.manifest = isDeviceFactory(factory) ? factory.manifest : undefined;
    this.supports = this.manifest?.supports ?? { reset: true, snapshot: true, ...supports };
    this.seed = seed;
    this.#memory = memory;
    this.#factory = factory as AnyDeviceFactory as (options?: Given) => Device;
  }

  /** The options that it is made with. */
  get options(): Given {
    return (this.settings.options ?? {}) as Given;
  }

  /** A new device. @param more options beside those of the test */
  make(more: Given = {}): Device {
    const options = { ...this.options, ...more };
    return Object.keys(options).length === 0 ? this.#factory() : this.#factory(options);
  }

  /** Calls the factory with exactly these. */
  makeWith(options: unknown): Device {
    return this.#factory(options as Given);
  }

  /**
   * A new device in a machine of its own.
   * @param more options beside those of the test
   * @param now guest time at which it is attached, in nanoseconds
   */
  bench(more: Given = {}, now = 0): Bench {
    const { exercise } = this.settings;
    return new Bench(this.make(more), { memory: this.#memory, now, exercise: exercise as Exercise | undefined });
  }

  /** The same, with nothing done to it but by the test itself. */
  quietBench(): Bench {
    return new Bench(this.make(), { memory: this.#memory });
  }

  /** The same, with no guest memory in the way. */
  emptyBench(more: Given): Bench {
    return new Bench(this.make(more), { memory: 0 });
  }

  /** Numbers at random, the same in each run. @param stream another number gives other ones */
  random(stream = 0): Random {
    return new Random(this.seed * 1_000_003 + stream);
  }
}
