import { checkNames } from '../arguments.ts';
import { RANGE_KEYS } from '../bus/range-entry.ts';
import { VmError } from '../errors.ts';
import { IRQ_LINES } from '../irq/interrupt-controller.ts';
import { accepts, describeOption } from './check-device-options.ts';
import type { DeviceDefinition, DeviceParts } from './device-definition.ts';
import { frozenCopy } from './frozen-copy.ts';
import { DEVICE_API_VERSION, type DeviceManifest, type DeviceRange, type OptionReference } from './manifest.ts';
import type { DeviceOption, DeviceOptions } from './option-spec.ts';

const TYPE = /^[a-z][a-z0-9-]*$/;
const OPTION_TYPES: readonly DeviceOption['type'][] = ['integer', 'boolean', 'string', 'bytes', 'function', 'object'];
const OPTION_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

/**
 * The manifest of a definition: a copy, as JSON has it, that nobody can change. What another version of the device API
 * says of options and ranges is taken as it is: nobody makes such a device here, but lists show it.
 * @throws VmError `ERR_INVALID_ARGUMENT` if the definition contradicts itself
 */
export function manifestOf(definition: DeviceDefinition<DeviceOptions, DeviceParts>): DeviceManifest {
  const { type, apiVersion, description, options = {}, ranges = [], irqs = [], supports, create } = definition;
  const { defaultId = type } = definition;
  if (typeof type !== 'string' || !TYPE.test(type)) {
    throw malformed(String(type), 'its type must be lower-case letters, digits and dashes, beginning with a letter');
  }
  if (!Number.isInteger(apiVersion) || apiVersion < 1) {
    throw malformed(type, `its apiVersion must be the number of a version, such as ${DEVICE_API_VERSION}`);
  }
  if (!isLine(description)) throw malformed(type, 'its description must be one line');
  if (typeof create !== 'function') throw malformed(type, 'it has no function create');
  const manifest = { type, apiVersion, description, defaultId, options, ranges, irqs };
  const copy = frozenCopy({ ...manifest, supports: { reset: true, snapshot: true, ...supports } }, (path) =>
    malformed(type, `${path} is no plain data, so that a manifest could not be shown as JSON`),
  ) as DeviceManifest;
  if (apiVersion === DEVICE_API_VERSION) checkContent(copy);
  return copy;
}

/** The error for a definition that contradicts itself. */
export function malformed(type: string, problem: string): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', `the definition of ${type} is malformed: ${problem}`, { type });
}

function checkContent({ type, defaultId, options, ranges, irqs, supports }: DeviceManifest): void {
  const refuse = (problem: string): never => {
    throw malformed(type, problem);
  };
  if (!isLine(defaultId)) refuse('its defaultId must be one line');
  if (!Array.isArray(ranges) || !Array.isArray(irqs)) refuse('its ranges and its irqs must be lists');
  for (const [name, option] of Object.entries(options)) {
    const problem = problemOf(name, option);
    if (problem !== undefined) refuse(`its option '${name}' ${problem}`);
  }
  ranges.forEach((range: DeviceRange | null, i) => {
    const { space, base, length, coalesced = false } = (range ?? {}) as DeviceRange;
    checkNames(`ranges.${i} of ${type}`, range ?? {}, RANGE_KEYS, 'key');
    if (space !== 'port' && space !== 'mmio') refuse(`ranges.${i}.space must be 'port' or 'mmio'`);
    if (typeof coalesced !== 'boolean') refuse(`ranges.${i}.coalesced must be true or false`);
    checkPlace(`ranges.${i}.base`, base, 0, Number.MAX_SAFE_INTEGER);
    checkPlace(`ranges.${i}.length`, length, 1, Number.MAX_SAFE_INTEGER);
  });
  irqs.forEach((irq, i) => {
    checkPlace(`irqs.${i}`, irq, 0, IRQ_LINES - 1);
  });
  for (const [name, value] of Object.entries(supports)) {
    if (typeof value !== 'boolean') refuse(`supports.${name} must be true or false`);
  }

  function checkPlace(path: string, place: number | OptionReference, min: number, max: number): void {
    if (typeof place !== 'object' || place === null) {
      if (!Number.isInteger(place) || place < min || place > max) {
        refuse(`${path} must be an integer from ${min} to ${max}, or { option: 'NAME' }`);
      }
      return;
    }
    const option = Object.hasOwn(options, place.option) ? options[place.option] : undefined;
    if (option?.type === 'integer' && (option.default !== undefined || option.required)) return;
    refuse(`${path} refers to an option '${place.option}', which must be an integer that is required or has a default`);
  }
}

function problemOf(name: string, option: DeviceOption): string | undefined {
  if (name === 'id') return 'cannot be there: every device has an id';
  if (!OPTION_NAME.test(name)) return 'must have a name of letters and digits, beginning with a letter';
  if (typeof option !== 'object' || option === null) return `must be a record with a type: ${OPTION_TYPES.join(', ')}`;
  if (!isLine(option.description)) return 'must have a description of one line';
  const problem = problemOfKind(option);
  if (problem !== undefined || !('default' in option)) return problem;
  if (option.required) return 'is required and has a default';
  return accepts(option, option.default) ? undefined : `must have a default that is ${describeOption(option)}`;
}

function problemOfKind(option: DeviceOption): string | undefined {
  switch (option.type) {
    case 'integer': {
      const { min, max, multipleOf = 1 } = option;
      const bounded = Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max;
      if (!bounded) return 'must have both min and max, which are integers, and min is not the larger one';
      return Number.isSafeInteger(multipleOf) && multipleOf >= 1 ? undefined : 'must have an integer as multipleOf';
    }
    case 'string': {
      const { choices = [''] } = option;
      const words = Array.isArray(choices) && choices.length > 0 && choices.every((word) => typeof word === 'string');
      return words ? undefined : 'must have a list of strings as choices';
    }
    case 'bytes':
      return Number.isSafeInteger(option.maxLength) ? undefined : 'must have an integer as maxLength';
    case 'boolean':
    case 'function':
    case 'object':
      return undefined;
    default:
      return `has the type '${(option as { type?: unknown }).type}', and there are ${OPTION_TYPES.join(', ')}`;
  }
}

function isLine(text: unknown): boolean {
  return typeof text === 'string' && text !== '' && !text.includes('\n');
}
