import { hexRange } from '../format.ts';
import type { ClockDescription } from '../time/clock.ts';
import type { SnapshotDifference } from './difference.ts';
import type { MachineDescription, RangeDescription, RegionDescription } from './vm-snapshot.ts';

const NONE = 'none';

/**
 * Everything in which a machine is not the one of a snapshot: memory, devices, where they are, the clock. The names of
 * regions, the accelerator and the CPU are not compared, and the machine's devices may own more addresses. Where devices are is
 * where they were when all had joined: those that move since are moved by `restore`.
 */
export function compareMachines(snapshot: MachineDescription, machine: MachineDescription): SnapshotDifference[] {
  return [
    ...compareByKey(
      'memory',
      snapshot.memory,
      machine.memory,
      ({ base }) => `at 0x${base.toString(16)}`,
      describeRegion,
    ),
    ...compareByKey(
      'device',
      snapshot.devices,
      machine.devices,
      ({ id }) => id,
      ({ type }) => `a ${type}`,
    ),
    ...compareRanges(snapshot, machine),
    ...compareClocks(snapshot.clock, machine.clock),
  ];
}

function compareByKey<T>(
  what: string,
  snapshot: readonly T[],
  machine: readonly T[],
  keyOf: (each: T) => string,
  describe: (each: T) => string,
): SnapshotDifference[] {
  const before = new Map(snapshot.map((each) => [keyOf(each), describe(each)]));
  const now = new Map(machine.map((each) => [keyOf(each), describe(each)]));
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((key) => {
    const [a, b] = [before.get(key) ?? NONE, now.get(key) ?? NONE];
    return a === b ? [] : [{ what: `${what} ${key}`, snapshot: a, machine: b }];
  });
}

function describeRegion({ size, readonly }: RegionDescription): string {
  return `${size} bytes${readonly ? ', read-only' : ''}`;
}

// Of devices that both have: that one is missing is said already.
function compareRanges(snapshot: MachineDescription, machine: MachineDescription): SnapshotDifference[] {
  const here = new Set(machine.devices.map(({ id }) => id));
  return snapshot.ranges
    .filter(({ owner }) => here.has(owner))
    .flatMap((range) => {
      if (machine.ranges.some((other) => contains(other, range))) return [];
      const its = machine.ranges.filter(({ owner, space }) => owner === range.owner && space === range.space);
      const what = `${range.space === 'port' ? 'ports' : 'MMIO'} of ${range.owner}`;
      return [{ what, snapshot: describeRange(range), machine: its.map(describeRange).join(' and ') || NONE }];
    });
}

function contains(outer: RangeDescription, inner: RangeDescription): boolean {
  return (
    outer.owner === inner.owner &&
    outer.space === inner.space &&
    outer.base <= inner.base &&
    outer.base + outer.length >= inner.base + inner.length
  );
}

function describeRange({ base, length }: RangeDescription): string {
  return hexRange(base, length);
}

function compareClocks(snapshot: ClockDescription, machine: ClockDescription): SnapshotDifference[] {
  const [a, b] = [describeClock(snapshot), describeClock(machine)];
  return a === b ? [] : [{ what: 'the clock', snapshot: a, machine: b }];
}

function describeClock({ kind, settings }: ClockDescription): string {
  const names = Object.keys(settings).sort();
  return names.length === 0 ? kind : `${kind} (${names.map((name) => `${name} ${settings[name]}`).join(', ')})`;
}
