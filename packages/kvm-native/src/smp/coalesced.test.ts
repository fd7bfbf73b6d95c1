import { setTimeout } from 'node:timers/promises';
import { Vm } from '@picovm/core';
import { enterRealMode, type X86Vcpu } from '@picovm/core/x86';
import { beforeEach, describe, expect, it } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { kvm } from '../index.ts';
import { MODE, needSmp, SmpGuest } from './smp-guest.test-util.ts';

beforeEach(needSmp);

/** One vCPU with a thread of its own, whose writes to port E9H may wait; what its ports heard, in order. */
function machine(code: readonly number[]): { vm: Vm<X86Vcpu>; log: string[] } {
  const log: string[] = [];
  const vm = new Vm({
    accelerator: kvm({ ...ADDON, irqchip: 'kernel' }),
    memory: [{ base: 0, size: 4096 }],
    devices: [
      {
        id: 'board',
        type: 'test',
        attach: ({ claimPorts, systemEvent }) => {
          claimPorts(
            { base: 0xe9, length: 1, coalesced: true },
            { read: () => 0, write: (_o, _s, value) => void log.push(`e9:${value}`) },
          );
          claimPorts({ base: 0x10, length: 1 }, { read: () => log.push('read'), write: () => void log.push('10') });
          claimPorts({ base: 0x80, length: 1 }, { read: () => 0, write: () => systemEvent('shutdown') });
        },
      },
    ],
  });
  vm.memory.write(0x600, Uint8Array.from(code));
  enterRealMode(vm.vcpu, { segment: 0, offset: 0x600 });
  return { vm, log };
}

describe('coalesced writes of vCPUs with threads of their own', () => {
  it('come in their order, among all other exits', async () => {
    // mov cx, 200; back: mov al, cl; out 0xe9, al; out 0xe9, al; test cl, 1; jnz over; out 0x10, al; in al, 0x10;
    // over: loop back; out 0xe9, al; out 0x80, al
    const { vm, log } = machine([
      0xb9, 200, 0, 0x88, 0xc8, 0xe6, 0xe9, 0xe6, 0xe9, 0xf6, 0xc1, 1, 0x75, 4, 0xe6, 0x10, 0xe4, 0x10, 0xe2, 0xef,
      0xb0, 0xff, 0xe6, 0xe9, 0xe6, 0x80, 0xeb, 0xfe,
    ]); // biome-ignore format: the loop in a line
    const { outcome } = await vm.run({ timeoutMs: 20_000 });
    expect(outcome).toBe('shutdown');
    const expected = Array.from({ length: 200 }, (_, i) => 200 - i).flatMap((n) => {
      return [`e9:${n}`, `e9:${n}`, ...(n % 2 === 0 ? ['10', 'read'] : [])];
    });
    expect(log).toEqual([...expected, 'e9:255']);
    vm.dispose();
  });

  it('come though the guest halts in the kernel, and nobody asks anything', async () => {
    const { vm, log } = machine([0xb0, 1, 0xe6, 0xe9, 0xb0, 2, 0xe6, 0xe9, 0xf4]);
    const running = vm.run({ timeoutMs: 20_000 });
    const start = performance.now();
    while (log.length < 2 && performance.now() - start < 10_000) await setTimeout(1);
    expect(log).toEqual(['e9:1', 'e9:2']);
    expect(vm.running).toBe(true);
    vm.stop();
    expect((await running).outcome).toBe('stopped');
    vm.dispose();
  });

  it('are all there when a run has ended, and none comes twice', async () => {
    using guest = new SmpGuest('modes', 4, [MODE.output, MODE.output, MODE.output, MODE.input], { coalesced: true });
    const written = [0, 0, 0, 0];
    guest.board.onAccess = (id) => {
      if (id >= 0) written[id]++;
    };
    for (let i = 0; i < 10; i++) {
      const running = guest.run();
      if (i === 0) await guest.started();
      await setTimeout(3);
      guest.vm.stop();
      expect((await running).outcome).toBe('stopped');
      const counts = guest.counts();
      for (const id of [0, 1, 2]) {
        // It may stand between the instruction that writes and the one that counts.
        expect(written[id] - counts[id]).toBeGreaterThanOrEqual(0);
        expect(written[id] - counts[id]).toBeLessThanOrEqual(1);
      }
    }
    expect(Math.min(...written.slice(0, 3))).toBeGreaterThan(0);
  });

  it('of before a reset come before it', async () => {
    const { vm, log } = machine([0xfe, 0xc0, 0xe6, 0xe9, 0xeb, 0xfa]); // inc al; out 0xe9, al; jmp back
    const running = vm.run({ timeoutMs: 20_000 });
    while (log.length < 500) await setTimeout(1);
    vm.stop();
    await running;
    vm.reset();
    const before = log.length;
    expect(log).toEqual(log.map((_, i) => `e9:${(i + 1) & 0xff}`));
    enterRealMode(vm.vcpu, { segment: 0, offset: 0x600 });
    vm.vcpus[0].setRegisters({ rax: 0n });
    const again = vm.run({ timeoutMs: 20_000 });
    while (log.length < before + 10) await setTimeout(1);
    vm.stop();
    await again;
    expect(log[before]).toBe('e9:1');
    vm.dispose();
  });
});
