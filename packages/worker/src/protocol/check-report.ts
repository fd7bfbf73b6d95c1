import { isErrorData } from './error-data.ts';
import type { Calls, Report } from './messages.ts';

type Check = (value: unknown) => boolean;

/** The members that a report of each type must have. */
const REPORTS: { readonly [T in Report['type']]: Check } = {
  hello: () => true,
  broken: members({ error: isErrorData }),
  answer: members({ id: isNumber }),
  refusal: members({ id: isNumber, error: isErrorData }),
  output: members({ name: isString, bytes: isBytes }),
  screen: members({ name: isString }),
};

/** What the answer to each call must be; nobody looks at those of the others. */
const ANSWERS: { readonly [M in keyof Calls]?: Check } = {
  build: members({ acceleratorName: isString, outputs: isStrings, inputs: isStrings, screens: isStrings }),
  run: members({
    outcome: isString,
    message: isString,
    cpu: isObject,
    recentAccesses: Array.isArray,
    counters: isObject,
    error: (value) => value === undefined || isErrorData(value),
  }),
  counters: isObject,
  map: Array.isArray,
  dump: isObject,
  readMemory: isBytes,
  snapshot: isBytes,
};

/** Whether a message is a report as it should be: a worker runs code of its own, and may send anything. */
export function isReport(message: Partial<Report>): message is Report {
  const { type } = message;
  return typeof type === 'string' && Object.hasOwn(REPORTS, type) && REPORTS[type](message);
}

/** Whether a value is an answer to a call. */
export function isAnswer(method: keyof Calls, value: unknown): boolean {
  return ANSWERS[method]?.(value) ?? true;
}

function members(checks: Readonly<Record<string, Check>>): Check {
  return (value) =>
    isObject(value) &&
    Object.entries(checks).every(([name, check]) => check((value as Readonly<Record<string, unknown>>)[name]));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every(isString);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array;
}
