import { beforeEach, describe, expect, it } from 'vitest';
import { needKvm } from '../guest.test-util.ts';
import { loadAddon } from '../host/load-addon.ts';
import type { NativeAddon, NativeSystem, NativeVcpu, NativeVm } from './addon.ts';

beforeEach(needKvm);

const MAILBOX = 8192;
const errno = (code: string, syscall: string) => expect.objectContaining({ code, syscall, errno: expect.any(Number) });

const STRUCTURES = [
  ...(['getXsave', 'setXsave', 'getDebugregs', 'setDebugregs', 'getVcpuEvents', 'setVcpuEvents'] as const),
  ...(['getMsrs', 'setMsrs', 'getXcrs', 'setXcrs', 'getNestedState'] as const),
] as const;

interface Made {
  readonly system: NativeSystem;
  readonly vm: NativeVm;
  readonly vcpu: NativeVcpu;
  readonly memory: WebAssembly.Memory;
}

function make(): Made {
  const { KvmSystem }: NativeAddon = loadAddon(undefined);
  const system = new KvmSystem('/dev/kvm');
  const vm = system.createVm();
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  return { system, vm, vcpu: vm.createVcpu(0, memory, 65536, MAILBOX), memory };
}

function close({ vcpu, vm, system }: Made): void {
  vcpu.close();
  vm.close();
  system.close();
}

