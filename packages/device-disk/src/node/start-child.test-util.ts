import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** Another process with an image. */
export interface Child {
  readonly pid: number;
  /** The first line that it said: `open`, or an error. */
  readonly said: string;
  /** Ends it with SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Bundles the program of the children once. */
export class Children implements Disposable {
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'picovm-disk-'));
  readonly #running = new Set<ChildProcess>();
  readonly #program: string = join(this.#folder, 'child.mjs');

  constructor() {
    buildSync({
      entryPoints: [fileURLToPath(new URL('./child.test-util.ts', import.meta.url))],
      outfile: this.#program,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'es2023',
      alias: { '@picovm/core': fileURLToPath(new URL('../../../core/src/index.ts', import.meta.url)) },
    });
  }

  /** @param more arguments behind the options */
  start(path: string, options: object = {}, ...more: readonly string[]): Promise<Child> {
    return this.#start(process.execPath, [this.#program, path, JSON.stringify(options), ...more]);
  }

  /** The same for a process that cannot write behind the first 512 bytes of a file. */
  startLimited(path: string, options: object = {}, ...more: readonly string[]): Promise<Child> {
    const command = [process.execPath, this.#program, path, JSON.stringify(options), ...more];
    return this.#start('sh', ['-c', 'ulimit -f 1; exec "$0" "$@"', ...command]);
  }

  async #start(command: string, args: readonly string[]): Promise<Child> {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#running.add(child);
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said.includes('\n')) break;
    }
    return {
      pid: child.pid ?? 0,
      said: said.trim(),
      kill: async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      },
    };
  }

  [Symbol.dispose](): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }
}
