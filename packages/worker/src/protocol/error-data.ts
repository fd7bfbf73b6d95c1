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
  if (!(thrown instanceof Error)) return { ...NOTHING, message: String(thrown) };
  const { name, message, stack, cause } = thrown;
  const { code } = thrown as { code?: unknown };
  return {
    name,
    message,
    stack,
    code: typeof code === 'string' ? code : undefined,
    details: isVmError(thrown) ? cloneable(thrown.details) : undefined,
    cause: cause === undefined || causes === 0 ? undefined : errorToData(cause, causes - 1),
  };
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
    Object.entries(details).map(([name, value]) => [name, canCross(value) ? value : String(value)]),
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
