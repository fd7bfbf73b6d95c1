import { type Device, type DeviceState, IRQ_LINES } from '@picovm/core';
import { fail, show } from '../check.ts';
import { FakeMachine } from '../fakes/fake-machine.ts';
import type { RecordedAccess } from '../fakes/recorded-access.ts';
import type { Random } from '../random.ts';
import {
  type Action,
  type ActionOptions,
  describeAction,
  type Outcome,
  perform,
  randomAction,
  type Target,
} from './accesses.ts';

/** Ranges up to so many addresses are compared whole. */
const WHOLE = 2048;
/** So many random actions come between two times of the device's own exercise. */
const EXERCISE_EVERY = 256;

/** Does to a device what random accesses hardly do. */
export type Exercise = (device: Device, machine: FakeMachine, random: () => number) => void;

/** How a bench is made. */
export interface BenchOptions {
  readonly memory: number;
  readonly now?: number;
  readonly exercise?: Exercise;
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
  #wrongAnswer: string | undefined;

  constructor(device: Device, { memory, now, exercise }: BenchOptions) {
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

  /** From now on every answer of the device must be an integer in range. */
  strictly(): this {
    this.#strict = true;
    return this;
  }

  /** The levels of all interrupt lines, and of INTR. */
  levels(): boolean[] {
    const lines = Array.from({ length: IRQ_LINES }, (_, n) => this.machine.irq(n).level);
    return [...lines, this.machine.intr.level];
  }

  /** Gives it the guest memory of another machine: a device may read there. */
  copyMemory(from: Bench): void {
    const { size } = from.machine.memory;
    this.machine.memory.write(0, from.machine.memory.read(0, size));
  }

  /** The device's state; undefined if it has no `snapshot`. */
  snapshot(): DeviceState | undefined {
    return this.device.snapshot?.();
  }

  /**
   * Does one thing.
   * @throws Error if the device throws, or, after `strictly`, answers with what is no answer
   */
  act(action: Action): Outcome {
    let outcome: Outcome;
    try {
      outcome = perform(this.machine, action);
    } catch (cause) {
      throw new Error(`${describeAction(action)}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
    if (this.#wrongAnswer !== undefined) fail(`${describeAction(action)}: ${this.#wrongAnswer}`);
    return outcome;
  }

  /** Does so many things at random, and the device's own exercise between them. @returns what the reads gave */
  stir(random: Random, count: number, options?: ActionOptions): Outcome[] {
    const outcomes: Outcome[] = [];
    this.#drive(random, count, options, (outcome) => outcomes.push(outcome));
    return outcomes;
  }

  /** The same, keeping nothing. */
  drive(random: Random, count: number): void {
    this.#drive(random, count, {}, () => {});
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

  #drive(random: Random, count: number, options: ActionOptions | undefined, take: (outcome: Outcome) => void): void {
    const { targets } = this;
    const exercise = (): void => this.#exercise?.(this.device, this.machine, () => random.next());
    for (let i = 0; i < count; i++) {
      if (i % EXERCISE_EVERY === 0) exercise();
      if (targets.length > 0) take(this.act(randomAction(random, targets, options)));
    }
    exercise();
  }
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
