import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, type TestContext } from 'vitest';
import { inThread, inWorker, type Machine, type StartSettings } from '../index.ts';
import { Bundles } from './bundles.test-util.ts';
import testMachine, { type TestOptions } from './machine.test-util.ts';
import { WebWorker } from './web-worker.test-util.ts';

/** One of the ways in which a machine can run. */
export interface Form {
  readonly name: string;
  start(options: TestOptions, settings?: StartSettings): Promise<Machine>;
  /** Why it cannot be tested; undefined if it can. */
  readonly missing?: string;
}

const bundles = new Bundles();
afterAll(() => bundles[Symbol.dispose]());
/** The module of the machine. */
export const MODULE: URL = bundles.module('machine.test-util.ts');
const worker = bundles.module('serve.test-util.ts');

/** The package as it is installed: only there is the module beside it that it starts in a worker. */
export const BUILT = new URL('../../dist/index.js', import.meta.url);
const missing = existsSync(BUILT) ? undefined : 'the package is not built: npm run build';
const installed = missing === undefined ? ((await import(BUILT.href)) as typeof import('../index.ts')) : undefined;

/** `inWorker` of the package as it is installed. */
export function inWorkerByUrl(url: URL, options?: unknown, settings?: StartSettings): Promise<Machine> {
  return (installed as typeof import('../index.ts')).inWorker(url, options, settings);
}

/** In the calling thread. */
export const IN_THREAD: Form = {
  name: 'in this thread',
  start: (options, settings) => inThread(testMachine, options, settings),
};

/** The ways that have a worker. */
export const IN_WORKERS: readonly Form[] = [
  {
    name: 'in a worker that the user made',
    start: (options, settings) => inWorker(new Worker(worker), options, settings),
  },
  {
    name: 'in a worker of a browser',
    start: (options, settings) => inWorker(new WebWorker(worker), options, settings),
  },
  {
    name: 'in a worker, by the URL of its module',
    missing,
    start: (options, settings) => inWorkerByUrl(MODULE, options, settings),
  },
];

/** All ways. */
export const FORMS: readonly Form[] = [IN_THREAD, ...IN_WORKERS];

/** For `beforeEach`: skips where the package was not built. */
export const needBuild: (context: TestContext) => void = (context) => needForm({ missing })(context);

/** For `beforeEach`: skips a test of a form that cannot be tested here. */
export function needForm({ missing: why }: Pick<Form, 'missing'>): (context: TestContext) => void {
  return (context) => {
    if (why !== undefined) context.skip(why);
  };
}
