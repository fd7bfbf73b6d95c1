import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { inThread, inWorker, type Machine, serveMachine } from './index.ts';
import { Bundles } from './test/bundles.test-util.ts';
import { BUILT, IN_WORKERS, inWorkerByUrl, MODULE, needBuild, needForm } from './test/forms.test-util.ts';
import testMachine from './test/machine.test-util.ts';
import { HALT, makes, TROUBLE } from './test/programs.test-util.ts';
import { WebWorker } from './test/web-worker.test-util.ts';

const bundles = new Bundles();
afterAll(() => bundles[Symbol.dispose]());

/** Every pending call, and every later one, rejects with the same error. */
async function expectEnded(machine: Machine, calls: readonly Promise<unknown>[], message: RegExp): Promise<void> {
  const error = { name: 'VmError', code: 'ERR_WORKER', message: expect.stringMatching(message) };
  for (const call of calls) await expect(call).rejects.toMatchObject(error);
  await expect(machine.run()).rejects.toMatchObject(error);
  await machine.dispose();
}

describe.each(IN_WORKERS)('a machine $name', (form) => {
  beforeEach(needForm(form));

  it('ends with one clear error when something in the worker throws', async () => {
    const machine = await form.start({ code: makes(TROUBLE.throwLater) });
    const calls = [machine.run(), machine.send('com1', new Uint8Array(100_000))];
    await expectEnded(machine, calls, /worker .* failed: .*asked to throw later/);
  });

  it('can be killed while it hangs in host code', async () => {
    const machine = await form.start({ code: makes(TROUBLE.hang) });
    const calls = [machine.run(), machine.counters()];
    const ended = expectEnded(machine, calls, /was killed/);
    await machine.kill();
    await ended;
  });

  it('can be disposed while it hangs in host code', async () => {
    const machine = await form.start({ code: makes(TROUBLE.hang) });
    const ended = expect(machine.run()).rejects.toMatchObject({ code: 'ERR_WORKER' });
    await machine.dispose();
    await ended;
  });
});

// Browsers do not say when a worker ends itself.
describe.each(IN_WORKERS.filter(({ name }) => !name.includes('browser')))('a machine $name', (form) => {
  beforeEach(needForm(form));

  it('ends with one clear error when the worker exits', async () => {
    const machine = await form.start({ code: makes(TROUBLE.exit) });
    await expectEnded(machine, [machine.run(), machine.counters()], /ended with exit code 3/);
  });

  it('is not made when the worker exits meanwhile', async () => {
    const start = form.start({ code: HALT, build: 'exit' });
    await expect(start).rejects.toMatchObject({ code: 'ERR_WORKER', message: expect.stringMatching(/exit code 3/) });
  });
});

describe('inWorker', () => {
  const worker = bundles.module('serve.test-util.ts');

  it('tells when the worker has no memory left', async () => {
    const limited = new Worker(worker, { resourceLimits: { maxOldGenerationSizeMb: 32 } });
    const machine = await inWorker(limited, { code: makes(TROUBLE.fillMemory) });
    await expectEnded(machine, [machine.run()], /failed: .*memory/);
  });

  it.each([
    ['throws', 'throw new Error("broken module")', /failed: broken module, before it served a machine/],
    ['ends', '', /exit code 0, before it served a machine: its module must call serveMachine/],
    ['exits', 'process.exit(5)', /exit code 5/],
  ])('tells when the module of a worker %s', async (what, code, message) => {
    const module = bundles.write(`${what}.mjs`, code);
    await expect(inWorker(new Worker(module))).rejects.toMatchObject({
      code: 'ERR_WORKER',
      message: expect.stringMatching(message),
    });
  });

  it('does not wait for ever for a worker that never serves a machine', async () => {
    const mute = new WebWorker(bundles.write('mute.mjs', 'setInterval(() => {}, 1000);'));
    await expect(inWorker(mute, {}, { startTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'ERR_WORKER',
      message: expect.stringContaining('must call serveMachine'),
    });
  });

  it('gives up a machine that hangs while it is built', async () => {
    const controller = new AbortController();
    const start = inWorker(new Worker(worker), { code: HALT, build: 'hang' }, { signal: controller.signal });
    const refused = expect(start).rejects.toMatchObject({
      code: 'ERR_WORKER',
      message: expect.stringMatching(/aborted/),
    });
    setTimeout(() => controller.abort(), 200);
    await refused;
    const aborted = inWorker(new Worker(worker), { code: HALT }, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_WORKER' });
  });

  it('finds a machine in a worker that was there long before it', async () => {
    const early = new Worker(worker);
    await new Promise((resolve) => early.once('message', resolve));
    await using machine = await inWorker(early, { code: HALT });
    expect((await machine.run()).outcome).toBe('halted');
  });

  it('takes no heed of other messages of the worker', async () => {
    const chatty = bundles.write(
      'chatty.mjs',
      `import { parentPort } from 'node:worker_threads';
       for (const message of ['hello', null, 7, { type: 'hello' }, { picovm: 99, type: 'broken' }]) parentPort.postMessage(message);
       await import(${JSON.stringify(worker.href)});`,
    );
    await using machine = await inWorker(new Worker(chatty), { code: HALT });
    expect((await machine.run()).outcome).toBe('halted');
  });

  it.each([[undefined], [{}], [7], ['machine.js']])('refuses %s', async (what) => {
    await expect(inWorker(what as never)).rejects.toMatchObject({ name: 'VmError', code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('inWorker by the URL of a module', () => {
  beforeEach(needBuild);

  it.each([
    ['that throws', 'throw new Error("broken module")', 'ERR_WORKER', /module cannot be loaded: Error: broken module/],
    [
      'without a machine',
      'export const machine = 1',
      'ERR_INVALID_ARGUMENT',
      /default export of file:.* is no machine/,
    ],
    ['that is no JavaScript', 'export default {', 'ERR_WORKER', /module cannot be loaded: SyntaxError/],
    ['that exits', 'process.exit(6)', 'ERR_WORKER', /exit code 6/],
  ])('refuses one %s', async (name, source, code, message) => {
    const module = bundles.write(`${name.replaceAll(' ', '-')}.mjs`, source);
    await expect(inWorkerByUrl(module)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('refuses one that is not there', async () => {
    const error = { code: 'ERR_WORKER', message: expect.stringContaining('nowhere.mjs') };
    await expect(inWorkerByUrl(new URL('file:///nowhere.mjs'))).rejects.toMatchObject(error);
  });

  it.each(['inThread', 'inWorker'])(
    'or inThread: a machine that nobody waits for lets the program end: %s',
    async (start) => {
      const program = bundles.write(
        `${start}.mjs`,
        `import { ${start} } from ${JSON.stringify(BUILT.href)};
       import machine from ${JSON.stringify(MODULE.href)};
       const made = await ${start}(${start === 'inThread' ? 'machine' : `new URL(${JSON.stringify(MODULE.href)})`}, { code: [0xf4] });
       made.on('com1', () => {});
       console.log((await made.run()).outcome);`,
      );
      const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(program)]);
      expect(stdout).toBe('halted\n');
    },
  );
});

it('inThread refuses what is no machine', async () => {
  await expect(inThread({} as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});

it('serveMachine refuses the main thread', () => {
  expect(() => serveMachine({ build: testMachine.build })).toThrow(/in a worker/);
});
