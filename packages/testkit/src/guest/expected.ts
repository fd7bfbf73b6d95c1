import { EXIT_REASONS, type RunOutcome, type RunResult } from '@picovm/core';
import { show } from '../check.ts';
import { refuse } from '../check-options.ts';
import type { ExpectedExit, Pattern } from './guest.ts';

const OUTCOMES: Readonly<Record<RunOutcome, true>> = {
  halted: true,
  shutdown: true,
  reset: true,
  failed: true,
  stopped: true,
  timeout: true,
  aborted: true,
  'max-exits': true,
};

type ExpectedEnding = Exclude<ExpectedExit, string>;

/**
 * Refuses what finds itself in every text, and what is no text: a test that passes on it tests nothing.
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function checkPattern(method: string, pattern: unknown): asserts pattern is Pattern {
  if (pattern instanceof RegExp || (typeof pattern === 'string' && pattern !== '')) return;
  refuse(`${method} needs a text that is not empty, or a regular expression, not ${show(pattern)}`);
}

/** The same where a list of rows will do. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkScreenPattern(method: string, pattern: unknown): asserts pattern is Pattern | readonly string[] {
  if (!Array.isArray(pattern)) return checkPattern(method, pattern);
  const row = pattern.findIndex((text) => typeof text !== 'string');
  if (row >= 0) refuse(`${method}: row ${row} must be a text, not ${show(pattern[row])}`);
}

/** The bytes that memory should have. @throws VmError `ERR_INVALID_ARGUMENT` if there are none, or these are no bytes */
export function expectedBytes(method: string, expected: unknown): Uint8Array {
  const isList = Array.isArray(expected);
  if (!isList && typeof expected !== 'string' && !(expected instanceof Uint8Array)) {
    refuse(`${method} needs bytes or a text, not ${show(expected)}`);
  }
  if (expected.length === 0) refuse(`${method} needs at least one byte: of none, nothing can be wrong`);
  if (typeof expected === 'string') return new TextEncoder().encode(expected);
  const wrong = [...expected].find((byte) => !Number.isInteger(byte) || byte < 0 || byte > 0xff);
  if (wrong !== undefined) refuse(`${method} needs bytes, from 0 to 255, not ${show(wrong)}`);
  return Uint8Array.from(expected);
}

/** A register's value as it was given. @throws VmError `ERR_INVALID_ARGUMENT` if a register of so many bits cannot hold it */
export function expectedValue(method: string, name: string, bits: number, value: unknown): bigint {
  const integer =
    typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value as bigint | number) : undefined;
  if (integer !== undefined && BigInt.asUintN(bits, integer) === integer) return integer;
  const max = ((1n << BigInt(bits)) - 1n).toString(16);
  const tooLarge = typeof value === 'number' && value > Number.MAX_SAFE_INTEGER ? ': write it as a bigint' : '';
  return refuse(
    `${method}: ${name} has ${bits} ${bits === 1 ? 'bit' : 'bits'}, unsigned: expected an integer from 0 to 0x${max}, not ${show(value)}${tooLarge}`,
  );
}

/** What is expected, as outcome and exit. @throws VmError `ERR_INVALID_ARGUMENT` if there is none of that name */
export function expectedEnding(method: string, expected: unknown): ExpectedEnding {
  if (expected === 'triple-fault') return { outcome: 'failed', exit: 'shutdown' };
  if (typeof expected === 'object' && expected !== null) return checkedEnding(method, expected);
  if (Object.hasOwn(OUTCOMES, String(expected))) return { outcome: expected as RunOutcome };
  if (Object.hasOwn(EXIT_REASONS, String(expected))) return { exit: expected as keyof typeof EXIT_REASONS };
  return refuse(
    `${method}: ${show(expected)} is neither an outcome of a run (${Object.keys(OUTCOMES).join(', ')}), nor an exit ` +
      `(${Object.keys(EXIT_REASONS).join(', ')}), nor 'triple-fault'`,
  );
}

/** What to write in place of `shutdown` where a guest ended with a triple fault; else empty. */
export function shutdownHint({ outcome, exit }: ExpectedEnding, result: RunResult): string {
  const mistaken = outcome === 'shutdown' && exit === undefined && result.exit?.reason === 'shutdown';
  return mistaken ? " ('shutdown' is the outcome of a power-off; expect a triple fault as 'triple-fault')" : '';
}

function checkedEnding(method: string, expected: object): ExpectedEnding {
  const { outcome, exit, ...others } = expected as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) refuse(`${method} knows no ${unknown}: give outcome, exit, or both`);
  if (outcome === undefined && exit === undefined) refuse(`${method} needs an outcome, an exit, or both`);
  if (outcome !== undefined && !Object.hasOwn(OUTCOMES, String(outcome))) {
    refuse(`${method}: ${show(outcome)} is no outcome of a run: they are ${Object.keys(OUTCOMES).join(', ')}`);
  }
  if (exit !== undefined && !Object.hasOwn(EXIT_REASONS, String(exit))) {
    refuse(`${method}: ${show(exit)} is no exit: they are ${Object.keys(EXIT_REASONS).join(', ')}`);
  }
  return expected as ExpectedEnding;
}
