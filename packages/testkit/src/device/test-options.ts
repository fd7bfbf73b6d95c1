import type { Device, DeviceSupports } from '@picovm/core';
import type { FakeMachine, FakeMachineOptions } from '../fakes/fake-machine.ts';
import type { TestFunction } from '../runner.ts';

/** What makes the device under test: what `defineDevice` gives, or any function that gives a device. */
export type AnyDeviceFactory = (...options: never[]) => Device;

/** What a factory takes. */
export type OptionsOf<F extends AnyDeviceFactory> =
  Parameters<F> extends [] ? never : Partial<NonNullable<Parameters<F>[0]>>;

/** What {@link testDevice} takes beside its options if the factory cannot do without any. */
export type NeededOptions<F extends AnyDeviceFactory> =
  Parameters<F> extends readonly [unknown, ...unknown[]] ? { readonly options: Parameters<F>[0] } : unknown;

/** How to make a device want its interrupt, and how its driver masks it. All are called with the device and its machine. */
export interface InterruptHooks<D extends Device = Device> {
  /** The line. Default: the first that the device asks for. */
  readonly irq?: number;
  /** Makes something happen that the device interrupts for. Called once an instance. */
  raise(device: D, machine: FakeMachine): void;
  /**
   * Does what a driver does to get no interrupt. Left out, together with `unmask`, for a device that has no mask of its
   * own: then what is about masks is not tested.
   */
  mask?(device: D, machine: FakeMachine): void;
  /** Does what a driver does to get interrupts. */
  unmask?(device: D, machine: FakeMachine): void;
  /** Does what a driver does to serve the interrupt: the line is low then. If it is left out, that is not tested. */
  acknowledge?(device: D, machine: FakeMachine): void;
}

/** What {@link testDevice} takes. */
export interface DeviceTestOptions<F extends AnyDeviceFactory = AnyDeviceFactory> {
  /** The `test` of vitest or of `node:test`, or another function that registers a test. */
  readonly test: TestFunction;
  /** What the names of the tests begin with. Default: the type in the manifest, or else `device`. */
  readonly name?: string;
  /** Makes the device under test. It is called many times, each time for a device of its own. */
  readonly factory: F;
  /** What it is called with. Functions among them must not keep what they are given: memory is measured. */
  readonly options?: OptionsOf<F>;
  /** What the device can do, if its factory has no manifest. Default: everything. */
  readonly supports?: Partial<DeviceSupports>;
  /**
   * Options that put a second device beside the first in one machine: other addresses. Default: found out from the
   * manifest.
   */
  readonly elsewhere?: OptionsOf<F>;
  /** How to interrupt; required if the device asks for an interrupt line. */
  readonly interrupt?: InterruptHooks<ReturnType<F>>;
  /**
   * Does to a device what random accesses will hardly do: the handshake of its driver, input from the host.
   * @param random gives integers from 0 to 2^32 - 1, the same in each run: no other randomness
   */
  readonly exercise?: (device: ReturnType<F>, machine: FakeMachine, random: () => number) => void;
  /**
   * The options that give the device `fn` as everything that it calls of the host. Default: every option that the
   * manifest says is a function. The tests pass functions that throw, that reject, and that never end; a host that works
   * is that of `options`, where it is given.
   */
  readonly backend?: (fn: () => unknown) => OptionsOf<F>;
  /**
   * Whether the device tells the guest that its host failed it, as a disk does. Default false: the guest then must see
   * exactly what it sees if all goes well.
   */
  readonly reportsFailures?: boolean;
  /** Bytes of guest memory, from address 0 on, a multiple of 4096; or its regions. Default 65,536. */
  readonly memory?: FakeMachineOptions['memory'];
  /** Of the random accesses. Default 1. The messages of failures name it. */
  readonly seed?: number;
}
