import { type RunResult, readSnapshotHeader, Vm, VmError } from '@picovm/core';
import { renderText, type TextScreen } from '@picovm/device-vga';
import { interp } from '@picovm/x86-interp';
import { beforeEach, describe, expect, it } from 'vitest';
import { defineMachine, inThread, type Machine } from './index.ts';
import { FORMS, IN_THREAD, needForm } from './test/forms.test-util.ts';
import testMachine from './test/machine.test-util.ts';
import {
  DRAWS_FOR_EVER,
  draws,
  ECHOES,
  HALT,
  makes,
  SENDS_FOR_EVER,
  SPIN,
  sends,
  sendsTwice,
  TROUBLE,
  WAITS_FOR_MEMORY,
} from './test/programs.test-util.ts';

/** What the output `com1` sends, put together. */
function collect(machine: Machine): { bytes: number[]; messages: number } {
  const collected = { bytes: [] as number[], messages: 0 };
  machine.on('com1', (bytes) => {
    collected.messages++;
    for (const byte of bytes) collected.bytes.push(byte);
  });
  return collected;
}

/** The host's clock decides how many slices there are. */
function withoutHostExits(result: RunResult): RunResult {
  const { counters } = result;
  return { ...result, counters: { ...counters, exits: { ...counters.exits, 'slice-end': 0, kicked: 0 } } };
}

