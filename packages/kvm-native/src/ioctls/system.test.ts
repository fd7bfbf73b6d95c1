import { beforeEach, describe, expect, it } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { needKvm } from '../guest.test-util.ts';
import * as K from '../ioctls.ts';
import { refused } from './raw-guest.test-util.ts';

beforeEach(needKvm);

describe('/dev/kvm', () => {
  it('has version 12 of the API, and a mapping of whole pages for vCPUs', () => {
    using system = new K.KvmSystem(ADDON);
    expect(system.getApiVersion()).toBe(K.KVM_API_VERSION);
    expect(system.getVcpuMmapSize() % 4096).toBe(0);
    expect(system.getVcpuMmapSize()).toBeGreaterThanOrEqual(8192);
  });

  it('answers for capabilities as a boolean, a number and bits, and so does a VM', () => {
    using system = new K.KvmSystem(ADDON);
    using vm = system.createVm();
    for (const either of [system, vm]) {
      expect(either.checkExtension(K.KVM_CAP_USER_MEMORY)).toBe(true);
      expect(either.checkExtension(0x7fffffff)).toBe(false);
      expect(either.checkExtensionInt(0x7fffffff)).toBe(0);
      expect(either.checkExtensionInt(K.KVM_CAP_NR_MEMSLOTS)).toBeGreaterThan(30);
      const regs = K.KVM_SYNC_X86_REGS;
      expect(either.checkExtensionBits(K.KVM_CAP_SYNC_REGS, Number(regs))).toBe(true);
      expect(either.checkExtensionBits(K.KVM_CAP_SYNC_REGS, 0x40000000)).toBe(false);
      for (const bad of [-1, 2 ** 31, 1.5, Number.NaN, '1']) {
        expect(() => either.checkExtension(bad as number)).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
        );
      }
    }
  });

  it('tells what CPUID can be: supported, emulated, of Hyper-V', () => {
    using system = new K.KvmSystem(ADDON);
    const supported = system.getSupportedCpuid();
    const leaf0 = supported.find((entry) => entry.function === 0);
    expect(leaf0?.eax).toBeGreaterThanOrEqual(1);
    expect(supported.some((entry) => entry.function === 0x40000000)).toBe(true);
    expect(supported.every((entry) => Object.keys(entry).length === 7)).toBe(true);
    if (system.checkExtension(K.KVM_CAP_EXT_EMUL_CPUID)) {
      expect(system.getEmulatedCpuid().map((entry) => entry.function)).toContain(0);
    }
  });

  it('tells what it has of Hyper-V', (context) => {
    using system = new K.KvmSystem(ADDON);
    if (!system.checkExtension(K.KVM_CAP_SYS_HYPERV_CPUID)) {
      expect(() => system.getSupportedHvCpuid()).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
      context.skip('this KVM has no KVM_CAP_SYS_HYPERV_CPUID');
    }
    expect(system.getSupportedHvCpuid()[0].function).toBe(0x40000000);
  });

  it('lists model-specific registers, and reads those of features', () => {
    using system = new K.KvmSystem(ADDON);
    // IA32_SYSENTER_CS.
    expect(system.getMsrIndexList()).toContain(0x174);
    const indices = system.getMsrFeatureIndexList();
    expect(indices.length).toBeGreaterThan(0);
    const first = indices.find((index) => system.getMsrs([index]).length === 1);
    expect(first).toBeDefined();
    expect(system.getMsrs([first as number, 0x12345678, first as number])).toEqual([
      { index: first, data: expect.any(BigInt) },
    ]);
    expect(() => system.getMsrs(Array.from({ length: 300 }, () => first as number))).toThrow(
      refused('KVM_GET_MSRS', 'E2BIG') as Error,
    );
  });

  it('tells of machine checks, and of the components of XSAVE', (context) => {
    using system = new K.KvmSystem(ADDON);
    expect(system.x86GetMceCapSupported()).toBeGreaterThan(0n);
    if (!system.checkExtension(K.KVM_CAP_SYS_ATTRIBUTES)) context.skip('this KVM has no KVM_CAP_SYS_ATTRIBUTES');
    expect(system.hasDeviceAttr(0, K.KVM_X86_XCOMP_GUEST_SUPP)).toBe(true);
    expect(system.hasDeviceAttr(0, 99)).toBe(false);
    // x87 and SSE are always there.
    expect(system.getDeviceAttr(0, K.KVM_X86_XCOMP_GUEST_SUPP) & 3n).toBe(3n);
    expect(() => system.getDeviceAttr(0, 99)).toThrow(refused('KVM_GET_DEVICE_ATTR', 'ENXIO') as Error);
  });

  it('makes VMs, of types that there are', () => {
    using system = new K.KvmSystem(ADDON);
    expect(() => system.createVm(0xffff)).toThrow(refused('KVM_CREATE_VM', 'EINVAL') as Error);
    const vm = system.createVm();
    expect(vm.checkExtension(K.KVM_CAP_IRQCHIP)).toBe(true);
    vm.close();
    vm.close();
    expect(() => vm.checkExtension(0)).toThrow(refused('KVM_CHECK_EXTENSION', 'EBADF') as Error);
  });

  it('says why it is not there', () => {
    expect(() => new K.KvmSystem({ device: '/nowhere' })).toThrow(
      expect.objectContaining({
        code: 'ERR_ACCELERATOR_UNAVAILABLE',
        details: expect.objectContaining({ code: 'no-device' }),
      }),
    );
    expect(() => new K.KvmEventFd({ addon: '/nowhere' })).toThrow(
      expect.objectContaining({ code: 'ERR_ACCELERATOR_UNAVAILABLE' }),
    );
  });
});
