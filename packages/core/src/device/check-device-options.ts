import { checkNames, showValue } from '../arguments.ts';
import { VmError } from '../errors.ts';
import { hex } from '../format.ts';
import type { DeviceOption, DeviceOptions, IntegerOption } from './option-spec.ts';

/**
 * The options of a device, checked, with `id` and the defaults filled in.
 * @param type the device's type, for the messages
 * @param defaultId the `id` if none is given
 * @param given what the user gave
 * @throws VmError `ERR_INVALID_ARGUMENT` naming the device, the option, what was given, and what it may be
 */
export function checkDeviceOptions(
  type: string,
  defaultId: string,
  options: DeviceOptions,
  given: unknown,
): Record<string, unknown> {
  checkNames(type, given, ['id', ...Object.keys(options)]);
  const values = given as Readonly<Record<string, unknown>>;
  const { id = defaultId } = values;
  if (typeof id !== 'string' || id === '') throw invalid(type, 'id must be a string that is not empty', { id }, ':');
  const checked: Record<string, unknown> = { id };
  for (const [name, option] of Object.entries(options)) checked[name] = checkOption(type, name, option, values[name]);
  return checked;
}

function checkOption(type: string, name: string, option: DeviceOption, given: unknown): unknown {
  if (given === undefined) {
    if (option.required) throw invalid(type, `needs the option '${name}': ${describeOption(option)}`, { name });
    return 'default' in option ? option.default : undefined;
  }
  if (accepts(option, given)) return given;
  throw invalid(type, `${name} must be ${describeOption(option)}, not ${show(given, option)}`, { name, given }, ':');
}

/** What an option may be, as part of a sentence: `an integer from 0 to 23`. */
export function describeOption(option: DeviceOption): string {
  switch (option.type) {
    case 'integer':
      return describeInteger(option);
    case 'boolean':
      return 'true or false';
    case 'string':
      return option.choices === undefined ? 'a string' : `one of ${option.choices.join(', ')}`;
    case 'bytes':
      return `a Uint8Array of at most ${option.maxLength} bytes`;
    case 'function':
      return 'a function';
    case 'object':
      return 'an object of the host program';
  }
}

function describeInteger(option: IntegerOption): string {
  const { min, max, multipleOf = 1 } = option;
  const range = `an integer from ${form(min, option)} to ${form(max, option)}`;
  return multipleOf === 1 ? range : `${range} and a multiple of ${multipleOf}`;
}

function form(value: number, { hex: inHex }: IntegerOption): string {
  if (!inHex || !Number.isSafeInteger(value)) return String(value);
  return value < 0 ? `-${hex(-value)}` : hex(value);
}

/** Whether an option takes a value. */
export function accepts(option: DeviceOption, value: unknown): boolean {
  switch (option.type) {
    case 'integer': {
      if (!Number.isSafeInteger(value)) return false;
      const number = value as number;
      return number >= option.min && number <= option.max && number % (option.multipleOf ?? 1) === 0;
    }
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string' && (option.choices === undefined || option.choices.includes(value));
    case 'bytes':
      return value instanceof Uint8Array && value.length <= option.maxLength;
    case 'function':
      return typeof value === 'function';
    case 'object':
      return typeof value === 'object' && value !== null;
  }
}

function show(value: unknown, option?: DeviceOption): string {
  if (typeof value === 'number' && option?.type === 'integer') return form(value, option);
  return showValue(value);
}

function invalid(type: string, problem: string, details: Record<string, unknown>, colon = ''): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', `${type}${colon} ${problem}`, { type, ...details });
}
