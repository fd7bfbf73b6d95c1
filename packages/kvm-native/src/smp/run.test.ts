import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { MODE, needSmp, SmpGuest } from './smp-guest.test-util.ts';

beforeEach(needSmp);

const { count, output, input, halt, shutdown, self } = MODE;

/** Whether no vCPU does anything any more. */
async function expectStill(guest: SmpGuest): Promise<void> {
  const before = guest.counts();
  const { totalExits } = guest.vm.counters();
  await setTimeout(20);
  expect(guest.counts()).toEqual(before);
  expect(guest.vm.counters().totalExits).toBe(totalExits);
}

/** How long a busy host may take to run each thread once. */
const PATIENCE_MS = 4000;

describe('a run of several vCPUs', () => {
  it('has ended, once it says so: no vCPU goes on', async () => {
    using guest = new SmpGuest('modes', 4, [count, count, output, input]);
    const running = guest.run();
    await guest.started([0, 1, 2, 3]);
    guest.vm.stop();
    expect((await running).outcome).toBe('stopped');
    await expectStill(guest);
  });

  it('goes on where it was with the next one', async () => {
    using guest = new SmpGuest('modes', 4, [count, count, output, input]);
    for (let i = 0; i < 5; i++) {
      const before = guest.counts();
      const running = guest.run();
      await guest.started();
      while (guest.counts().some((n, id) => n <= before[id])) await setTimeout(1);
      guest.vm.stop();
      expect((await running).outcome).toBe('stopped');
    }
    // Each answer went to the instruction that asked for it, and none was lost.
    expect(guest.board.reads - guest.counts()[3]).toBeLessThanOrEqual(1);
  });

  it.each([
    ['a signal', { signal: AbortSignal.timeout(200) }, 'aborted'],
    ['a limit of time', { timeoutMs: 50 }, 'timeout'],
    ['a limit of exits', { maxExits: 100 }, 'max-exits'],
  ])('is ended by %s', async (_what, options, outcome) => {
    using guest = new SmpGuest('modes', 4, [output, output, input, count]);
    expect((await guest.run(options)).outcome).toBe(outcome);
    await expectStill(guest);
  });

  it('is ended by a handler, at the instruction that it was called for', async () => {
    using guest = new SmpGuest('modes', 2, [halt, output]);
    guest.board.onAccess = () => guest.vm.stop();
    for (let i = 0; i < 5; i++) {
      const before = guest.vm.counters().totalExits;
      expect((await guest.run()).outcome).toBe('stopped');
      expect(guest.vm.counters().totalExits).toBe(before + 1);
      expect(guest.counts()[1]).toBe(i);
    }
  });

  it('goes on after a kick, and while a handler of kicks says so', async () => {
    using guest = new SmpGuest('modes', 2, [count, count]);
    let kicks = 0;
    using _ = guest.vm.on('kicked', () => (++kicks === 3 ? 'stop' : 'resume'));
    const running = guest.run();
    await guest.started([0, 1]);
    for (let i = 0; i < 3; i++) {
      guest.vm.vcpus[i % 2].kick();
      while (kicks === i) await setTimeout(1);
    }
    expect((await running).outcome).toBe('stopped');
    expect(kicks).toBe(3);
  });

  it('lets the event loop have its turn, and guests run meanwhile', async () => {
    using guest = new SmpGuest('modes', 4, [count, count, count, count]);
    const running = guest.run();
    await guest.started([0, 1, 2, 3]);
    const before = guest.counts();
    // Nothing of this yields to anybody.
    const end = performance.now() + PATIENCE_MS;
    const allRan = (): boolean => guest.counts().every((now, id) => now > before[id]);
    while (!allRan() && performance.now() < end);
    expect(allRan()).toBe(true);
    guest.vm.stop();
    await running;
  });

  it('does not end because one of them jumps to itself', async () => {
    using guest = new SmpGuest('modes', 2, [self, count]);
    expect((await guest.run({ timeoutMs: 100 })).outcome).toBe('timeout');
    expect(guest.counts()[1]).toBeGreaterThan(0);
  });

  it('can be one of several in a process', async () => {
    using a = new SmpGuest('lock', 2);
    using b = new SmpGuest('ipi', 2);
    const results = await Promise.all([a.run(), b.run()]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['shutdown', 'shutdown']);
    expect(a.dword(0x4014)).toBe(2000);
  });
});

describe('what a vCPU ends a run with', () => {
  it('names the vCPU', async () => {
    using guest = new SmpGuest('modes', 4, [count, count, shutdown, output]);
    const result = await guest.run();
    expect(result).toMatchObject({ outcome: 'failed', vcpu: 2, exit: { reason: 'shutdown' } });
    expect(result.message).toMatch(/on vCPU 2: triple fault/);
    expect(result.cpu.registers.rsi).toBe(2n);
    await expectStill(guest);
  });

  it('goes to handlers, as that of the first does', async () => {
    using guest = new SmpGuest('modes', 2, [count, shutdown]);
    using _ = guest.vm.on('shutdown', () => 'stop');
    expect(await guest.run()).toMatchObject({ outcome: 'stopped', vcpu: 1 });
  });

  it('is not lost if two come at once', async () => {
    using guest = new SmpGuest('modes', 4, [halt, shutdown, shutdown, shutdown]);
    const ended = new Set<number>();
    for (let i = 0; i < 20 && ended.size < 3; i++) {
      const { outcome, vcpu } = await guest.run({ timeoutMs: 5000 });
      expect(outcome).toBe('failed');
      ended.add(vcpu);
    }
    expect([...ended].sort()).toEqual([1, 2, 3]);
  });

  it('is a device that threw', async () => {
    using guest = new SmpGuest('modes', 2, [halt, input]);
    guest.board.onAccess = () => {
      throw new Error('out of paper');
    };
    const { outcome, error } = await guest.run();
    expect(outcome).toBe('failed');
    expect(error?.message).toContain('out of paper');
  });
});

