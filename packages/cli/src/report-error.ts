import { isVmError } from '@picovm/core';
import { printable } from './output/printable.ts';
import { UsageError } from './usage-error.ts';

/** Says on standard error what went wrong, in one sentence. */
export function reportError(error: unknown): void {
  // Parts of it may come from others, such as what a device's module throws: one line, and nothing that moves a cursor.
  if (error instanceof UsageError || isVmError(error)) console.error(`picovm: ${printable(error.message)}`);
  else console.error(unexpected(error));
}

// A defect of ours, or a host at its limits. The stack is for whoever reports it, and no answer to a user.
function unexpected(error: unknown): string {
  const stack = error instanceof Error ? error.stack : undefined;
  if (process.env.PICOVM_DEBUG) return `picovm: ${stack ?? String(error)}`;
  const message = error instanceof Error ? error.message : String(error);
  return `picovm: unexpected: ${message} (please report it, with what PICOVM_DEBUG=1 in the environment adds)`;
}
