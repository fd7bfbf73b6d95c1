import { type DeviceManifest, type DevicePlace, type IntegerOption, placeOf } from '@picovm/core';
import type { Given, Subject } from './subject.ts';

/** The options of an instance, with the manifest's defaults filled in. @param more beside those of the test */
export function resolvedOptions(subject: Subject, more: Given): Given {
  const options = Object.entries(subject.manifest?.options ?? {});
  const defaults = options.flatMap(([name, option]) => ('default' in option ? [[name, option.default]] : []));
  return { ...Object.fromEntries(defaults), ...subject.options, ...more };
}

/** The names of the options that say where the device is. */
export function placingOptions(manifest: DeviceManifest): string[] {
  const places = [...manifest.ranges.flatMap(({ base, length }) => [base, length]), ...manifest.irqs];
  return [...new Set(places.flatMap((place) => (typeof place === 'number' ? [] : [place.option])))];
}

/**
 * Options that put a second device beside the one that the options of the test give: each base so far away that no range
 * overlaps, each interrupt line another one. Undefined if nothing can be moved.
 */
export function movedOptions(subject: Subject): Given | undefined {
  const { manifest, settings } = subject;
  if (settings.elsewhere !== undefined) return settings.elsewhere as Given;
  if (manifest === undefined) return undefined;
  const options = resolvedOptions(subject, {});
  const moved: Record<string, unknown> = {};
  for (const { base, length, width } of manifest.ranges) {
    if (typeof base === 'number') continue;
    const span = typeof length === 'number' ? length : (options[length.option] as number);
    const { multipleOf = 1 } = manifest.options[base.option] as IntegerOption;
    // A little space between them: accesses may reach over the end of a range.
    const step = roundUp(span + 8, multipleOf * (width?.min ?? 1));
    shift(moved, manifest, options, base.option, Math.max(step, distance(moved, options, base.option)));
  }
  for (const irq of manifest.irqs) if (typeof irq !== 'number') shift(moved, manifest, options, irq.option, 1);
  return Object.keys(moved).length === 0 ? undefined : moved;
}

/** Whether two places have no address in common. */
function areApart(a: DevicePlace, b: DevicePlace): boolean {
  return a.ranges.every((one) =>
    b.ranges.every(
      (other) =>
        one.space !== other.space || one.base + one.length <= other.base || other.base + other.length <= one.base,
    ),
  );
}

/** The options of a second device that can share a machine with the first; undefined if there is none. */
export function optionsApart(subject: Subject): Given | undefined {
  const moved = movedOptions(subject);
  const { manifest } = subject;
  if (moved === undefined || manifest === undefined) return moved;
  const first = placeOf(manifest, resolvedOptions(subject, {}));
  return areApart(first, placeOf(manifest, resolvedOptions(subject, moved))) ? moved : undefined;
}

function shift(
  moved: Record<string, unknown>,
  manifest: DeviceManifest,
  options: Given,
  name: string,
  step: number,
): void {
  const { min, max } = manifest.options[name] as IntegerOption;
  const value = options[name] as number;
  if (value + step <= max) moved[name] = value + step;
  else if (value - step >= min) moved[name] = value - step;
}

// How far an option that places several ranges was moved already.
function distance(moved: Given, options: Given, name: string): number {
  return name in moved ? Math.abs((moved[name] as number) - (options[name] as number)) : 0;
}

function roundUp(value: number, multipleOf: number): number {
  return Math.ceil(value / multipleOf) * multipleOf;
}