describe('the addon', () => {
  it('refuses to open what is not there, by its errno', () => {
    const { KvmSystem } = loadAddon(undefined);
    expect(() => new KvmSystem('/nowhere')).toThrow(errno('ENOENT', 'open'));
    expect(() => new KvmSystem('/dev/kvm\0')).toThrow(TypeError);
    expect(() => new KvmSystem(1 as unknown as string)).toThrow(TypeError);
  });

  it('refuses memory that KVM could not use, or that is not there', () => {
    const made = make();
    const { vm, memory } = made;
    const plain = { buffer: new ArrayBuffer(65536) } as unknown as WebAssembly.Memory;
    const bad: Parameters<NativeVm['setUserMemoryRegion']>[] = [
      [0, 0, 0, plain, 0, 4096],
      [0, 0, 0, null as unknown as WebAssembly.Memory, 0, 4096],
      [0, 0, 0, memory, 1, 4096],
      [0, 0, 0, memory, 0, 4095],
      [0, 0, 0, memory, 131072, 4096],
      [0, 0, 0, memory, 2 ** 52, 4096],
      [0, 0, 0, memory, 4096, 2 ** 52],
      [0, 0, 0, memory, 0, -4096],
      [0, 0, 0, memory, Number.NaN, 4096],
      [0, 0, 1, memory, 0, 4096],
      [0, 0, 2 ** 60, memory, 0, 4096],
      [0, 8, 0, memory, 0, 4096],
      [-1, 0, 0, memory, 0, 4096],
      [2 ** 32, 0, 0, memory, 0, 4096],
    ];
    for (const args of bad) expect(() => vm.setUserMemoryRegion(...args)).toThrow(TypeError);
    expect(() => vm.setUserMemoryRegion(0, 0, 0, memory, 4096, 0)).toThrow(
      errno('EINVAL', 'KVM_SET_USER_MEMORY_REGION'),
    );
    vm.setUserMemoryRegion(0, 0, 0, memory, 0, 65536);
    close(made);
  });

  it('refuses a mailbox that is too small', () => {
    const { KvmSystem } = loadAddon(undefined);
    const system = new KvmSystem('/dev/kvm');
    const vm = system.createVm();
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    expect(() => vm.createVcpu(0, memory, 0, 4096)).toThrow(TypeError);
    expect(() => vm.createVcpu(0, memory, 61440, MAILBOX)).toThrow(TypeError);
    expect(() => vm.createVcpu(-1, memory, 0, MAILBOX)).toThrow(TypeError);
    vm.createVcpu(0, memory, 0, MAILBOX).close();
    expect(() => vm.createVcpu(0, memory, 0, MAILBOX)).toThrow(errno('EEXIST', 'KVM_CREATE_VCPU'));
    vm.close();
    system.close();
  });

  it('refuses structures of the wrong type or size', () => {
    const made = make();
    const { vcpu, system, vm } = made;
    for (const bytes of [new Uint8Array(143), new Uint8Array(145), new Uint16Array(72), {}, undefined, null]) {
      expect(() => vcpu.getRegs(bytes as Uint8Array)).toThrow(TypeError);
      expect(() => vcpu.setRegs(bytes as Uint8Array)).toThrow(TypeError);
      expect(() => vcpu.setCpuid2(bytes as Uint8Array)).toThrow(TypeError);
      for (const name of STRUCTURES) expect(() => vcpu[name](bytes as Uint8Array), name).toThrow(TypeError);
      expect(() => system.getSupportedCpuid(bytes as Uint8Array)).toThrow(TypeError);
      const odd = bytes instanceof Uint8Array ? bytes.subarray(0, 142) : bytes;
      expect(() => system.getMsrIndexList(odd as Uint8Array)).toThrow(TypeError);
    }
    for (const time of [1, '1', undefined, -1n, 2n ** 64n])
      expect(() => vm.setClock(time as bigint)).toThrow(TypeError);
    const liar = new Uint8Array(8 + 40);
    liar[0] = 2;
    expect(() => vcpu.setCpuid2(liar)).toThrow(TypeError);
    const msrs = new Uint8Array(8 + 16);
    msrs[0] = 2;
    expect(() => vcpu.getMsrs(msrs)).toThrow(TypeError);
    expect(() => vcpu.setMsrs(msrs)).toThrow(TypeError);
    expect(() => system.getSupportedCpuid(new Uint8Array(8 + 40))).toThrow(errno('E2BIG', 'KVM_GET_SUPPORTED_CPUID'));
    vm.setUserMemoryRegion(0, 1, 0, made.memory, 0, 65536);
    expect(() => vm.getDirtyLog(0, new Uint8Array(7))).toThrow(TypeError);
    vm.getDirtyLog(0, new Uint8Array(8));
    expect(() => vm.getDirtyLog(1, new Uint8Array(8))).toThrow(errno('ENOENT', 'KVM_GET_DIRTY_LOG'));
    close(made);
  });

  it('reads and writes MSRs up to the first that KVM does not have', () => {
    const made = make();
    const view = new DataView(new ArrayBuffer(8 + 3 * 16));
    const bytes = new Uint8Array(view.buffer);
    // IA32_SYSENTER_CS, nothing at all, IA32_SYSENTER_ESP.
    view.setUint32(0, 3, true);
    [0x174, 0x12345678, 0x175].forEach((index, i) => {
      view.setUint32(8 + 16 * i, index, true);
    });
    view.setBigUint64(16, 0x77n, true);
    expect(made.vcpu.setMsrs(bytes)).toBe(1);
    view.setBigUint64(16, 0n, true);
    expect(made.vcpu.getMsrs(bytes)).toBe(1);
    expect(view.getBigUint64(16, true)).toBe(0x77n);
    close(made);
  });

  it('lists MSRs, and says how many there are if they do not fit', () => {
    const made = make();
    const list = new Uint32Array(2);
    expect(() => made.system.getMsrIndexList(new Uint8Array(list.buffer))).toThrow(
      errno('E2BIG', 'KVM_GET_MSR_INDEX_LIST'),
    );
    const all = new Uint32Array(1 + list[0]);
    made.system.getMsrIndexList(new Uint8Array(all.buffer));
    expect(all[0]).toBe(list[0]);
    // IA32_SYSENTER_CS.
    expect([...all.subarray(1)]).toContain(0x174);
    close(made);
  });

  it("sets the guests' clock, which goes on from there", () => {
    const made = make();
    made.vm.setClock(2n ** 60n);
    const time = made.vm.getClock();
    expect(time).toBeGreaterThanOrEqual(2n ** 60n);
    expect(made.vm.getClock()).toBeGreaterThanOrEqual(time);
    close(made);
  });

  it('refuses everything after close, and closes twice without harm', () => {
    const made = make();
    const { system, vm, vcpu, memory } = made;
    const { run } = vcpu;
    close(made);
    close(made);
    expect(run(1e6)).toBe(-9);
    expect(run(-1)).toBe(-9);
    expect(() => vcpu.getRegs(new Uint8Array(144))).toThrow(errno('EBADF', 'KVM_GET_REGS'));
    expect(() => vcpu.interrupt(1)).toThrow(errno('EBADF', 'KVM_INTERRUPT'));
    expect(() => vcpu.getXsave(new Uint8Array(4096))).toThrow(errno('EBADF', 'KVM_CHECK_EXTENSION'));
    expect(() => vm.getClock()).toThrow(errno('EBADF', 'KVM_GET_CLOCK'));
    expect(() => system.getMsrIndexList(new Uint8Array(4))).toThrow(errno('EBADF', 'KVM_GET_MSR_INDEX_LIST'));
    expect(() => vm.createVcpu(1, memory, 65536, MAILBOX)).toThrow(errno('EBADF', 'KVM_CREATE_VCPU'));
    expect(() => vm.setUserMemoryRegion(0, 0, 0, memory, 0, 4096)).toThrow(
      errno('EBADF', 'KVM_SET_USER_MEMORY_REGION'),
    );
    expect(() => system.createVm()).toThrow(errno('EBADF', 'KVM_GET_VCPU_MMAP_SIZE'));
    expect(() => system.getApiVersion()).toThrow(errno('EBADF', 'KVM_GET_API_VERSION'));
  });

  it('runs no vCPU of a VM that was closed, although KVM would', () => {
    const made = make();
    made.vm.close();
    expect(made.vcpu.run(1e6)).toBe(-9);
    close(made);
  });

  it('does not mistake one object for another', () => {
    const made = make();
    const { vm, vcpu } = made;
    expect(() => vm.createVcpu.call(vcpu as unknown as NativeVm, 1, made.memory, 0, MAILBOX)).toThrow(TypeError);
    expect(() => vcpu.getRegs.call({} as NativeVcpu, new Uint8Array(144))).toThrow(TypeError);
    const Vm = vm.constructor as new (...args: unknown[]) => unknown;
    const Vcpu = vcpu.constructor as new (...args: unknown[]) => unknown;
    expect(() => new Vm()).toThrow(TypeError);
    expect(() => new Vcpu({})).toThrow(TypeError);
    close(made);
  });

  it('takes anything for a budget', () => {
    const made = make();
    const run = made.vcpu.run as (...args: unknown[]) => number;
    for (const budget of [[], ['1'], [null], [{}], [Number.NaN]]) expect(run(...budget)).toBe(10);
    close(made);
  });

  it('leaves other signals to whoever handles them', async () => {
    const made = make();
    const { memory, vm, vcpu } = made;
    new Uint8Array(memory.buffer).set([0xeb, 0xfe], 0xff0);
    vm.setUserMemoryRegion(0, 0, 0xffff0000, memory, 0, 65536);
    new Uint8Array(memory.buffer).set([0xeb, 0xfe], 0xfff0);
    const got = new Promise((resolve) => process.once('SIGUSR2', resolve));
    const { spawn } = await import('node:child_process');
    const killer = spawn('sh', ['-c', `sleep 0.02; kill -USR2 ${process.pid}`]);
    const end = performance.now() + 100;
    // Each slice lasts its time, although the signal comes in one of them.
    while (performance.now() < end) {
      const start = performance.now();
      expect(vcpu.run(10e6)).toBe(10);
      expect(performance.now() - start).toBeGreaterThan(9.9);
    }
    expect(await got).toBe('SIGUSR2');
    killer.kill();
    close(made);
  });
});
