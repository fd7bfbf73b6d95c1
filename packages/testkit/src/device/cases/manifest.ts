import {
  DEVICE_API_VERSION,
  type DevicePlace,
  hexRange,
  type IntegerOption,
  placeOf,
  type RangeSpec,
} from '@picovm/core';
import { check, checkEqual, show } from '../../check.ts';
import type { FakeMachine } from '../../fakes/fake-machine.ts';
import type { DeviceCase } from '../device-case.ts';
import { movedOptions, placingOptions, resolvedOptions } from '../places.ts';
import type { Given, Subject } from '../subject.ts';

/** Holds the manifest to what the device really does when it is attached. */
export const manifestCase: DeviceCase = {
  name: 'is what it says it is',
  run(subject) {
    const { device, machine } = subject.bench();
    check(typeof device.id === 'string' && device.id !== '', () => `id must be a string, not ${show(device.id)}`);
    check(
      typeof device.type === 'string' && device.type !== '',
      () => `type must be a string, not ${show(device.type)}`,
    );
    for (const method of ['reset', 'snapshot', 'restore'] as const) {
      const wanted = subject.supports[method === 'reset' ? 'reset' : 'snapshot'];
      const has = typeof device[method] === 'function';
      const says = wanted ? 'is supported' : 'is not supported';
      check(has === wanted, `${device.id} ${has ? 'has' : 'has no'} ${method}(), and it was said that it ${says}`);
    }
    const { manifest } = subject;
    if (manifest === undefined) return;
    checkEqual(manifest.apiVersion, DEVICE_API_VERSION, 'the version of the device API that the manifest names');
    checkEqual(device.type, manifest.type, 'the type of the device, beside that of the manifest');
    check(device.manifest === manifest, 'the device has another manifest than its factory');
    checkEqual(device.id, subject.options.id ?? manifest.defaultId, 'the id of a device that is given none');
    checkEqual(subject.make({ id: 'another' }).id, 'another', 'the id of a device that is given one');
    checkPlace(machine, placeOf(manifest, resolvedOptions(subject, {})), 'with the options of the test');
  },
};

/** Holds a device whose options place it to where they put it. */
export const placesCase: DeviceCase = {
  name: 'goes where its options put it',
  appliesTo: ({ manifest }) => manifest === undefined || placingOptions(manifest).length > 0,
  run(subject, skip) {
    const { manifest } = subject;
    if (manifest === undefined) return skip('the factory has no manifest: make it with defineDevice');
    const elsewhere = movedOptions(subject);
    if (elsewhere !== undefined) checkPlaceWith(subject, elsewhere);
    for (const name of placingOptions(manifest)) {
      const { min, max, multipleOf = 1 } = manifest.options[name] as IntegerOption;
      checkPlaceWith(subject, { [name]: Math.ceil(min / multipleOf) * multipleOf });
      checkPlaceWith(subject, { [name]: Math.floor(max / multipleOf) * multipleOf });
    }
  },
};

function checkPlaceWith(subject: Subject, options: Given): void {
  if (subject.manifest === undefined) return;
  const where = `with ${Object.entries(options)
    .map(([name, value]) => `${name} ${show(value)}`)
    .join(', ')}`;
  const { machine } = attached(subject, options, where);
  checkPlace(machine, placeOf(subject.manifest, resolvedOptions(subject, options)), where);
}

function attached(subject: Subject, options: Given, where: string): { machine: FakeMachine } {
  try {
    return subject.emptyBench(options);
  } catch (cause) {
    throw new Error(`${where}, which the manifest allows: ${(cause as Error).message}`, { cause });
  }
}

function checkPlace(machine: FakeMachine, place: DevicePlace, where: string): void {
  const describe = (space: string, { base, length, width, label = '', coalesced = false }: RangeSpec): string => {
    const widths = `of widths ${width?.min ?? 1} to ${width?.max ?? 4}`;
    const notes = [...(coalesced ? ['coalesced writes'] : []), ...(label === '' ? [] : [label])];
    return [`${space} ${hexRange(base, length)} ${widths}`, ...notes].join(', ');
  };
  const claimed = machine.claims.map(({ space, range }) => describe(space, range));
  const declared = place.ranges.map((range) => describe(range.space, range));
  checkSet(claimed, declared, `the ranges that it claims ${where}`);
  const line = (n: number): string => `line ${n}`;
  checkSet(machine.irqsAsked.map(line), place.irqs.map(line), `the interrupt lines that it asks for ${where}`);
}

function checkSet(actual: readonly string[], declared: readonly string[], what: string): void {
  const list = (values: readonly string[]): string => [...new Set(values)].sort().join('; ') || 'none';
  check(list(actual) === list(declared), () => `${what}: the manifest says ${list(declared)}; really ${list(actual)}`);
}
