import { type AccessSize, hex, IRQ_LINES } from '@picovm/core';
import type { FakeMachine } from '../fakes/fake-machine.ts';
import type { Random } from '../random.ts';

/** A range on a bus. */
export interface Target {
  readonly space: 'port' | 'mmio';
  readonly base: number;
  readonly length: number;
}

/** Something that a guest does to its devices, that others do to an interrupt controller, or time that passes. */
export type Action =
  | { readonly kind: 'read'; readonly space: 'port' | 'mmio'; readonly address: number; readonly size: AccessSize }
  | {
      readonly kind: 'write';
      readonly space: 'port' | 'mmio';
      readonly address: number;
      readonly size: AccessSize;
      readonly value: number;
    }
  | { readonly kind: 'readBlock'; readonly address: number; readonly size: AccessSize; readonly count: number }
  | { readonly kind: 'writeBlock'; readonly address: number; readonly size: AccessSize; readonly data: Uint8Array }
  | { readonly kind: 'read64'; readonly address: number }
  | { readonly kind: 'write64'; readonly address: number; readonly value: bigint }
  | { readonly kind: 'line'; readonly line: number; readonly level: boolean }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'wait'; readonly nanoseconds: number };

/** What an action gives: of a read what was read. */
export type Outcome = number | bigint | Uint8Array | undefined;

/** Does it. */
export function perform(machine: FakeMachine, action: Action): Outcome {
  switch (action.kind) {
    case 'read':
      return busOf(machine, action.space).read(action.address, action.size);
    case 'write':
      return void busOf(machine, action.space).write(action.address, action.size, action.value);
    case 'readBlock': {
      const block = new Uint8Array(action.size * action.count);
      machine.ports.readBlock(action.address, action.size, block);
      return block;
    }
    case 'writeBlock':
      return void machine.ports.writeBlock(action.address, action.size, action.data);
    case 'read64':
      return machine.mmio.read64(action.address);
    case 'write64':
      return void machine.mmio.write64(action.address, action.value);
    case 'line':
      return void machine.irq(action.line).set(action.level);
    case 'acknowledge':
      // A CPU acknowledges what it sees.
      return machine.intr.level ? machine.controller?.acknowledge() : undefined;
    case 'wait':
      return void machine.clock.advance(action.nanoseconds);
  }
}

/** An action as a sentence. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'read':
      return `read ${bytes(action.size)} at ${action.space} ${hex(action.address)}`;
    case 'write':
      return `write ${hex(action.value)} as ${bytes(action.size)} to ${action.space} ${hex(action.address)}`;
    case 'readBlock':
      return `read a block of ${action.count} times ${bytes(action.size)} at port ${hex(action.address)}`;
    case 'writeBlock':
      return `write a block of ${action.data.length / action.size} times ${bytes(action.size)} to port ${hex(action.address)}`;
    case 'read64':
      return `read 8 bytes at mmio ${hex(action.address)}`;
    case 'write64':
      return `write 0x${action.value.toString(16)} as 8 bytes to mmio ${hex(action.address)}`;
    case 'line':
      return `${action.level ? 'assert' : 'deassert'} interrupt line ${action.line}`;
    case 'acknowledge':
      return 'acknowledge an interrupt';
    case 'wait':
      return `let ${action.nanoseconds} ns pass`;
  }
}

/** Which actions are picked. */
export interface ActionOptions {
  /** Whether accesses may reach over the ends of a range. Default true. */
  readonly straddle?: boolean;
  /** Whether time passes. Default true. */
  readonly time?: boolean;
}

/** What actions are picked for. */
export interface Situation {
  /** The ranges of the device. */
  readonly targets: readonly Target[];
  /** Whether the device is the machine's interrupt controller. */
  readonly isController: boolean;
  /** Nanoseconds until the next alarm goes off; Infinity if there is none. */
  readonly untilAlarm: number;
}

const SIZES: readonly AccessSize[] = [1, 2, 4];
/** Wider than any access by one less than that: how far before a range an access may begin. */
const BEFORE = 3;
const MAX_COUNT = 8;
/** Waits are shorter than two to the power of this, in nanoseconds: about a millisecond. */
const MAX_WAIT_BITS = 21;
/** Later alarms are not waited for: a long run would leave the times that numbers hold exactly. */
const NEAR = 1e10;

/** An action at random; undefined if there is nothing that can be done. */
export function randomAction(random: Random, situation: Situation, options: ActionOptions = {}): Action | undefined {
  const { straddle = true, time = true } = options;
  const { targets, isController, untilAlarm } = situation;
  if (isController && random.below(3) === 0) return randomInterrupt(random);
  if (targets.length === 0) return time ? randomWait(random, untilAlarm, 2) : undefined;
  const kind = random.below(32);
  if (kind <= 2 && time) return randomWait(random, untilAlarm, 4);
  const { space, base, length } = random.pick(targets);
  const size = random.pick(straddle ? SIZES : SIZES.filter((width) => width <= length));
  const first = straddle ? Math.max(0, base - BEFORE) : base;
  const end = straddle ? base + length : base + length - size + 1;
  const address = first + random.below(end - first);
  if (kind === 3 && space === 'port') return { kind: 'readBlock', address, size, count: random.below(MAX_COUNT) };
  if (kind === 4 && space === 'port') return { kind: 'writeBlock', address, size, data: randomBlock(random, size) };
  const wide = space === 'mmio' && (straddle || address + 8 <= base + length);
  if (kind === 3 && wide) return { kind: 'read64', address };
  if (kind === 4 && wide)
    return { kind: 'write64', address, value: (BigInt(random.next()) << 32n) | BigInt(random.next()) };
  return kind % 2 === 1
    ? { kind: 'read', space, address, size }
    : { kind: 'write', space, address, size, value: randomValue(random) };
}

// What an interrupt controller hears from other devices and from the CPU.
function randomInterrupt(random: Random): Action {
  if (random.below(4) === 0) return { kind: 'acknowledge' };
  return { kind: 'line', line: random.below(IRQ_LINES), level: random.below(2) === 1 };
}

// One in so many waits ends when the next alarm goes off, however long that takes.
function randomWait(random: Random, untilAlarm: number, oneIn: number): Action {
  const nanoseconds = random.below(2 ** random.below(MAX_WAIT_BITS));
  const toAlarm = random.below(oneIn) === 0 && untilAlarm <= NEAR;
  return { kind: 'wait', nanoseconds: toAlarm ? untilAlarm : nanoseconds };
}

// Registers tell small numbers, single bits and extremes apart.
function randomValue(random: Random): number {
  switch (random.below(5)) {
    case 0:
      return random.below(16);
    case 1:
      return (1 << random.below(32)) >>> 0;
    case 2:
      return random.below(2) * 0xffffffff;
    case 3:
      return random.below(256);
    default:
      return random.next();
  }
}

function randomBlock(random: Random, size: AccessSize): Uint8Array {
  return Uint8Array.from({ length: size * random.below(MAX_COUNT) }, () => random.below(256));
}

function busOf(machine: FakeMachine, space: 'port' | 'mmio'): FakeMachine['ports'] | FakeMachine['mmio'] {
  return space === 'port' ? machine.ports : machine.mmio;
}

function bytes(size: number): string {
  return size === 1 ? '1 byte' : `${size} bytes`;
}
