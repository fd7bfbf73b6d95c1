import { describe, expect, it } from 'vitest';
import { device, makeVm } from './make-vm.test-util.ts';

/** A machine whose vCPU has an instruction to complete when it is saved: a handler is asked then. */
function machine(act: (vm: ReturnType<typeof makeVm>) => unknown) {
  const given: string[] = [];
  const keeper = device('keeper', () => {}, {
    dispose: () => given.push('disposed'),
    snapshot: () => ({ version: 1, given: given.length }),
    restore: () => {},
  });
  const vm = makeVm(function* () {}, { devices: [keeper] });
  const snapshot = vm.vcpu.snapshot.bind(vm.vcpu);
  Object.assign(vm.vcpu, {
    snapshot: () => {
      vm.exits.portRead(0x99, 1);
      return snapshot();
    },
  });
  const results: unknown[] = [];
  vm.on('io', () => {
    results.push(act(vm));
    return 'resume';
  });
  return { vm, given, results };
}

const codeOf = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('a handler that is asked while a snapshot is being taken or restored', () => {
  it.each<[string, (vm: ReturnType<typeof makeVm>) => unknown]>([
    ['snapshot', (vm) => vm.snapshot()],
    ['restore', (vm) => vm.restore({} as never)],
    ['reset', (vm) => vm.reset()],
  ])('cannot call %s', (_what, action) => {
    const { vm, results } = machine((it) => codeOf(() => action(it)));
    const snapshot = vm.snapshot();
    vm.restore(snapshot);
    expect(results.length).toBeGreaterThanOrEqual(2);
    expect(new Set(results)).toEqual(new Set(['ERR_VM_RUNNING']));
    vm.dispose();
  });

  it('cannot call run', async () => {
    const { vm, results } = machine((it) => it.run());
    vm.snapshot();
    await expect(results[0]).rejects.toMatchObject({ code: 'ERR_VM_RUNNING' });
    // Afterwards everything is possible again.
    expect((await vm.run()).outcome).toBe('halted');
    vm.dispose();
  });

  it('may dispose the machine, which gives everything back when the snapshot is there', () => {
    const { vm, given } = machine((it) => it.dispose());
    expect(vm.snapshot().devices.keeper).toEqual({ version: 1, given: 0 });
    expect(given).toEqual(['disposed']);
    expect(() => vm.snapshot()).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
  });
});

describe('a handler that is asked while the machine is reset', () => {
  /** A vCPU that has an instruction to complete, or writes to deliver, when it is reset. */
  function resetting(act: (vm: ReturnType<typeof makeVm>) => unknown) {
    const { vm, given, results } = machine(act);
    const reset = vm.vcpu.reset.bind(vm.vcpu);
    Object.assign(vm.vcpu, {
      reset: () => {
        vm.exits.portRead(0x99, 1);
        reset();
      },
    });
    return { vm, given, results };
  }

  it.each<[string, (vm: ReturnType<typeof makeVm>) => unknown]>([
    ['snapshot', (vm) => vm.snapshot()],
    ['restore', (vm) => vm.restore({} as never)],
    ['reset', (vm) => vm.reset()],
  ])('cannot call %s', (_what, action) => {
    const { vm, results } = resetting((it) => codeOf(() => action(it)));
    vm.reset();
    expect(results).toEqual(['ERR_VM_RUNNING']);
    vm.dispose();
  });

  it('may dispose the machine, which gives everything back when it is reset', () => {
    const { vm, given } = resetting((it) => {
      it.dispose();
      expect(given).toEqual([]);
    });
    vm.reset();
    expect(given).toEqual(['disposed']);
    expect(() => vm.reset()).toThrow(expect.objectContaining({ code: 'ERR_VM_DISPOSED' }));
  });

  it('may dispose it in the middle of a run, which still has its result', async () => {
    const { vm, given } = resetting((it) => it.dispose());
    vm.on('halt', () => {
      vm.reset();
      expect(given).toEqual([]);
      return 'resume';
    });
    expect((await vm.run({ timeoutMs: 10_000 })).outcome).toBe('stopped');
    expect(given).toEqual(['disposed']);
  });

  it('cannot reset it once more, also in the middle of a run', async () => {
    const { vm, results } = resetting((it) => codeOf(() => it.reset()));
    vm.on('halt', () => {
      vm.reset();
      return 'stop';
    });
    expect((await vm.run({ timeoutMs: 10_000 })).outcome).toBe('stopped');
    expect(results).toEqual(['ERR_VM_RUNNING']);
    vm.dispose();
  });
});
