import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Benchmark guests lie beside the checkout; a user's clone has none. */
const shared = process.env.PICOVM_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const folder = join(shared, 'bench', 'guest');

/** Why the benchmark guests cannot be assembled here; undefined if they can. */
export function whyNoGuests(): string | undefined {
  if (!existsSync(folder)) return 'there are no benchmark guests beside the checkout (../shared/bench/guest)';
  try {
    execFileSync('nasm', ['-v'], { stdio: 'ignore' });
  } catch {
    return 'nasm is not installed';
  }
  return undefined;
}

/** Assembles a benchmark guest. @param n its size, `-DN=` */
export function assembleGuest(name: string, n?: number): Uint8Array {
  const work = mkdtempSync(join(tmpdir(), 'picovm-bench-'));
  try {
    const output = join(work, `${name}.bin`);
    const size = n === undefined ? [] : [`-DN=${n}`];
    execFileSync('nasm', ['-f', 'bin', '-I', `${folder}/`, ...size, '-o', output, join(folder, `${name}.asm`)]);
    return readFileSync(output);
  } finally {
    rmSync(work, { recursive: true });
  }
}