describe('the vCPUs of a VM', () => {
  it('show their registers while they run, and go on', async () => {
    using guest = new SmpGuest('modes', 4, [halt, count, output, input]);
    const running = guest.run();
    await guest.started([1, 2, 3]);
    for (const [id, vcpu] of guest.vm.vcpus.entries()) expect(vcpu.getRegisters().rsi).toBe(BigInt(id));
    const before = guest.counts();
    while (guest.counts().some((n, id) => id > 0 && n === before[id])) await setTimeout(1);
    guest.vm.stop();
    expect((await running).outcome).toBe('stopped');
  });

  it('take registers while they run', async () => {
    using guest = new SmpGuest('modes', 2, [halt, count]);
    const running = guest.run();
    await guest.started([1]);
    guest.vm.vcpus[1].setRegisters({ rsi: 3n });
    while (guest.dword(0x440c) === 0) await setTimeout(1);
    guest.vm.stop();
    await running;
  });

  it('show those behind a write to its handler', async () => {
    using guest = new SmpGuest('modes', 2, [halt, output]);
    const seen: bigint[] = [];
    guest.board.onAccess = (number) => {
      seen.push(guest.vm.vcpus[number].getRegisters().rip);
      if (seen.length === 3) guest.vm.stop();
    };
    await guest.run();
    const { rip } = guest.vm.vcpus[1].getRegisters();
    expect(seen).toEqual([rip, rip, rip]);
  });

  it('are not to be reset while they run', async () => {
    using guest = new SmpGuest('modes', 2, [halt, count]);
    const running = guest.run();
    await guest.started([1]);
    const refused = expect.objectContaining({ code: 'ERR_VM_RUNNING' });
    expect(() => guest.vm.vcpus[1].reset()).toThrow(refused);
    expect(() => guest.vm.reset()).toThrow(refused);
    guest.vm.stop();
    await running;
  });

  it('have numbers that CPUID tells them', async () => {
    using guest = new SmpGuest('start', 4);
    const apics: number[] = [];
    using _ = guest.vm.on('cpuid', ({ leaf, ebx }) => {
      if (leaf === 1) apics.push(ebx >>> 24);
    });
    expect((await guest.run()).outcome).toBe('shutdown');
    expect(apics).toEqual([0, 1, 2, 3]);
  });

  it('can be disposed one by one, also by their own handlers, and the others go on', async () => {
    using guest = new SmpGuest('modes', 4, [count, output, input, count]);
    guest.board.onAccess = (number) => {
      if (number === 1) guest.vm.vcpus[1].dispose();
      if (number === -1) guest.vm.vcpus[2].dispose();
    };
    const running = guest.run();
    await guest.started([0, 3]);
    guest.vm.vcpus[3].dispose();
    const before = guest.counts();
    while (guest.counts()[0] === before[0]) await setTimeout(1);
    guest.vm.stop();
    expect((await running).outcome).toBe('stopped');
    expect(guest.counts().slice(1, 3)).toEqual([0, 0]);
    expect(guest.counts()[3]).toBe(before[3]);
  });

  it.each(['a handler', 'a timer'])('end their run when %s disposes the first', async (who) => {
    using guest = new SmpGuest(
      'modes',
      4,
      who === 'a timer' ? [count, count, halt, halt] : [output, count, count, input],
    );
    const { vm } = guest;
    const first = (): void => vm.vcpus[0].dispose();
    if (who === 'a handler') guest.board.onAccess = (number) => void (number === 0 && first());
    const running = guest.run();
    if (who === 'a timer') {
      await guest.started([0, 1]);
      first();
    }
    expect(await running).toMatchObject({ outcome: 'failed', vcpu: 0, error: { code: 'ERR_VM_DISPOSED' } });
    await expectStill(guest);
    expect(await guest.run()).toMatchObject({ outcome: 'failed', error: { code: 'ERR_VM_DISPOSED' } });
    for (const look of [() => vm.vcpus[0].dump(), () => vm.vcpus[0].isStuck(true)]) {
      expect(look).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
    }
    vm.dispose();
    for (const look of [() => vm.vcpus[1].dump(), () => vm.vcpus[1].isStuck(true)]) {
      expect(look).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
    }
  });

  it('end it with a result, though the handler of that exit disposes the vCPU that made it', async () => {
    using guest = new SmpGuest('modes', 4, [count, count, shutdown, output]);
    guest.vm.on('shutdown', () => {
      for (const vcpu of guest.vm.vcpus.slice(1)) vcpu.dispose();
      return 'stop';
    });
    const result = await guest.run();
    expect(result).toMatchObject({ outcome: 'stopped', vcpu: 2, exit: { reason: 'shutdown' } });
    expect(result.message).toContain('its vCPU was disposed');
  });

  it('are given back when a handler disposes the VM', async () => {
    using guest = new SmpGuest('modes', 4, [output, output, output, input]);
    guest.board.onAccess = () => guest.vm.dispose();
    expect((await guest.run()).outcome).toBe('stopped');
    expect(() => guest.vm.vcpus[1].getRegisters()).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
  });
});
