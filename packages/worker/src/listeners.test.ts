import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Machine } from './index.ts';
import { Bundles } from './test/bundles.test-util.ts';
import { BUILT, FORMS, MODULE, needBuild, needForm } from './test/forms.test-util.ts';
import { DRAWS_FOR_EVER, HALT, SENDS_FOR_EVER, sends } from './test/programs.test-util.ts';

const bundles = new Bundles();
afterAll(() => bundles[Symbol.dispose]());

const fault = new RangeError('from a listener');
const failure = {
  name: 'VmError',
  code: 'ERR_DEVICE',
  message: expect.stringMatching(/^a listener of [a-z0-9]+ threw: from a listener$/),
  cause: fault,
};

describe.each(FORMS)('a listener of a machine $name', (form) => {
  beforeEach(needForm(form));

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw fault;
      },
    ],
    ['rejects', () => Promise.reject(fault)],
    [
      'rejects later',
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw fault;
      },
    ],
  ])('that %s ends the run, which can go on', async (_how, listener) => {
    await using machine = await form.start({ code: SENDS_FOR_EVER });
    const bad = machine.on('com1', listener);
    let received = 0;
    machine.on('com1', (bytes) => {
      received += bytes.length;
    });
    await expect(machine.run()).rejects.toMatchObject(failure);
    bad[Symbol.dispose]();
    // Of those that were called before, some may throw now.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await machine.run({ timeoutMs: 1 }).catch(() => {});
    const before = received;
    expect((await machine.run({ timeoutMs: 20 })).outcome).toBe('timeout');
    expect(received).toBeGreaterThan(before);
    const { counters } = await machine.run({ maxExits: 1 });
    expect(counters.devices.com1.metrics.bytesOut).toBe(received);
  });

  it('of a screen that throws ends the run, too', async () => {
    await using machine = await form.start({ code: DRAWS_FOR_EVER });
    machine.on('vga', () => {
      throw fault;
    });
    await expect(machine.run()).rejects.toMatchObject(failure);
  });

  it('that throws after the guest halted is told by the same run', async () => {
    await using machine = await form.start({ code: sends(3) });
    machine.on('com1', () => {
      throw fault;
    });
    await expect(machine.run()).rejects.toMatchObject(failure);
    expect(await machine.run({ timeoutMs: 5 })).toMatchObject({ counters: { totalExits: expect.any(Number) } });
  });

  it('that throws while nothing runs is told by the next run, once', async () => {
    await using machine = await form.start({ code: HALT });
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const bad = machine.on('vga', () => released.then(() => Promise.reject(fault)));
    await machine.writeMemory(0x1000, Uint8Array.of(0xb8, 0x00, 0xb8, 0x8e, 0xd8, 0x89, 0x07, 0xf4));
    expect((await machine.run()).outcome).toBe('halted');
    release();
    await machine.counters();
    await expect(machine.run()).rejects.toMatchObject(failure);
    bad[Symbol.dispose]();
    expect((await machine.run({ timeoutMs: 5 })).outcome).toBe('timeout');
  });

  it('that throws at the end is told by dispose, after everything was given back', async () => {
    const machine: Machine = await form.start({ code: HALT });
    machine.on('farewell', () => {
      throw fault;
    });
    await expect(machine.dispose()).rejects.toMatchObject(failure);
    await expect(machine.run()).rejects.toMatchObject({ code: 'ERR_VM_DISPOSED' });
  });
});

it('that rejects when the machine is gone is an unhandled rejection, as of any promise that nobody waits for', async (context) => {
  needBuild(context);
  const program = bundles.write(
    'listener.mjs',
    `import { inThread } from ${JSON.stringify(BUILT.href)};
     import machine from ${JSON.stringify(MODULE.href)};
     process.on('unhandledRejection', ({ code, message }) => console.log(code, message));
     const made = await inThread(machine, { code: ${JSON.stringify(sends(3))} });
     made.on('com1', async () => {
       await new Promise((resolve) => setTimeout(resolve, 50));
       throw new Error('too late');
     });
     console.log((await made.run()).outcome);
     await made.dispose();`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(program)]);
  expect(stdout).toBe('halted\nERR_DEVICE a listener of com1 threw: too late\n');
});
