import { beforeEach, describe, expect, it } from 'vitest';
import { needKvm } from '../guest.test-util.ts';
import * as K from '../ioctls.ts';
import { needCapability, RawGuest, refused } from './raw-guest.test-util.ts';

beforeEach(needKvm);

describe("the guests' clock", () => {
  it('goes on from what it is set to', () => {
    using guest = new RawGuest();
    guest.vm.setClock({ clock: 2n ** 60n, flags: 0 });
    const { clock, flags } = guest.vm.getClock();
    expect(clock).toBeGreaterThanOrEqual(2n ** 60n);
    expect(typeof flags).toBe('number');
    expect(guest.vm.getClock().clock).toBeGreaterThanOrEqual(clock);
    expect(() => guest.vm.setClock({ clock: 0n, flags: 0x8000 })).toThrow(refused('KVM_SET_CLOCK', 'EINVAL') as Error);
    expect(() => guest.vm.setClock({ clock: 1 as never, flags: 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it("knows the host's real time at that instant", (context) => {
    using guest = new RawGuest();
    const flag = K.KVM_CLOCK_REALTIME;
    context.skip(!guest.vm.checkExtensionBits(K.KVM_CAP_ADJUST_CLOCK, flag), 'this KVM has no KVM_CLOCK_REALTIME');
    const { flags, realtime } = guest.vm.getClock();
    context.skip(
      (flags & flag) === 0,
      'the time-stamp counter of this host is no clock, so there is no KVM_CLOCK_REALTIME',
    );
    expect(Math.abs(Number(realtime) / 1e6 - Date.now())).toBeLessThan(10_000);
    // As much later as the real time says that was set.
    const hour = 3600n * 10n ** 9n;
    guest.vm.setClock({ clock: 0n, flags: flag, realtime: BigInt(Date.now()) * 1_000_000n - hour });
    expect(guest.vm.getClock().clock).toBeGreaterThan(hour - 10n ** 10n);
  });

  it('tells the guest that it was stopped', () => {
    using guest = new RawGuest([0xf4]);
    const { vcpu } = guest;
    expect(() => vcpu.kvmclockCtrl()).toThrow(refused('KVM_KVMCLOCK_CTRL', 'EINVAL') as Error);
    // MSR_KVM_SYSTEM_TIME_NEW: the structure is at 0x5000.
    expect(vcpu.setMsrs([{ index: 0x4b564d01, data: 0x5001n }])).toBe(1);
    guest.run();
    vcpu.kvmclockCtrl();
    guest.load([0xf4]);
    guest.run();
    // PVCLOCK_GUEST_STOPPED in its flags.
    expect(guest.bytes[0x5000 + 29] & 2).toBe(2);
  });
});

describe('the time-stamp counter', () => {
  it('has a frequency', () => {
    using guest = new RawGuest();
    const khz = guest.vcpu.getTscKhz();
    expect(khz).toBeGreaterThan(100_000);
    if (guest.vm.checkExtension(K.KVM_CAP_TSC_CONTROL)) {
      guest.vcpu.setTscKhz(khz / 2);
      expect(guest.vcpu.getTscKhz()).toBe(Math.floor(khz / 2));
    }
    guest.vcpu.setTscKhz(khz);
    expect(guest.vcpu.getTscKhz()).toBe(khz);
    // It is read as a signed number, of which the negative ones are errors.
    for (const either of [guest.vcpu, guest.vm]) {
      expect(() => either.setTscKhz(2 ** 31)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    }
  });

  it('has one for all vCPUs that are made later', (context) => {
    using guest = new RawGuest();
    const khz = guest.vcpu.getTscKhz();
    needCapability(context, guest, K.KVM_CAP_VM_TSC_CONTROL, 'KVM_CAP_VM_TSC_CONTROL');
    guest.vm.setTscKhz(khz);
    expect(guest.vm.getTscKhz()).toBe(khz);
  });

  it("has an offset from the host's", (context) => {
    using guest = new RawGuest();
    const { vcpu } = guest;
    needCapability(context, guest, K.KVM_CAP_VCPU_ATTRIBUTES, 'KVM_CAP_VCPU_ATTRIBUTES');
    const attribute = [K.KVM_VCPU_TSC_CTRL, K.KVM_VCPU_TSC_OFFSET] as const;
    expect(vcpu.hasDeviceAttr(...attribute)).toBe(true);
    expect(vcpu.hasDeviceAttr(K.KVM_VCPU_TSC_CTRL, 99)).toBe(false);
    const tsc = (): bigint => vcpu.getMsrs([0x10])[0].data;
    vcpu.setMsrs([{ index: 0x10, data: 2n ** 52n }]);
    context.skip(tsc() < 2n ** 52n, "this KVM gives guests the host's time-stamp counter as it is");
    const [before, offset] = [tsc(), vcpu.getDeviceAttr(...attribute)];
    vcpu.setDeviceAttr(...attribute, BigInt.asUintN(64, offset + 2n ** 50n));
    expect(vcpu.getDeviceAttr(...attribute)).toBe(BigInt.asUintN(64, offset + 2n ** 50n));
    expect(tsc() - before).toBeGreaterThanOrEqual(2n ** 50n);
    expect(() => vcpu.getDeviceAttr(1, 0)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
