import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ControlExit, VcpuThreads } from '../index.ts';
import type { FakeVcpu } from './fake-accelerator.test-util.ts';
import { device, makeVm, onWrite } from './make-vm.test-util.ts';

/** vCPUs in threads, as far as the run loop sees them: each run does the next step, and returns its exit. */
class FakeThreads implements VcpuThreads {
  quiet = false;
  exited = 0;
  wake: () => void = () => {};
  readonly log: string[] = [];
  readonly #steps: (() => ControlExit | undefined)[];

  constructor(steps: (() => ControlExit | undefined)[] = []) {
    this.#steps = steps;
  }

  /** Takes the place of the first vCPU's `run`. */
  take(vcpu: FakeVcpu): void {
    const kicked = vcpu.run.bind(vcpu);
    vcpu.run = (budget) => {
      this.log.push('run');
      this.quiet = false;
      this.exited = 0;
      // Only to forget a kick.
      if (kicked({ ...budget, instructions: 0 }).reason === 'kicked') return { reason: 'kicked' };
      const exit = this.#steps.shift()?.();
      this.quiet = exit === undefined;
      return exit ?? { reason: 'slice-end' };
    };
  }

  pause(): void {
    this.log.push('pause');
  }
}

function threaded(steps: (() => ControlExit | undefined)[], maxVcpus = 3) {
  const threads = new FakeThreads(steps);
  const vm = makeVm(function* () {}, { threads, maxVcpus, vcpus: maxVcpus });
  threads.take(vm.vcpu);
  return { threads, vm };
}

describe('vcpus', () => {
  it('are made in the order of their ids, and the first is vm.vcpu', () => {
    using vm = makeVm(function* () {}, { maxVcpus: 4, vcpus: 3 });
    expect(vm.vcpus.map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(vm.vcpu).toBe(vm.vcpus[0]);
  });

  it('are one by default', () => {
    using vm = makeVm(function* () {}, { maxVcpus: 4 });
    expect(vm.vcpus).toHaveLength(1);
  });

  it.each([0, -1, 1.5, Number.NaN, '2', null])('are a number from 1 on, not %s', (vcpus) => {
    expect(() => makeVm(function* () {}, { vcpus: vcpus as number })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('vcpus') }),
    );
  });

  it.each([
    [1, 2, 'one, not 2'],
    [4, 5, 'at most 4, not 5'],
  ])('are at most %i if there are %i to be', (maxVcpus, vcpus, message) => {
    const disposed: string[] = [];
    const late = device('late', () => {}, { dispose: () => disposed.push('late') });
    expect(() => makeVm(function* () {}, { maxVcpus, vcpus, devices: [late] })).toThrow(
      expect.objectContaining({
        code: 'ERR_UNSUPPORTED',
        message: expect.stringContaining(message),
        details: { accelerator: 'fake', vcpus, maxVcpus },
      }),
    );
    expect(disposed).toEqual([]);
  });

  it('are all reset, told of changes and disposed', () => {
    const vm = makeVm(function* () {}, { maxVcpus: 2, vcpus: 2 });
    const { log } = vm.vcpu;
    const count = (what: string): number => log.filter((line) => line === what).length;
    vm.reset();
    expect(count('vcpu reset')).toBe(2);
    vm.on('cpuid', () => 'resume');
    expect(count('sink changed')).toBeGreaterThanOrEqual(2);
    vm.dispose();
    expect(count('vcpu disposed')).toBe(2);
  });

  it('have no snapshots if they are several', () => {
    using vm = makeVm(function* () {}, { maxVcpus: 2, vcpus: 2 });
    expect(() => vm.snapshot()).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED', message: expect.stringContaining('several vCPUs') }),
    );
  });
});

describe('a run of vCPUs in threads', () => {
  it('is over, and another may begin, though they cannot be stopped', async () => {
    const { threads, vm } = threaded([() => ({ reason: 'shutdown' }), () => ({ reason: 'shutdown' })]);
    const pause = threads.pause.bind(threads);
    threads.pause = () => {
      throw new Error('they go on');
    };
    const { signal } = new AbortController();
    let listeners = 0;
    const count = (n: number) => () => {
      listeners += n;
    };
    Object.assign(signal, { addEventListener: count(1), removeEventListener: count(-1) });
    await expect(vm.run({ timeoutMs: 10_000, signal, maxExits: 1 })).rejects.toThrow('they go on');
    expect(listeners).toBe(0);
    // Not during a run: it says nothing about the next one.
    vm.stop();
    threads.pause = pause;
    expect((await vm.run({ timeoutMs: 10_000 })).outcome).toBe('failed');
    vm.dispose();
  });

  it('leaves the thread to others while nobody asks, until it is woken', async () => {
    const { threads, vm } = threaded([() => undefined, () => ({ reason: 'shutdown' })]);
    const running = vm.run({ timeoutMs: 10_000 });
    await setTimeout(20);
    expect(threads.log).toEqual(['run']);
    threads.wake();
    expect((await running).outcome).toBe('failed');
    vm.dispose();
  });

  it('leaves at once what was to be done when it slept', async () => {
    const { threads, vm } = threaded([]);
    const running = vm.run({ timeoutMs: 10_000 });
    await setTimeout(5);
    vm.stop();
    expect((await running).outcome).toBe('stopped');
    expect(threads.log).toEqual(['run', 'pause', 'pause']);
    vm.dispose();
  });

  it('wakes for alarms', async () => {
    const { vm } = threaded([]);
    const running = vm.run({ timeoutMs: 10_000 });
    vm.clock.alarm(vm.clock.now() + 5e6, () => vm.stop());
    expect((await running).outcome).toBe('stopped');
    vm.dispose();
  });

  it('names the vCPU that ended it, and shows that one', async () => {
    const steps: (() => ControlExit)[] = [];
    const { threads, vm } = threaded(steps);
    steps.push(() => {
      threads.exited = 2;
      return { reason: 'shutdown' };
    });
    vm.vcpus[2].location = 'elsewhere';
    const result = await vm.run();
    expect(result).toMatchObject({ outcome: 'failed', vcpu: 2, cpu: { location: 'elsewhere' } });
    expect(result.message).toBe('the guest failed at elsewhere on vCPU 2: triple fault');
    vm.dispose();
  });

  it('does not look for a guest that jumps to itself', async () => {
    const { vm } = threaded([() => ({ reason: 'slice-end' })]);
    vm.vcpu.stuck = true;
    expect((await vm.run({ timeoutMs: 20 })).outcome).toBe('timeout');
    vm.dispose();
  });

  it('fails if what was asked last fails, when they are stopped', async () => {
    const threads = new FakeThreads([
      () => {
        vm.exits.portRead(0x10, 1);
        return undefined;
      },
    ]);
    const owner = onWrite(0x10, () => {});
    const vm = makeVm(function* () {}, { threads, devices: [owner], onUnmapped: 'throw' });
    threads.take(vm.vcpu);
    threads.pause = () => void vm.exits.portRead(0x99, 1);
    const { outcome, error } = await vm.run({ maxExits: 1 });
    expect({ outcome, code: error?.code }).toEqual({ outcome: 'failed', code: 'ERR_UNMAPPED_ACCESS' });
    vm.dispose();
  });
});
