import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RunResult } from '../index.ts';
import { type ControlExit, VmError } from '../index.ts';
import { type FakeVcpu, HLT_WAITING } from './fake-accelerator.test-util.ts';
import { device, makeVm } from './make-vm.test-util.ts';

/** As accelerators do it: from then on it refuses to run, and to tell. */
function dispose(vcpu: FakeVcpu): void {
  const refuse = (): never => {
    throw new VmError('ERR_VM_DISPOSED', 'the vCPU is gone');
  };
  Object.assign(vcpu, { run: refuse, dump: refuse, isStuck: refuse });
  vcpu.dispose();
}

function expectGone(result: RunResult): void {
  expect(result).toMatchObject({ outcome: 'failed', vcpu: 0, error: { code: 'ERR_VM_DISPOSED' } });
  expect(result.cpu).toEqual({ registers: {}, location: expect.stringContaining('disposed'), codeAddress: undefined });
  expect(result.message).toBe('the guest failed at an unknown place (its vCPU was disposed): the vCPU is gone');
}

it.each(['io', 'kicked', 'slice-end'] as const)(
  'a run ends when the vCPU is disposed at an exit: %s',
  async (reason) => {
    using vm = makeVm(function* (cpu) {
      for (;;) {
        if (reason === 'io') cpu.sink.portWrite(0, 1, 0);
        yield reason === 'kicked' ? { reason } : undefined;
      }
    });
    vm.on(reason, () => {
      dispose(vm.vcpu);
      vm.vcpu.kick();
      return 'resume';
    });
    expectGone(await vm.run({ timeoutMs: 10_000 }));
    expect(vm.running).toBe(false);
    // There is nothing left to run, and that is told the same way.
    expectGone(await vm.run());
  },
);

it('the exit that ended a run is told, though its handler disposed the vCPU', async () => {
  const shutdown: ControlExit = { reason: 'shutdown' };
  using vm = makeVm(function* () {
    yield shutdown;
  });
  vm.on('shutdown', () => {
    dispose(vm.vcpu);
    return 'stop';
  });
  const { outcome, exit, cpu } = await vm.run();
  expect({ outcome, exit, place: cpu.codeAddress }).toEqual({ outcome: 'stopped', exit: shutdown, place: undefined });
});

it('a guest that waits in HLT is found to be gone when it is woken, or the run when it is stopped', async () => {
  const pic = device('pic', ({ claimInterrupts }) => {
    claimInterrupts({ setLine: () => {}, acknowledge: () => 0 });
  });
  using vm = makeVm(
    function* () {
      yield HLT_WAITING;
    },
    { devices: [pic] },
  );
  const running = vm.run({ timeoutMs: 10_000 });
  await setTimeout(10);
  dispose(vm.vcpu);
  vm.stop();
  expect((await running).outcome).toBe('stopped');
  expectGone(await vm.run());
});
