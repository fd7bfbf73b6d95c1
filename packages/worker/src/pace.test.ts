import { setTimeout } from 'node:timers/promises';
import type { RunOptions } from '@picovm/core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Machine } from './index.ts';
import { FORMS, type Form, needForm } from './test/forms.test-util.ts';
import { SENDS_FOR_EVER } from './test/programs.test-util.ts';

const MIB = 2 ** 20;

/** A machine that sends for ever to a listener that is busy until `release` is called. */
class Flood implements AsyncDisposable {
  readonly machine: Machine;
  received = 0;
  release: () => void = () => {};
  /** What comes next after what was sent so far; every byte is checked. */
  #next = 1;

  constructor(machine: Machine) {
    this.machine = machine;
    const released = new Promise<void>((resolve) => {
      this.release = resolve;
    });
    machine.on('com1', (bytes) => {
      this.received += bytes.length;
      for (const byte of bytes)
        if (byte !== (this.#next++ & 0xff)) throw new Error(`wrong byte after ${this.received}`);
      return released;
    });
  }

  static async start(form: Form): Promise<Flood> {
    return new Flood(await form.start({ code: SENDS_FOR_EVER }));
  }

  /** Runs until the guest stands still. */
  async fill(options?: RunOptions): Promise<{ running: ReturnType<Machine['run']> }> {
    const running = this.machine.run(options);
    running.catch(() => {});
    for (let before = -1, now = 0; now !== before || now === 0; ) {
      before = now;
      await setTimeout(50);
      now = (await this.machine.counters()).instructions;
    }
    return { running };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    await this.machine.dispose();
  }
}

describe.each(FORMS)('a guest $name that sends more than its host takes', (form) => {
  beforeEach(needForm(form));

  it.each([[undefined], [2000]])('waits for the host, and then goes on: sliceMs %s', async (sliceMs) => {
    await using flood = await Flood.start(form);
    const { running } = await flood.fill({ sliceMs });
    const sent = flood.received;
    expect(sent).toBeGreaterThanOrEqual(MIB);
    // What it sends in the few slices until it is made to wait.
    expect(sent).toBeLessThan(3 * MIB);
    expect((await flood.machine.counters()).devices.com1.metrics.bytesOut).toBe(sent);
    flood.release();
    while (flood.received < sent + 2 * MIB) await setTimeout(1);
    await flood.machine.stop();
    const { outcome, counters } = await running;
    expect(outcome).toBe('stopped');
    expect(counters.devices.com1.metrics.bytesOut).toBe(flood.received);
  });

  it('can be stopped, aborted, or run out of time while it waits', async () => {
    await using flood = await Flood.start(form);
    const { machine } = flood;
    const { running } = await flood.fill();
    const { instructions } = await machine.counters();
    await expect(machine.reset()).rejects.toMatchObject({ code: 'ERR_VM_RUNNING' });
    await machine.stop();
    expect(await running).toMatchObject({ outcome: 'stopped', counters: { instructions } });
    const controller = new AbortController();
    const aborted = machine.run({ signal: controller.signal });
    await machine.counters();
    controller.abort();
    expect((await aborted).outcome).toBe('aborted');
    expect((await machine.run({ timeoutMs: 20 })).outcome).toBe('timeout');
    // It never ran without room, however often it was asked to.
    for (let i = 0; i < 20; i++) await machine.run({ timeoutMs: 1 });
    expect(flood.received).toBeLessThan(3 * MIB);
  });
});

// What counts the exits does not know of the form.
describe.each(FORMS.slice(0, 2))('a guest $name that sends very much', (form) => {
  it('makes exactly as many exits as it may, waits or not', async () => {
    await using flood = await Flood.start(form);
    const maxExits = 2 * MIB + 12_345;
    const { running } = await flood.fill({ maxExits });
    expect(flood.received).toBeLessThan(maxExits);
    flood.release();
    expect(await running).toMatchObject({ outcome: 'max-exits', counters: { totalExits: maxExits } });
    expect(flood.received).toBe(maxExits);
  });

  it('loses what nobody listens to, and does not wait', async () => {
    await using machine = await form.start({ code: SENDS_FOR_EVER });
    const { outcome, counters } = await machine.run({ maxExits: 2 * MIB });
    expect(outcome).toBe('max-exits');
    expect(counters.devices.com1.metrics.bytesOut).toBe(2 * MIB);
  });
});
