import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { type VgaText, vgaText } from '@picovm/device-vga';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import type { Machine } from './index.ts';
import { FORMS, IN_THREAD } from './test/forms.test-util.ts';
import { draws, makes, SENDS_FOR_EVER, SPIN, sends, TROUBLE } from './test/programs.test-util.ts';

const [, IN_WORKER] = FORMS;

function spinningVm(code: readonly number[] = SPIN): { vm: Vm; vga: VgaText } {
  const vga = vgaText();
  const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 0x10000 }], devices: [vga] });
  vm.memory.write(0x1000, Uint8Array.from(code));
  enterRealMode(vm.vcpu, { segment: 0, offset: 0x1000 });
  return { vm, vga };
}

describe('several VMs in one thread', () => {
  it('all make progress while none of them ends', async () => {
    const vms = Array.from({ length: 8 }, () => spinningVm().vm);
    const runs = vms.map((vm) => vm.run());
    while (vms.some((vm) => vm.counters().instructions < 1_000_000)) await nextTurn();
    expect(vms.every((vm) => vm.running)).toBe(true);
    for (const vm of vms) vm.stop();
    const results = await Promise.all(runs);
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(8).fill('stopped'));
    for (const vm of vms) vm.dispose();
  });

  it('each have their own result, counters and screen, and `using` gives each back', async () => {
    const counts = Array.from({ length: 8 }, (_, i) => 1000 * (i + 1));
    const runs = counts.map(async (count) => {
      const { vm, vga } = spinningVm(draws(count));
      using running = vm;
      const { outcome, counters, cpu } = await running.run();
      return { vm, outcome, exits: counters.exits.mmio, rcx: cpu.registers.rcx, cell: vga.screen().cells[0] };
    });
    const results = await Promise.all(runs);
    for (const [i, { vm, ...result }] of results.entries()) {
      expect(result).toEqual({ outcome: 'halted', exits: counts[i], rcx: 0n, cell: 1 });
      await expect(vm.run()).rejects.toMatchObject({ code: 'ERR_VM_DISPOSED' });
    }
  });
});

describe.each([
  ['in this thread', Array(8).fill(IN_THREAD)],
  ['in workers', Array(4).fill(IN_WORKER)],
  ['in both', [IN_THREAD, IN_WORKER, IN_THREAD, IN_WORKER, IN_THREAD, IN_WORKER]],
])('several machines %s', (_where, forms: (typeof FORMS)[number][]) => {
  it('are not disturbed by one that throws, one that loops and one that is aborted', async () => {
    const quiet = forms.map((form, i) => form.start({ code: sends(1000 * (i + 1)) }));
    const [throws, loops, aborted, floods, killed] = await Promise.all(
      [makes(TROUBLE.throw), SPIN, SPIN, SENDS_FOR_EVER, SPIN].map((code, i) =>
        forms[i % forms.length].start({ code }),
      ),
    );
    const machines = await Promise.all(quiet);
    const controller = new AbortController();
    // A listener that is never done: its machine waits, and no other.
    floods.on('com1', () => new Promise(() => {}));
    const bad = [throws.run(), loops.run({ timeoutMs: 300 }), aborted.run({ signal: controller.signal }), floods.run()];
    const dead = expect(killed.run()).rejects.toMatchObject({ code: 'ERR_WORKER' });
    const good = machines.map((machine) => received(machine));
    await killed.kill();
    await dead;
    controller.abort();
    expect(await Promise.all(good)).toEqual(
      forms.map((_, i) => ({ outcome: 'halted', bytes: 1000 * (i + 1), exits: 1000 * (i + 1) })),
    );
    await floods.stop();
    expect((await Promise.all(bad)).map(({ outcome }) => outcome)).toEqual(['failed', 'timeout', 'aborted', 'stopped']);
    await Promise.all([...machines, throws, loops, aborted, floods, killed].map((machine) => machine.dispose()));
  });
});

async function received(machine: Machine): Promise<{ outcome: string; bytes: number; exits: number }> {
  let bytes = 0;
  machine.on('com1', ({ length }) => {
    bytes += length;
  });
  const { outcome, counters } = await machine.run();
  return { outcome, bytes, exits: counters.exits.io };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
