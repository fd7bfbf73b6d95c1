import { existsSync } from 'node:fs';
import { isMisspelt } from '@picovm/core';
import { BUILT_IN_TYPES } from './built-in-devices.ts';
import { installedPackages } from './installed-packages.ts';

/** Fewer letters begin too many names. */
const MIN_PART = 3;

/** A package that is one of devices by its name, or that somebody owns by its scope: `@scope/name` of `@scope/name/file`. */
const PACKAGE = /^(?:@[^/]+\/[^/]+|picovm-device-[^/]+)/;

/** Why there is no device of this name, and what may have been meant, as a sentence about it. */
export function unknownDevice(name: string, directory: string): string {
  if (existsSync(name)) return `it is a file: write it as ./${name}`;
  const builtIn = [...BUILT_IN_TYPES].sort();
  const what = `it is neither built in (${builtIn.join(', ')}) nor an installed package`;
  const [packageName] = PACKAGE.exec(name) ?? [];
  const known = [...builtIn, ...installedPackages(directory).map((info) => info.name)];
  const isMeant = packageName === undefined ? isSimilar : isMisspelt;
  const meant = known.filter((one) => isMeant(shortName(name), shortName(one)));
  if (meant.length > 0) return `${what}: did you mean ${meant.join(' or ')}?`;
  // What a package of any other name is, nobody knows: its code would run.
  if (packageName !== undefined) return `${what}: npm install ${packageName}`;
  return `${what}: see 'picovm devices'; packages with devices are called picovm-device-NAME`;
}

function shortName(name: string): string {
  return name.toLowerCase().replace(/^.*picovm-device-/, '');
}

function isSimilar(name: string, known: string): boolean {
  const parts = name.split('-').filter((part) => part.length >= MIN_PART);
  return parts.some((part) => known.split('-').some((one) => one.startsWith(part))) || isMisspelt(name, known);
}
