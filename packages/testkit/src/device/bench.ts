import { type Device, type DeviceState, IRQ_LINES } from '@picovm/core';
import { check, fail, show } from '../check.ts';
import { FakeMachine, type FakeMachineOptions } from '../fakes/fake-machine.ts';
import type { RecordedAccess } from '../fakes/recorded-access.ts';
import { Random } from '../random.ts';
import { synchronously } from '../synchronously.ts';
import {
  type Action,
  type ActionOptions,
  describeAction,
  type Outcome,
  perform,
  randomAction,
  type Target,
} from './accesses.ts';
import { stir } from './stir.ts';

/** Ranges up to so many addresses are compared whole. */
const WHOLE = 2048;
/** Does to a device what random accesses hardly do. */
export type Exercise = (device: Device, machine: FakeMachine, random: () => number) => void;

/** How a bench is made. */
export interface BenchOptions {
  readonly memory: FakeMachineOptions['memory'];
  readonly now?: number;
  readonly exercise?: Exercise;
}

/** All that is saved of a bench's machine: the device's state, and what a snapshot of a VM has around it. */
export interface Saved {
  readonly state: DeviceState;
  /** Guest time. */
  readonly now: number;
  /** What the bench drives of the interrupt lines, bit n for line n. */
  readonly inputs: number;
  /** The bytes of each region. */
  readonly memory: readonly Uint8Array[];
}

/** What a device reads as. */
export interface Reads {
  readonly reads: readonly Action[];
  /** What each of the reads gave. */
  readonly values: readonly Outcome[];
}

/** A device in a machine of its own, and what a test does to it. */
export class Bench {
  readonly device: Device;
  readonly machine: FakeMachine;
  readonly #exercise: Exercise | undefined;
  #strict = false;
  #inputs = 0;
  #wrongAnswer: string | undefined;

