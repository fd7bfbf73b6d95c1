import { Worker } from 'node:worker_threads';
import { Vm } from '@picovm/core';
import { interp } from '@picovm/x86-interp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { defineMachine, inThread, inWorker } from './index.ts';
import { Bundles } from './test/bundles.test-util.ts';
import { FORMS, IN_WORKERS, inWorkerByUrl, needBuild, needForm } from './test/forms.test-util.ts';
import type testMachine from './test/machine.test-util.ts';
import { HALT } from './test/programs.test-util.ts';

const bundles = new Bundles();
afterAll(() => bundles[Symbol.dispose]());

// A worker of a busy host may not even have greeted by then.
const LATE = /^(the machine was not built within|the worker said nothing for) 500 ms: /;

describe.each(FORMS)('the start of a machine $name', (form) => {
  beforeEach(needForm(form));

  it('is given up when the machine is not built in time', async () => {
    await expect(form.start({ code: HALT, build: 'never' }, { startTimeoutMs: 500 })).rejects.toMatchObject({
      name: 'VmError',
      code: 'ERR_WORKER',
      message: expect.stringMatching(LATE),
    });
  });

  it('is given up by a signal', async () => {
    const signal = AbortSignal.timeout(300);
    await expect(form.start({ code: HALT, build: 'never' }, { signal })).rejects.toMatchObject({
      code: 'ERR_WORKER',
      message: expect.stringContaining('aborted'),
      cause: { name: 'TimeoutError' },
    });
  });

  it.each([[Number.POSITIVE_INFINITY], [2 ** 40]])('may take for ever: %s', async (startTimeoutMs) => {
    await using machine = await form.start({ code: HALT }, { startTimeoutMs });
    expect((await machine.run()).outcome).toBe('halted');
  });

  it.each<[unknown, string]>([
    [{ timeoutMs: 5 }, "the start of a machine has no setting 'timeoutMs': it has startTimeoutMs, signal"],
    [{ startTimeoutMs: 0 }, 'startTimeoutMs must be a number above 0, not 0'],
    [{ startTimeoutMs: Number.NaN }, 'startTimeoutMs'],
    [{ startTimeoutMs: '5' }, 'startTimeoutMs'],
    [{ signal: new AbortController() }, 'signal must be an AbortSignal'],
    [{ signal: null }, 'signal must be an AbortSignal'],
    [null, 'an object of settings, not null'],
    [5, 'an object of settings, not 5'],
  ])('refuses the settings %o', async (settings, message) => {
    await expect(form.start({ code: HALT }, settings as never)).rejects.toMatchObject({
      name: 'VmError',
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });
});

describe.each(IN_WORKERS)('the start of a machine $name', (form) => {
  beforeEach(needForm(form));

  it('is given up even while the build function never returns', async () => {
    await expect(form.start({ code: HALT, build: 'hang' }, { startTimeoutMs: 500 })).rejects.toMatchObject({
      code: 'ERR_WORKER',
      message: expect.stringMatching(LATE),
    });
  });
});

it('says what module hangs while it is loaded', async (context) => {
  needBuild(context);
  const hanging = bundles.write('hanging.mjs', 'for (;;);');
  const { message } = await inWorkerByUrl(hanging, {}, { startTimeoutMs: 500 }).catch((error) => error);
  expect(message).toMatch(/^the worker said nothing for 500 ms: its module file:.*hanging\.mjs hangs/);
  expect(message).not.toContain('serveMachine');
});

it('gives back a machine of this thread that is built too late', async () => {
  let finish = (): void => {};
  let disposed = false;
  const machine = defineMachine(async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    const dispose = (): void => {
      disposed = true;
    };
    const device = { id: 'x', type: 'x', attach() {}, dispose };
    return new Vm({ accelerator: interp(), memory: [{ base: 0, size: 0x1000 }], devices: [device] });
  });
  await expect(inThread(machine, {}, { startTimeoutMs: 300 })).rejects.toMatchObject({
    code: 'ERR_WORKER',
    message: 'the machine was not built within 300 ms: its build function hangs, or needs a longer startTimeoutMs',
  });
  finish();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(disposed).toBe(true);
});

it('has the options checked by the type of the machine in both forms', async () => {
  const code = bundles.module('serve.test-util.ts');
  await using machine = await inWorker<typeof testMachine>(new Worker(code), { code: HALT });
  expect((await machine.run()).outcome).toBe('halted');
  // @ts-expect-error: its code is a list of numbers.
  const wrong = (): unknown => inWorker<typeof testMachine>(new Worker(code), { code: 'hlt' });
  // @ts-expect-error: it needs code.
  const without = (): unknown => inWorker<typeof testMachine>(new Worker(code));
  expect([wrong, without]).toHaveLength(2);
});
