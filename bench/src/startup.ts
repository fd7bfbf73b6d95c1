import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Benchmark, median, type Outcome } from './benchmark.ts';

const RUNS = 21;
const GOAL_MS = 20;

/** mov dx,0x3f8 / mov al,'H' / out dx,al / cli / hlt: one byte on COM1. */
const GUEST = Uint8Array.of(0xba, 0xf8, 0x03, 0xb0, 0x48, 0xee, 0xfa, 0xf4);

/** From the start of the process to the guest's first byte, beside a Node process that does nothing, in turn. */
export const startup: Benchmark = {
  name: `start-up (median of ${RUNS}, in turn with a bare node)`,
  async run(): Promise<Outcome> {
    const work = mkdtempSync(join(tmpdir(), 'picovm-bench-'));
    try {
      const image = join(work, 'hello-byte.bin');
      writeFileSync(image, GUEST);
      const command = fileURLToPath(new URL('../../packages/cli/bin/picovm.cjs', import.meta.url));
      const bare: number[] = [];
      const started: Record<string, number[]> = { interp: [], auto: [] };
      for (let i = 0; i < RUNS; i++) {
        bare.push(await timeProcess(['-e', '0']));
        for (const [accel, times] of Object.entries(started)) {
          times.push(await timeProcess([command, 'run', image, '--accel', accel, '--screen', 'none']));
        }
      }
      const peer = `${median(bare).toFixed(1)} ms (node -e 0)`;
      const rows = Object.entries(started).map(([accel, times]) => {
        const extra = median(times) - median(bare);
        const verdict = `${extra.toFixed(1)} ms more; goal ${GOAL_MS} ms: ${extra <= GOAL_MS ? 'met' : 'missed'}`;
        return { what: `first guest byte, --accel ${accel}`, figure: `${median(times).toFixed(1)} ms`, peer, verdict };
      });
      return { rows };
    } finally {
      rmSync(work, { recursive: true });
    }
  },
};

/** @returns milliseconds to the first byte on standard output, or to the end of a process that writes none */
function timeProcess(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let first: number | undefined;
    child.stdout.once('data', () => {
      first = performance.now() - start;
    });
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve(first ?? performance.now() - start);
      else reject(new Error(`node ${args.join(' ')} exited with ${status}`));
    });
  });
}
