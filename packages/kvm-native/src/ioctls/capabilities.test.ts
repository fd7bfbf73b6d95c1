import { beforeEach, describe, expect, it } from 'vitest';
import { hardware, needKvm } from '../guest.test-util.ts';
import * as K from '../ioctls.ts';
import { needCapability, RawGuest, refused } from './raw-guest.test-util.ts';

beforeEach(needKvm);

const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

describe('capabilities', () => {
  it('whose arguments are addresses or descriptors are refused', () => {
    using guest = new RawGuest();
    for (const capability of [163, 196, 197, 206, 0, 2 ** 31]) {
      expect(() => guest.vm.enableCap(capability, 1)).toThrow(invalid);
      expect(() => guest.vcpu.enableCap(capability, 1)).toThrow(invalid);
    }
    expect(() => guest.vm.enableCap(196, 1)).toThrow(/196 cannot be .* address or a descriptor/);
    for (const args of [[1, 2, 3, 4, 5], [-1], [2n ** 64n], [0.5], ['1' as never]]) {
      expect(() => guest.vm.enableCap(K.KVM_CAP_HALT_POLL, ...args)).toThrow(invalid);
    }
    expect(() => guest.vm.enableCap(K.KVM_CAP_SPLIT_IRQCHIP, 24)).toThrow(refused('KVM_ENABLE_CAP', 'EEXIST') as Error);
  });

  it('HLT need not exit', (context) => {
    const HLT = K.KVM_X86_DISABLE_EXITS_HLT;
    let can = false;
    using guest = new RawGuest([0xf4, 0xe6, 0x80], (vm) => {
      can = vm.checkExtensionBits(K.KVM_CAP_X86_DISABLE_EXITS, HLT);
      if (can) vm.enableCap(K.KVM_CAP_X86_DISABLE_EXITS, HLT);
    });
    context.skip(!can, 'this KVM cannot disable exits of HLT');
    context.skip(!hardware, 'this KVM emulates HLT, and exits: no VT-x or SVM');
    expect(guest.vcpu.run(5e6)).toBe(K.KVM_EXIT_INTR);
  });

  it('a vCPU can be kept to what CPUID tells of', (context) => {
    using guest = new RawGuest();
    needCapability(context, guest, K.KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 'KVM_CAP_ENFORCE_PV_FEATURE_CPUID');
    guest.vector(13, 0x600, [0xe6, 0x8d, 0xf4]); // #GP: out 0x8d, al; hlt
    // xor eax, eax; xor edx, edx; mov ecx, MSR_KVM_SYSTEM_TIME_NEW; wrmsr; hlt
    const wrmsr = [0x66, 0x31, 0xc0, 0x66, 0x31, 0xd2, 0x66, 0xb9, 0x01, 0x4d, 0x56, 0x4b, 0x0f, 0x30, 0xf4];
    guest.load(wrmsr);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    using kept = new RawGuest(wrmsr);
    kept.vector(13, 0x600, [0xe6, 0x8d, 0xf4]);
    kept.vcpu.setCpuid2([]);
    kept.vcpu.enableCap(K.KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 1);
    expect(kept.run()).toBe(K.KVM_EXIT_IO);
    expect(kept.vcpu.kvmRun.ioPort).toBe(0x8d);
  });
});

describe('performance counters', () => {
  it('count only what the filter allows', (context) => {
    using guest = new RawGuest();
    needCapability(context, guest, K.KVM_CAP_PMU_EVENT_FILTER, 'KVM_CAP_PMU_EVENT_FILTER');
    guest.vm.setPmuEventFilter({ action: K.KVM_PMU_EVENT_ALLOW, events: [0x3cn, 0xc0n] });
    expect(() => guest.vm.setPmuEventFilter({ action: 7, events: [] })).toThrow(
      refused('KVM_SET_PMU_EVENT_FILTER', 'EINVAL') as Error,
    );
    expect(() => guest.vm.setPmuEventFilter({ action: 0, events: Array.from({ length: 301 }, () => 0n) })).toThrow(
      refused('KVM_SET_PMU_EVENT_FILTER', 'E2BIG') as Error,
    );
    expect(() => guest.vm.setPmuEventFilter({ action: 0, events: [1] as never })).toThrow(invalid);
  });
});

