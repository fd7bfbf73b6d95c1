import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { inWorker, type Machine } from './index.ts';
import { WebWorker } from './test/web-worker.test-util.ts';

/** What a machine says of itself. */
const INFO = { acceleratorName: 'none', outputs: ['o'], inputs: ['i'], screens: ['s'] };
const ERROR = { name: 'Error', message: 'an error' };

/** A worker that greets, and then answers each call as `answers` says, by the name of the call. */
function script(answers: Readonly<Record<string, readonly unknown[]>>): string {
  return `
    import { parentPort } from 'node:worker_threads';
    const ring = { name: 'Error', message: 'a ring' };
    ring.cause = ring;
    parentPort.on('message', ({ type, method, id }) => {
      if (type === 'hello') parentPort.postMessage({ picovm: 1, type });
      for (const message of (${JSON.stringify(answers)})[method] ?? []) {
        if (message.error === 'a ring') message.error = ring;
        parentPort.postMessage({ picovm: 1, id, ...message });
      }
    });`;
}

const KINDS: readonly [string, (code: string) => Worker | WebWorker][] = [
  ['of Node', (code) => new Worker(dataUrl(code))],
  ['of a browser', (code) => new WebWorker(dataUrl(code))],
];

function dataUrl(code: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

const BUILT = [{ type: 'answer', value: INFO }];

describe.each(KINDS)('a worker %s', (_kind, worker) => {
  const start = (answers: Readonly<Record<string, readonly unknown[]>>): Promise<Machine> =>
    inWorker(worker(script(answers)));

  it.each<[string, unknown]>([
    ['refuses without an error', { type: 'refusal' }],
    ['refuses with an error that is none', { type: 'refusal', error: { name: 'VmError', message: 'no code' } }],
    ['refuses with an error that is its own cause', { type: 'refusal', error: 'a ring' }],
    ['is broken without an error', { type: 'broken' }],
    ['describes no machine', { type: 'answer' }],
    ['describes a machine badly', { type: 'answer', value: { ...INFO, inputs: [1] } }],
    ['answers nobody', { type: 'answer', id: 'x', value: INFO }],
    ['sends what there is not', { type: 'constructor' }],
    ['sends what has no type', {}],
    ['sends bytes that are none', { type: 'output', name: 'o', bytes: 'abc' }],
  ])('that %s makes no machine, and is ended', async (_what, message) => {
    const error = await start({ build: [message] }).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'VmError', code: 'ERR_WORKER' });
    expect(error.message).toMatch(/^the worker of the machine sent (a message|an answer to build\(\)) that is none/);
  });

  it.each<[string, unknown]>([
    ['an output without bytes', { type: 'output', name: 'o' }],
    ['an output without a name', { type: 'output', bytes: {} }],
    ['a screen without a name', { type: 'screen', screen: 1 }],
    ['no result', { type: 'answer' }],
    ['half a result', { type: 'answer', value: { outcome: 'halted', message: 'done' } }],
    ['a refusal without an error', { type: 'refusal' }],
  ])('that sends %s ends the machine with one clear error', async (_what, message) => {
    const machine = await start({ build: BUILT, run: [message] });
    machine.on('o', () => {});
    const calls = [machine.run(), machine.counters(), machine.send('i', 'x')];
    for (const call of calls) {
      await expect(call).rejects.toMatchObject({
        code: 'ERR_WORKER',
        message: expect.stringMatching(/^the worker of the machine sent .*: it was ended$/),
      });
    }
    await expect(machine.counters()).rejects.toMatchObject({ code: 'ERR_WORKER' });
    await machine.dispose();
  });

  it('that answers other calls badly is ended, too', async () => {
    for (const call of [
      (machine: Machine) => machine.readMemory(0, 1),
      (machine: Machine) => machine.counters(),
      (machine: Machine) => machine.map(),
      (machine: Machine) => machine.dump(),
      (machine: Machine) => machine.snapshot(),
    ]) {
      const bad = [{ type: 'answer', value: 7 }];
      const machine = await start({ build: BUILT, readMemory: bad, counters: bad, map: bad, dump: bad, snapshot: bad });
      await expect(call(machine)).rejects.toMatchObject({ code: 'ERR_WORKER' });
    }
  });

  it('may answer what was not asked, and send what nobody listens to', async () => {
    const machine = await start({
      build: BUILT,
      stop: [
        { type: 'answer', id: 99 },
        { type: 'refusal', id: -1, error: ERROR },
        { type: 'screen', name: 'other', screen: 1 },
        { type: 'hello' },
        { type: 'answer' },
      ],
    });
    await machine.stop();
    await machine.kill();
  });
});