describe.each(FORMS)('a machine $name', (form) => {
  beforeEach(needForm(form));

  it('gives the result that its Vm gives', async () => {
    const link = { output: () => () => {}, input() {}, screen() {} };
    using vm = await testMachine.build(link, { code: sends(300) });
    const expected = withoutHostExits(await vm.run());
    await using machine = await form.start({ code: sends(300) });
    expect(machine.acceleratorName).toBe('interp');
    expect(withoutHostExits(await machine.run())).toEqual(expected);
    expect((await machine.counters()).devices).toEqual(vm.counters().devices);
    expect(await machine.map()).toEqual(vm.map());
    expect(await machine.dump()).toEqual(vm.vcpu.dump());
  });

  it('sends all that the guest sent, in order and gathered, before the run resolves', async () => {
    await using machine = await form.start({ code: sends(60_000) });
    const received = collect(machine);
    await machine.run();
    expect(received.bytes).toEqual(Array.from({ length: 60_000 }, (_, i) => i & 0xff));
    expect(received.messages).toBeLessThan(6000);
  });

  it('keeps two outputs apart that the guest uses by turns', async () => {
    await using machine = await form.start({ code: sendsTwice(100) });
    const sent: Record<string, number[]> = { com1: [], debug: [] };
    const order: string[] = [];
    for (const name of Object.keys(sent)) {
      machine.on(name, (bytes) => {
        order.push(name);
        sent[name].push(...bytes);
      });
    }
    await machine.run();
    expect(sent.com1).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(sent.debug).toEqual(Array.from({ length: 100 }, (_, i) => 254 - i));
    expect(order.slice(0, 4)).toEqual(['com1', 'debug', 'com1', 'debug']);
  });

  it('sends nothing any more to a listener that was disposed', async () => {
    await using machine = await form.start({ code: sends(3) });
    const heard: string[] = [];
    const first = machine.on('com1', () => heard.push('first'));
    machine.on('com1', () => heard.push('second'));
    first[Symbol.dispose]();
    await machine.run();
    expect(heard).toEqual(['second']);
  });

  it('takes all that the host sends, however slow the guest is', async () => {
    await using machine = await form.start({ code: ECHOES });
    const received = collect(machine);
    const running = machine.run();
    const sent = Uint8Array.from({ length: 90_000 }, (_, i) => i % 251);
    await Promise.all([machine.send('com1', sent.subarray(0, 70_000)), machine.send('com1', sent.subarray(70_000))]);
    await machine.send('com1', 'ende');
    while (received.bytes.length < 90_004) await machine.counters();
    await machine.stop();
    await running;
    expect(Uint8Array.from(received.bytes)).toEqual(Uint8Array.from([...sent, ...new TextEncoder().encode('ende')]));
  });

  it('sends a screen when it changed, gathered, the last before the run resolves', async () => {
    await using machine = await form.start({ code: draws(60_000) });
    const screens: TextScreen[] = [];
    machine.on('vga', (screen: TextScreen) => screens.push(screen));
    await machine.run();
    expect(screens.length).toBeLessThan(1000);
    expect(screens.at(-1)?.cells.slice(0, 2)).toEqual(Uint8Array.of(1, 0));
    expect(screens.at(-1)).toEqual(await machine.screen('vga'));
    const before = screens.length;
    await machine.counters();
    expect(screens.length).toBe(before);
    await machine.reset();
    expect(screens.length).toBe(before + 1);
    expect(renderText(screens.at(-1) as TextScreen)[0].trim()).toBe('');
  });

  it('sends screens while the guest draws', async () => {
    await using machine = await form.start({ code: DRAWS_FOR_EVER });
    const seen = new Promise<void>((resolve) => {
      let screens = 0;
      machine.on('vga', () => ++screens === 5 && resolve());
    });
    const running = machine.run();
    await seen;
    await machine.stop();
    expect((await running).outcome).toBe('stopped');
  });

  it('sends no screen to a host that is busy with the one before, but the last', async () => {
    await using machine = await form.start({ code: DRAWS_FOR_EVER });
    let release = (): void => {};
    const screens: TextScreen[] = [];
    machine.on('vga', (screen: TextScreen) => {
      screens.push(screen);
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const running = machine.run();
    while (screens.length === 0) await machine.counters();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await machine.stop();
    await running;
    expect(screens.length).toBe(2);
    expect(screens[1]).toEqual(await machine.screen('vga'));
    release();
  });

  it('answers while the guest runs', async () => {
    await using machine = await form.start({ code: WAITS_FOR_MEMORY });
    const running = machine.run();
    expect((await machine.counters()).instructions).toBeGreaterThan(0);
    expect((await machine.map()).map(({ owner }) => owner)).toContain('com1');
    expect((await machine.dump()).location).toMatch(/^0000:10/);
    expect(await machine.readMemory(0x1000, 3)).toEqual(Uint8Array.of(0x80, 0x3e, 0x00));
    await machine.writeMemory(0x500, Uint8Array.of(1));
    expect((await running).outcome).toBe('halted');
  });

  it('ends a run by stop, by a signal and by its limits', async () => {
    await using machine = await form.start({ code: SPIN });
    const running = machine.run();
    await machine.stop();
    expect((await running).outcome).toBe('stopped');
    const controller = new AbortController();
    const aborted = machine.run({ signal: controller.signal });
    await machine.counters();
    controller.abort();
    expect((await aborted).outcome).toBe('aborted');
    const { instructions } = await machine.counters();
    const before = machine.run({ signal: controller.signal });
    expect(await before).toMatchObject({ outcome: 'aborted', counters: { instructions } });
    expect((await machine.run({ timeoutMs: 5 })).outcome).toBe('timeout');
    await machine.writeMemory(0x1000, Uint8Array.from(SENDS_FOR_EVER));
    expect((await machine.run({ maxExits: 7 })).counters.totalExits).toBe(7);
    // Nothing to stop, and nothing left of it for the next run.
    await machine.stop();
    expect((await machine.run({ timeoutMs: 5 })).outcome).toBe('timeout');
  });

  it('refuses what the Vm refuses, with its code, its message and its details', async () => {
    await using machine = await form.start({ code: SPIN });
    const outside = machine.readMemory(0x9fff0, 0x20);
    await expect(outside).rejects.toMatchObject({
      name: 'VmError',
      code: 'ERR_GUEST_ADDRESS',
      message: expect.stringContaining('0x9fff0'),
      details: { address: 0x9fff0, length: 0x20 },
    });
    await expect(machine.run({ timeoutMs: -1 })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(machine.run({ maxExits: Number.NaN })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    for (const options of [{ timeout: 5 }, { timeoutMs: 5, max: 1 }, { signal: new AbortController() }, 5, null]) {
      await expect(machine.run(options as never)).rejects.toMatchObject({
        name: 'VmError',
        code: 'ERR_INVALID_ARGUMENT',
      });
    }
    await expect(machine.run({ timeout: 5 } as never)).rejects.toThrow('timeout');
    const running = machine.run();
    for (const call of [machine.run(), machine.reset()]) {
      await expect(call).rejects.toMatchObject({ code: 'ERR_VM_RUNNING' });
    }
    await machine.stop();
    expect((await running).outcome).toBe('stopped');
  });

  it('is saved and restored, also into another form', async () => {
    await using first = await form.start({ code: sends(5000) });
    const received = collect(first);
    expect((await first.run({ maxExits: 1234 })).outcome).toBe('max-exits');
    const snapshot = await first.snapshot({ description: 'in the middle' });
    expect(readSnapshotHeader(snapshot).description).toBe('in the middle');
    const sentBefore = received.bytes.length;
    const expected = await first.run();
    for (const other of [form, IN_THREAD]) {
      await using second = await other.start({ code: sends(9) });
      const rest = collect(second);
      await second.restore(snapshot);
      const result = await second.run();
      expect(result.cpu).toEqual(expected.cpu);
      expect(result.counters.totalExits).toBe(5001);
      expect(rest.bytes).toEqual(received.bytes.slice(sentBefore));
    }
  });

  it('refuses a snapshot that is none, one cut short, and any during a run', async () => {
    await using machine = await form.start({ code: SPIN });
    const snapshot = await machine.snapshot();
    await expect(machine.restore(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
      code: expect.stringMatching('SNAPSHOT'),
    });
    await expect(machine.restore(snapshot.subarray(0, 5000))).rejects.toMatchObject({ code: 'ERR_SNAPSHOT_TRUNCATED' });
    const running = machine.run();
    await expect(machine.snapshot()).rejects.toMatchObject({ code: 'ERR_VM_RUNNING' });
    await expect(machine.restore(snapshot)).rejects.toMatchObject({ code: 'ERR_VM_RUNNING' });
    await machine.stop();
    expect((await running).outcome).toBe('stopped');
  });

  it('refuses names that the machine does not have, listeners that are none, and what are no bytes', async () => {
    await using machine = await form.start({ code: HALT });
    const refused = { code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('com1') };
    expect(() => machine.on('com2', () => {})).toThrow(expect.objectContaining(refused));
    await expect(machine.send('vga', 'x')).rejects.toMatchObject(refused);
    await expect(machine.screen('com1')).rejects.toMatchObject({ message: expect.stringContaining('it has vga') });
    expect(() => machine.on('com1', undefined as never)).toThrow(expect.objectContaining(refused));
    for (const bytes of [undefined, 65, [65], new ArrayBuffer(1)]) {
      await expect(machine.send('com1', bytes as never)).rejects.toMatchObject(refused);
    }
  });

  it('ends a run by the error of a device, and can go on', async () => {
    await using machine = await form.start({ code: makes(TROUBLE.throw) });
    const { outcome, error } = await machine.run();
    expect(outcome).toBe('failed');
    expect(error).toMatchObject({ name: 'VmError', code: 'ERR_DEVICE', message: expect.stringContaining('trouble') });
    expect(error?.cause).toMatchObject({ name: 'RangeError', message: 'asked to throw' });
    expect((await machine.run({ timeoutMs: 5 })).outcome).toBe('timeout');
  });

  it.each([
    ['overlap', { name: 'VmError', code: 'ERR_BUS_OVERLAP', message: expect.stringContaining('com2') }],
    ['throw', { name: 'TypeError', message: 'no such part', stack: expect.stringContaining('build') }],
    ['odd', { message: 'what was thrown cannot be shown' }],
    ['nothing', { code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('must return the Vm') }],
    ['same-name', { code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('vga is taken') }],
  ] as const)('is not made if it is built wrong: %s', async (build, error) => {
    await expect(form.start({ code: HALT, build })).rejects.toMatchObject(error);
  });

  it('is not made of options that cannot be copied', async () => {
    const code = (() => {}) as unknown as number[];
    await expect(form.start({ code })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining('must be data'),
    });
  });

  it('still gives the result of a run, and what devices say at their end, when it is disposed', async () => {
    const machine = await form.start({ code: SPIN });
    const said: string[] = [];
    machine.on('farewell', (bytes) => said.push(new TextDecoder().decode(bytes)));
    const running = machine.run();
    const disposal = machine.dispose();
    expect((await running).outcome).toBe('stopped');
    await disposal;
    expect(said).toEqual(['bye']);
    await machine.dispose();
    await expect(machine.run()).rejects.toMatchObject({ code: 'ERR_VM_DISPOSED' });
    await expect(machine.counters()).rejects.toMatchObject({ code: 'ERR_VM_DISPOSED' });
  });

  it('is disposed by `await using`, and gives up what waits', async () => {
    let sending: Promise<void>;
    let run: Machine['run'];
    {
      await using machine = await form.start({ code: SPIN });
      run = () => machine.run();
      sending = machine.send('com1', new Uint8Array(100_000));
      sending.catch(() => {});
    }
    await expect(sending).rejects.toMatchObject({ code: 'ERR_VM_DISPOSED' });
    await expect(run()).rejects.toMatchObject({ code: 'ERR_VM_DISPOSED' });
  });

  it('tells what a device threw when it was disposed', async () => {
    const machine = await form.start({ code: HALT, disposeThrows: true });
    await expect(machine.dispose()).rejects.toMatchObject({
      code: 'ERR_DEVICE',
      message: expect.stringContaining('will not go'),
    });
    await expect(machine.run()).rejects.toMatchObject({ code: 'ERR_VM_DISPOSED' });
  });

  it('ends at once when it is killed', async () => {
    const machine = await form.start({ code: SPIN });
    const running = machine.run();
    running.catch(() => {});
    await machine.kill();
    await expect(running).rejects.toMatchObject({ name: 'VmError', code: 'ERR_WORKER' });
    await expect(running).rejects.toBeInstanceOf(Error);
    await expect(machine.run()).rejects.toMatchObject({ code: 'ERR_WORKER' });
    await machine.kill();
    await machine.dispose();
  });
});

it('a machine in this thread gives back its parts when it is killed in the middle of a run', async () => {
  let [disposed, instructions] = [false, (): number => 0];
  const machine = await inThread(
    defineMachine(() => {
      const dispose = (): void => {
        disposed = true;
      };
      const device = { id: 'x', type: 'x', attach() {}, dispose };
      const vm = new Vm({ accelerator: interp(), memory: [{ base: 0xffff0000, size: 0x10000 }], devices: [device] });
      vm.memory.write(0xfffffff0, Uint8Array.from(SPIN));
      instructions = () => vm.counters().instructions;
      return vm;
    }),
  );
  const running = expect(machine.run()).rejects.toMatchObject({ code: 'ERR_WORKER' });
  while (instructions() === 0) await machine.counters();
  await machine.kill();
  await running;
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(disposed).toBe(true);
});

it('the errors that cross are of the class of this thread', async () => {
  await using machine = await FORMS[1].start({ code: HALT });
  await expect(machine.readMemory(-1, 1)).rejects.toBeInstanceOf(VmError);
});