describe('counters of KVM', () => {
  it('are read, by name, of a VM and of a vCPU', (context) => {
    using guest = new RawGuest([0xe6, 0x80, 0xe6, 0x80, 0xf4]);
    needCapability(context, guest, K.KVM_CAP_BINARY_STATS_FD, 'KVM_CAP_BINARY_STATS_FD');
    using stats = guest.vcpu.getStatsFd();
    const value = (name: string): bigint => stats.read().stats.find((stat) => stat.name === name)?.values[0] ?? -1n;
    expect(stats.read().id).toMatch(/^kvm-\d+\/vcpu-0$/);
    const before = value('io_exits') + value('exits');
    guest.run();
    guest.run();
    expect(value('io_exits') + value('exits')).toBeGreaterThan(before);
    using ofVm = guest.vm.getStatsFd();
    expect(ofVm.read().stats.length).toBeGreaterThan(3);
    expect(ofVm.read().stats.every(({ unit, type }) => unit !== 'unknown' && type !== 'unknown')).toBe(true);
    ofVm.close();
    ofVm.close();
    expect(() => ofVm.read()).toThrow(refused('pread', 'EBADF') as Error);
  });
});

describe('devices in the kernel', () => {
  it('that there are not are refused', () => {
    using guest = new RawGuest();
    expect(guest.vm.hasDevice(0x7fff)).toBe(false);
    expect(() => guest.vm.createDevice(0x7fff)).toThrow(refused('KVM_CREATE_DEVICE', 'ENODEV') as Error);
    expect(() => guest.vm.createDevice(-1)).toThrow(invalid);
  });

  it('VFIO takes files of its own only', (context) => {
    using guest = new RawGuest();
    context.skip(!guest.vm.hasDevice(K.KVM_DEV_TYPE_VFIO), 'this kernel has no VFIO in it');
    using device = guest.vm.createDevice(K.KVM_DEV_TYPE_VFIO);
    expect(device.hasDeviceAttr(K.KVM_DEV_VFIO_FILE, K.KVM_DEV_VFIO_FILE_ADD)).toBe(true);
    expect(device.hasDeviceAttr(K.KVM_DEV_VFIO_FILE, 99)).toBe(false);
    expect(() => device.setDeviceAttr(K.KVM_DEV_VFIO_FILE, K.KVM_DEV_VFIO_FILE_ADD, 2 ** 30)).toThrow(
      refused('KVM_SET_DEVICE_ATTR', 'EBADF') as Error,
    );
    expect(() => device.setDeviceAttr(K.KVM_DEV_VFIO_FILE, 3, 0)).toThrow(invalid);
    device.close();
    expect(() => device.hasDeviceAttr(1, 1)).toThrow(refused('KVM_HAS_DEVICE_ATTR', 'EBADF') as Error);
  });
});

describe('VMs of the guest', () => {
  it.each([{ length: 2 ** 32 }, 2 ** 32, 2 ** 20 + 1, 127, 128.5, -1, 1e300, Number.NaN, 128n, '128', null])(
    'are not given %s as room for their state',
    (room) => {
      using guest = new RawGuest();
      expect(() => guest.vcpu.getNestedState(room as number)).toThrow(invalid);
    },
  );

  it('have a state', (context) => {
    using guest = new RawGuest();
    const { vcpu } = guest;
    if (!guest.vm.checkExtension(K.KVM_CAP_NESTED_STATE)) {
      expect(() => vcpu.getNestedState()).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
      expect(() => vcpu.setNestedState(new Uint8Array(128))).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
      expect(() => vcpu.setNestedState(new Uint8Array(127))).toThrow(invalid);
      context.skip('this KVM has no KVM_CAP_NESTED_STATE');
    }
    const state = vcpu.getNestedState();
    expect(state).toHaveLength(128);
    vcpu.setNestedState(state);
  });
});

describe('memory', () => {
  it('can be prepared before it is touched', (context) => {
    using guest = new RawGuest();
    if (!guest.vm.checkExtension(K.KVM_CAP_PRE_FAULT_MEMORY)) {
      expect(() => guest.vcpu.preFaultMemory(0, 4096)).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
      context.skip('this KVM has no KVM_CAP_PRE_FAULT_MEMORY');
    }
    expect(guest.vcpu.preFaultMemory(0, 8192)).toBe(0);
    expect(() => guest.vcpu.preFaultMemory(0, 1)).toThrow(refused('KVM_PRE_FAULT_MEMORY', 'EINVAL') as Error);
  });
});
