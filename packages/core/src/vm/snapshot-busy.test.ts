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
