import { isVmError, VmError, type VmErrorCode } from '@picovm/core';

/** An error as plain data: a structured clone would lose its class, its code and its details. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly cause: ErrorData | undefined;
}

/** Of an error whose cause has a cause, and so on: a chain may be a ring. */
const MAX_CAUSES = 8;

/** Anything that was thrown, as data that can cross. */
export function errorToData(thrown: unknown, causes: number = MAX_CAUSES): ErrorData {
  if (!(thrown instanceof Error)) return { ...NOTHING, message: textOf(thrown) };
  const { name, stack, cause } = thrown;
  const { code } = thrown as { code?: unknown };
  return {
    name: textOf(name),
    message: textOf(thrown),
    stack: typeof stack === 'string' ? stack : undefined,
    code: typeof code === 'string' ? code : undefined,
    details: isVmError(thrown) ? cloneable(thrown.details) : undefined,
    cause: cause === undefined || causes === 0 ? undefined : errorToData(cause, causes - 1),
  };
}

/** Whether this is what `errorToData` gives. */
export function isErrorData(value: unknown, causes: number = MAX_CAUSES): value is ErrorData {
  if (typeof value !== 'object' || value === null) return false;
  const { name, message, stack, code, details, cause } = value as Partial<Record<keyof ErrorData, unknown>>;
  return (
    typeof name === 'string' &&
    typeof message === 'string' &&
    (stack === undefined || typeof stack === 'string') &&
    (typeof code === 'string' || (code === undefined && name !== 'VmError')) &&
    (details === undefined || typeof details === 'object') &&
    (cause === undefined || (causes > 0 && isErrorData(cause, causes - 1)))
  );
}

/** What a thrown value says; anything may be thrown, also what cannot be made a text. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return 'what was thrown cannot be shown';
  }
}

/** The error again: a `VmError` if it was one. */
export function errorFromData(data: ErrorData): Error {
  const { name, message, stack, code, details } = data;
  const cause = data.cause === undefined ? undefined : errorFromData(data.cause);
  let error: Error;
  if (name === 'VmError') error = new VmError(code as VmErrorCode, message, { ...details, cause });
  else {
    error = new Error(message, cause === undefined ? undefined : { cause });
    error.name = name;
    if (code !== undefined) Object.assign(error, { code });
  }
  // Where it was thrown tells more than where it arrived.
  if (stack !== undefined) error.stack = stack;
  return error;
}

const NOTHING: ErrorData = {
  name: 'Error',
  message: '',
  stack: undefined,
  code: undefined,
  details: undefined,
  cause: undefined,
};

function cloneable(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, canCross(value) ? value : textOf(value)]),
  );
}

function canCross(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