  constructor(device: Device, { memory, now = 0, exercise }: BenchOptions) {
    this.device = device;
    this.#exercise = exercise;
    this.machine = new FakeMachine(device, {
      memory,
      now,
      keepAccesses: 0,
      onAccess: (access) => {
        if (this.#strict) this.#wrongAnswer ??= wrongAnswer(access);
      },
    });
  }

  /** The ranges that the device claimed. */
  get targets(): Target[] {
    return this.machine.claims
      .filter(({ owner }) => owner === this.device.id)
      .map(({ space, range: { base, length } }) => ({ space, base, length }));
  }

  /** Whether the device is the machine's interrupt controller. */
  get isController(): boolean {
    return this.machine.controller !== undefined;
  }

  /** From now on every answer of the device must be an integer in range. */
  strictly(): this {
    this.#strict = true;
    return this;
  }

  /** The levels of all interrupt lines, and of INTR. */
  levels(): Readonly<Record<string, boolean>> {
    const lines = Array.from({ length: IRQ_LINES }, (_, n) => [`line ${n}`, this.machine.irq(n).level] as const);
    return { ...Object.fromEntries(lines), INTR: this.machine.intr.level };
  }

  /** The bytes of each region of guest memory. */
  get memory(): Uint8Array[] {
    return this.machine.memory.regions.map(({ bytes }) => bytes);
  }

  /** The device's state; undefined if it has no `snapshot`. */
  snapshot(): DeviceState | undefined {
    return synchronously(this.device, 'snapshot', () => this.device.snapshot?.());
  }

  /** Gives the device a state. */
  restore(state: DeviceState): void {
    synchronously(this.device, 'restore', () => this.device.restore?.(state));
  }

  /** Resets the device. */
  reset(): void {
    synchronously(this.device, 'reset', () => this.device.reset?.());
  }

  /** Lets go of all interrupt lines that the bench asserts. */
  releaseLines(): void {
    this.#drive(0);
  }

  /** What `load` takes. */
  save(): Saved {
    const state = this.snapshot();
    check(typeof state === 'object' && state !== null, 'snapshot() must give a record');
    return {
      state,
      now: this.machine.clock.now(),
      inputs: this.#inputs,
      memory: this.memory.map((bytes) => bytes.slice()),
    };
  }

  /** Puts the machine into a state that it, or another, was in: in the order in which a VM does it. */
  load({ state, now, inputs, memory }: Saved): void {
    memory.forEach((bytes, i) => {
      this.memory[i].set(bytes);
    });
    this.machine.clock.restore(now);
    this.machine.restoring(() => this.#drive(inputs));
    this.restore(state);
  }

  /**
   * Does one thing.
   * @throws Error if the device throws, or, after `strictly`, answers with what is no answer
   */
  act(action: Action): Outcome {
    let outcome: Outcome;
    const asserted = this.machine.intr.level;
    if (action.kind === 'line') this.#inputs = withBit(this.#inputs, action.line, action.level);
    try {
      outcome = perform(this.machine, action);
    } catch (cause) {
      throw new Error(`${describeAction(action)}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
    if (this.#strict && asserted && action.kind === 'acknowledge' && !isVector(outcome)) {
      fail(`acknowledge() of the interrupt controller gives ${show(outcome)}: expected a vector from 0 to 255`);
    }
    if (this.#wrongAnswer !== undefined) fail(`${describeAction(action)}: ${this.#wrongAnswer}`);
    return outcome;
  }

  /** Picks something to do, by where the device is. @returns undefined if there is nothing */
  pick(random: Random, targets: readonly Target[], options?: ActionOptions): Action | undefined {
    const { clock } = this.machine;
    const untilAlarm = Math.max(0, Math.ceil(clock.nextAlarm() - clock.now()));
    return randomAction(random, { targets, isController: this.isController, untilAlarm }, options);
  }

  /** Does the device's own exercise. @param seed the same does the same */
  exercise(seed: number): void {
    const random = new Random(seed);
    this.#exercise?.(this.device, this.machine, () => random.next());
  }

  /** Does so many things at random, and the device's own exercise between them. */
  stir(random: Random, count: number, options?: ActionOptions): void {
    stir([this], random, count, () => {}, options);
  }

  /** Empties the lists that grow with each access. */
  forget(): void {
    const { machine } = this;
    for (const list of [machine.log, machine.systemEvents, machine.intr.changes]) list.length = 0;
    for (let n = 0; n < IRQ_LINES; n++) machine.irq(n).changes.length = 0;
  }

  /** What the bytes of all ranges read as, or of large ones the ends and samples. */
  reads(): Reads {
    const reads = this.targets.flatMap(({ space, base, length }) => {
      return offsetsOf(length).map((offset): Action => ({ kind: 'read', space, address: base + offset, size: 1 }));
    });
    return { reads, values: reads.map((read) => this.act(read)) };
  }

  #drive(inputs: number): void {
    this.#inputs = inputs;
    for (let n = 0; n < IRQ_LINES; n++) this.machine.irq(n).set((inputs & (1 << n)) !== 0);
  }
}

function withBit(bits: number, n: number, set: boolean): number {
  return set ? bits | (1 << n) : bits & ~(1 << n);
}

function isVector(outcome: Outcome): boolean {
  return Number.isInteger(outcome) && (outcome as number) >= 0 && (outcome as number) <= 0xff;
}

/**
 * The offsets of a range to be looked at, from the first to the last: all if there are at most so many, else those of
 * both ends, and samples in between.
 */
export function offsetsOf(length: number, whole: number = WHOLE): number[] {
  if (length <= whole) return Array.from({ length }, (_, offset) => offset);
  const quarter = whole / 4;
  const step = (length - 2 * quarter) / (2 * quarter);
  return [
    ...Array.from({ length: quarter }, (_, i) => i),
    ...Array.from({ length: 2 * quarter }, (_, i) => quarter + Math.floor(i * step)),
    ...Array.from({ length: quarter }, (_, i) => length - quarter + i),
  ];
}

// The bus cuts what a device answers: it would hide these.
function wrongAnswer({ direction, size, value, offset, block }: RecordedAccess): string | undefined {
  if (direction === 'write' || block !== undefined || (size !== 8 && (value as number) >>> 0 === value))
    return undefined;
  const limit = size === 8 ? 2n ** 64n : 2 ** 32;
  const right = size === 8 ? typeof value === 'bigint' : Number.isSafeInteger(value);
  if (right && value >= 0 && value < limit) return undefined;
  if ((value as unknown) instanceof Promise) (value as unknown as Promise<unknown>).catch(() => {});
  const expected = size === 8 ? 'a bigint from 0 to 2^64 - 1' : 'an integer from 0 to 2^32 - 1';
  return `the device answers a ${size}-byte read at offset ${offset} with ${show(value)}: expected ${expected}`;
}
