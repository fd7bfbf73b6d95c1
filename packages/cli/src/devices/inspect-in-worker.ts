import { Worker } from 'node:worker_threads';
import type { Inspection } from './inspection.ts';

/** Milliseconds that a package has to be imported. */
const PATIENCE_MS = 10_000;

/** Tells what devices a package has, whatever it does when it is imported. Never rejects. */
export function inspectInWorker(directory: string, specifier: string): Promise<Inspection> {
  return new Promise((resolve) => {
    // Its output is kept from ours.
    const worker = new Worker(new URL('./inspect-worker.cjs', import.meta.url), {
      workerData: { directory, specifier },
      stdout: true,
      stderr: true,
    });
    const settle = (inspection: Inspection): void => {
      clearTimeout(timer);
      resolve(inspection);
      void worker.terminate();
    };
    const timer = setTimeout(() => {
      settle({ problem: `it was not imported within ${PATIENCE_MS / 1000} seconds` });
    }, PATIENCE_MS);
    worker.once('message', settle);
    worker.once('error', (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      settle({ problem: `it threw when it was imported: ${message}` });
    });
    worker.once('exit', () => settle({ problem: 'it ended the process when it was imported' }));
  });
}
