import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { TestContext } from 'vitest';

// A worker has no loader for the sources of the tests, so it gets the built package.
const built = new URL('../dist/index.js', import.meta.url);

const program = `
  import { parentPort, workerData } from 'node:worker_threads';
  const { Vm } = await import(workerData.core);
  const { kvm } = await import(workerData.kvm);
  const vm = new Vm({ accelerator: kvm(), memory: [{ base: 0xffff0000, size: 65536 }] });
  vm.memory.write(0xfffffff0, Uint8Array.from(workerData.code));
  parentPort.postMessage('running');
  // Without a limit, as long as the guest likes: the event loop gets no turn.
  for (;;) vm.vcpu.run({ nanoseconds: Infinity, instructions: undefined });
`;

/** For `beforeEach`: skips the test where the package was not built. */
export function needBuild(context: TestContext): void {
  if (!existsSync(built)) context.skip('the package is not built: npm run build');
}

/** Starts a worker that runs `code` at F000:FFF0 for ever, and waits until it is about to. */
export async function startGuestInWorker(code: readonly number[]): Promise<Worker> {
  const core = new URL('../../core/dist/index.js', import.meta.url).href;
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  const worker = new Worker(url, { workerData: { core, kvm: built.href, code } });
  await once(worker, 'message');
  return worker;
}
