import { readFileSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { systemFile } from './fetch-systems.mjs';

/** Where a file of a real system is; the test is skipped, with the reason, if it cannot be had. */
export function systemPath(context: TestContext, name: string): string {
  const { path, missing } = systemFile(name);
  if (path === undefined) return context.skip(`no ${name}: ${missing}`);
  return path;
}

/** A file of a real system, out of a Debian package; the test is skipped, with the reason, if it cannot be had. */
export function systemBytes(context: TestContext, name: string): Uint8Array {
  return Uint8Array.from(readFileSync(systemPath(context, name)));
}
