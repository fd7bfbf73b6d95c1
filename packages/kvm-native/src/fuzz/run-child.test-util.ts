import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Counts } from './fuzz-round.test-util.ts';

/** What a fuzzing process did. */
export interface Fuzzed {
  /** VMs. */
  readonly rounds: number;
  readonly counts: Counts;
}

const source = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const ADDON = source('kvm-native/prebuilds/linux-x64/kvm-native.napi.glibc.node');

/**
 * Throws random states at VMs in a process of its own, for some time. Each VM has a seed of its own: `PICOVM_SEED` repeats it
 * alone.
 * @throws Error with the seed, if the process crashed, or a VM did what it must not
 */
export async function fuzzInChild(milliseconds: number): Promise<Fuzzed> {
  const folder = mkdtempSync(join(tmpdir(), 'picovm-fuzz-'));
  try {
    const outfile = join(folder, 'child.mjs');
    buildSync({
      entryPoints: [fileURLToPath(new URL('./child.test-util.ts', import.meta.url))],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'es2023',
      alias: {
        '@picovm/core': source('core/src/index.ts'),
        '@picovm/core/x86': source('core/src/x86/index.ts'),
        '@picovm/testkit': source('testkit/src/index.ts'),
      },
    });
    const only = process.env.PICOVM_SEED;
    return await run(outfile, only ?? String(Date.now() >>> 0), only === undefined ? milliseconds : 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(program: string, seed: string, milliseconds: number): Promise<Fuzzed> {
  const child = spawn(process.execPath, [program, seed, String(milliseconds), ADDON], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let last = '';
  let unfinished = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (unfinished + text).split('\n');
    unfinished = lines.pop() ?? '';
    last = lines.at(-1) ?? last;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (status === 0) return JSON.parse(last) as Fuzzed;
  const how = signal === null ? `ended with ${status}` : `was killed by ${signal}`;
  throw new Error(`the process ${how}. PICOVM_SEED=${last} repeats it alone.\n${errors}`);
}
