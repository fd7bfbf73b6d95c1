import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packAll } from '../../scripts/packages/pack.mjs';
import { userEnvironment } from './environment.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The tarballs of this repository's packages: path by name. */
    tarballs: Record<string, string>;
    /** Why nothing can be had from npm's registry, or the empty string if it answers. */
    registryTrouble: string;
  }
}

/** Packs the packages once for all test files, and asks once whether the registry answers. */
export function setup(project: TestProject): () => void {
  const dir = mkdtempSync(join(tmpdir(), 'picovm-tarballs-'));
  project.provide('tarballs', Object.fromEntries(packAll(dir)));
  project.provide('registryTrouble', registryTrouble(dir));
  return () => rmSync(dir, { recursive: true, force: true });
}

function registryTrouble(cwd: string): string {
  const args = ['view', 'typescript', 'name', '--fetch-retries=0', '--fetch-timeout=15000', '--prefer-online'];
  const result = spawnSync('npm', args, {
    cwd,
    env: userEnvironment(),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (result.status === 0) return '';
  const code = /\bcode (E\w+)/.exec(result.stderr)?.[1] ?? 'no answer';
  return `npm's registry cannot be reached (${code})`;
}
