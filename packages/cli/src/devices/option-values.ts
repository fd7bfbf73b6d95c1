import type { DeviceManifest, DeviceOption } from '@picovm/core';
import { UsageError } from '../usage-error.ts';
import { readBytes } from './read-bytes.ts';

/** What a command line cannot give. */
const KINDS: Readonly<Record<string, string>> = { function: 'a function', object: 'an object' };

const INTEGER = /^-?(?:0x[0-9a-f]+|[0-9]+)$/i;

/**
 * The options of a device out of their texts, each as the manifest says. What cannot be read stays text, and what is
 * unknown too: the device's own check refuses it, and says what there is.
 * @throws UsageError for a value that is missing, a function, or a file that cannot be read
 */
export function optionValues(
  manifest: DeviceManifest,
  given: ReadonlyMap<string, string | undefined>,
): Record<string, unknown> {
  return Object.fromEntries([...given].map(([name, text]) => [name, optionValue(name, specOf(manifest, name), text)]));
}

/** Whether a command line can give an option: functions and objects are the host program's own. */
export function isSettable({ type }: DeviceOption): boolean {
  return !Object.hasOwn(KINDS, type);
}

function specOf({ options }: DeviceManifest, name: string): DeviceOption | undefined {
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

function optionValue(name: string, option: DeviceOption | undefined, text: string | undefined): unknown {
  if (option !== undefined && !isSettable(option)) {
    throw new UsageError(`the option '${name}' is ${KINDS[option.type]} of the host program: only code can give it`);
  }
  if (option?.type === 'boolean') return booleanValue(text);
  if (option === undefined && name !== 'id') return text;
  if (text === undefined)
    throw new UsageError(`the option '${name}' needs a value: write it like ${name}=${sample(option)}`);
  if (option?.type === 'integer') return integerValue(text);
  return option?.type === 'bytes' ? readBytes(text, name, option.maxLength) : text;
}

function booleanValue(text = 'true'): boolean | string {
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

function integerValue(text: string): number | string {
  if (!INTEGER.test(text)) return text;
  return text.startsWith('-') ? -Number(text.slice(1)) : Number(text);
}

function sample(option: DeviceOption | undefined): string {
  switch (option?.type) {
    case 'integer':
      return option.hex ? '0x510' : '4';
    case 'bytes':
      return 'FILE';
    default:
      return 'TEXT';
  }
}
