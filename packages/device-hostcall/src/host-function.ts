import { VmError } from '@picovm/core';

/** What a host function answers: bytes, text (sent as UTF-8), or nothing (no bytes). */
export type HostCallResponse = Uint8Array | string | undefined | void;

/**
 * A function that guests can call. It runs while the guest stands still in the middle of an instruction, so it should
 * return soon; what takes longer returns a promise, and the guest goes on meanwhile. What it throws, or its promise
 * rejects with, ends the call with the status FAILED, and never stops the machine.
 * @param request a copy of what the guest sent
 */
export type HostFunction = (request: Uint8Array) => HostCallResponse | Promise<HostCallResponse>;

/** Host functions by the names by which guests call them: 1 to 255 bytes of UTF-8. */
export type HostFunctions = Readonly<Record<string, HostFunction>>;

/** Bytes of the longest name. */
export const MAX_NAME = 255;

/**
 * The functions by name. Only the object's own: a guest cannot call what every object inherits.
 * @throws VmError `ERR_INVALID_ARGUMENT` naming what cannot be called
 */
export function functionTable(functions: HostFunctions): ReadonlyMap<string, HostFunction> {
  const entries = Object.entries(functions);
  if (entries.length === 0 && !isPlain(functions)) {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      'hostcall: functions must be an object that has the functions itself, by name, as { greet: () => text }; of a Map, ' +
        'Object.fromEntries makes one',
    );
  }
  for (const [name, value] of entries) {
    const bytes = new TextEncoder().encode(name).length;
    if (bytes < 1 || bytes > MAX_NAME) {
      throw invalid(`functions has a name of ${bytes} bytes; names have 1 to ${MAX_NAME}`, name);
    }
    if (typeof value !== 'function') throw invalid(`functions.${name} must be a function, not ${typeof value}`, name);
  }
  return new Map(entries);
}

// Of any realm: what it inherits from inherits from nothing.
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The bytes of a response. @throws TypeError if it is none */
export function responseBytes(response: unknown): Uint8Array {
  if (response === undefined) return new Uint8Array();
  if (typeof response === 'string') return new TextEncoder().encode(response);
  if (response instanceof Uint8Array) return response;
  throw new TypeError(`it answered ${response === null ? 'null' : typeof response}, not bytes, text or nothing`);
}

function invalid(problem: string, name: string): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', `hostcall: ${problem}`, { name });
}
