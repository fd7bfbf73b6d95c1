import { beforeEach, describe, expect, it } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { needKvm } from '../guest.test-util.ts';
import { kvm } from '../index.ts';
import * as K from '../ioctls.ts';
import { RawGuest } from './raw-guest.test-util.ts';

const invalid = expect.objectContaining({ name: 'VmError', code: 'ERR_INVALID_ARGUMENT' });

/** What no structure is. */
const NO_OBJECTS: readonly unknown[] = [undefined, null, 5, 5n, 'text', true, Symbol('s'), () => {}];

describe('what is no structure is refused', () => {
  beforeEach(needKvm);

  it.each<[string, (guest: RawGuest, eventfd: K.KvmEventFd, wrong: never) => unknown]>([
    ['getMsrs', ({ vcpu }, _, wrong) => vcpu.getMsrs(wrong)],
    ['getMsrs of the system', ({ system }, _, wrong) => system.getMsrs(wrong)],
    ['setMsrs', ({ vcpu }, _, wrong) => vcpu.setMsrs(wrong)],
    ['setRegs', ({ vcpu }, _, wrong) => vcpu.setRegs(wrong)],
    ['setNestedState', ({ vcpu }, _, wrong) => vcpu.setNestedState(wrong)],
    ['setUserMemoryRegion', ({ vm }, _, wrong) => vm.setUserMemoryRegion(wrong)],
    ['setGsiRouting', ({ vm }, _, wrong) => vm.setGsiRouting([wrong])],
    ['setIrqchip', ({ vm }, _, wrong) => vm.setIrqchip(wrong)],
    ['setPmuEventFilter', ({ vm }, _, wrong) => vm.setPmuEventFilter(wrong)],
    ['x86SetMsrFilter', ({ vm }, _, wrong) => vm.x86SetMsrFilter(wrong)],
    ['ranges of x86SetMsrFilter', ({ vm }, _, wrong) => vm.x86SetMsrFilter({ flags: 0, ranges: wrong })],
    ['a range of x86SetMsrFilter', ({ vm }, _, wrong) => vm.x86SetMsrFilter({ flags: 0, ranges: [wrong] })],
    ['ioeventfd', ({ vm }, eventfd, wrong) => vm.ioeventfd(eventfd, wrong)],
  ])('%s', (_name, call) => {
    using guest = new RawGuest();
    using eventfd = new K.KvmEventFd(ADDON);
    for (const wrong of NO_OBJECTS) expect(() => call(guest, eventfd, wrong as never)).toThrow(invalid);
  });

  it('nor are parts of another type', () => {
    using guest = new RawGuest();
    using eventfd = new K.KvmEventFd(ADDON);
    expect(() => guest.vm.ioeventfd(eventfd, { addr: 0, flags: 5n as never })).toThrow(invalid);
    const numbers = ['requestInterruptWindow', 'immediateExit', 'ioValue', 'mmioDataLow', 'mmioDataHigh', 'msrError'];
    const bigints = ['cr8', 'mmioData', 'msrData', 'hypercallRet', 'kvmValidRegs', 'kvmDirtyRegs'];
    const { kvmRun } = guest.vcpu;
    for (const name of numbers) expect(() => Object.assign(kvmRun, { [name]: 5n })).toThrow(invalid);
    for (const name of bigints) expect(() => Object.assign(kvmRun, { [name]: 5 })).toThrow(invalid);
  });
});

describe('an error', () => {
  beforeEach(needKvm);

  it('shows the value that is wrong', () => {
    using guest = new RawGuest();
    const { system, vm, vcpu } = guest;
    for (const [call, message] of [
      [() => vcpu.setRegs(null as never), 'kvm_regs must be an object, not null'],
      [() => vcpu.setRegs({ ...vcpu.getRegs(), rip: 1 as never }), /rip must be a bigint .*, not 1$/],
      [() => system.checkExtension(undefined as never), /must be an integer from 0 to \d+, not undefined$/],
      [() => system.checkExtension('irqchip' as never), /must be an integer from 0 to \d+, not a string$/],
      [() => vm.createVcpu(-1), /must be an integer from 0 to \d+, not -1$/],
      [() => vm.createVcpu(1.5), /not 1.5$/],
      [() => vm.createVcpu(1n as never), /not a bigint$/],
      [() => vm.createVcpu({} as never), /not an object$/],
      [() => vcpu.getOneReg(5 as never), /must be a bigint from 0 to 2\^64 - 1, not 5$/],
    ] as const) {
      expect(call).toThrow(invalid);
      expect(call).toThrow(message);
    }
  });

  it('names what was closed', () => {
    const { system, vm, vcpu } = new RawGuest();
    for (const descriptor of [vcpu, vm, system]) descriptor.close();
    for (const [call, ioctl] of [
      [() => system.createVm(), 'KVM_CREATE_VM'],
      [() => vcpu.takeCoalescedMmio(), 'KVM_CAP_COALESCED_MMIO'],
    ] as const) {
      const details = expect.objectContaining({ ioctl, code: 'EBADF' });
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_KVM', details }));
    }
  });
});

describe('what is no eventfd is refused', () => {
  beforeEach(needKvm);

  /** Also one that has all that an eventfd seems to have. */
  function wrongs(eventfd: K.KvmEventFd): readonly never[] {
    const { object } = eventfd as unknown as { object: unknown };
    return [null, 5, {}, { object }, object] as never[];
  }

  it('and the VM can still be closed', () => {
    using guest = new RawGuest([0xf4], (vm) => vm.createIrqchip());
    using eventfd = new K.KvmEventFd(ADDON);
    for (const wrong of wrongs(eventfd)) {
      expect(() => guest.vm.irqfd(wrong, 1)).toThrow(invalid);
      expect(() => guest.vm.irqfd(eventfd, 1, wrong)).toThrow(invalid);
      expect(() => guest.vm.ioeventfd(wrong, { addr: 0x80 })).toThrow(invalid);
      expect(() => guest.vm.hypervEventfd(wrong, 1)).toThrow(invalid);
    }
    expect(() => guest.vm.irqfd(undefined as never, 1)).toThrow(invalid);
    guest.vm.close();
    expect(() => guest.vm.createVcpu(1)).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
  });
});

describe('options', () => {
  it.each([
    ['kvm()', (options: never) => kvm(options)],
    ['new KvmSystem()', (options: never) => new K.KvmSystem(options)],
  ])('of %s are an object, with the names and types that they have', (name, make) => {
    for (const wrong of ['/dev/kvm', null, 5, []]) {
      expect(() => make(wrong as never)).toThrow(invalid);
      expect(() => make(wrong as never)).toThrow(`${name} takes an object of options, not `);
    }
    for (const misspelt of [{ irqchips: 'kernel' }, { irq_chip: 'kernel' }, { irqchipp: 'none' }]) {
      expect(() => make(misspelt as never)).toThrow(invalid);
      expect(() => make(misspelt as never)).toThrow(/did you mean irqchip\?$/);
    }
    expect(() => make({ host: { plattform: 'linux' } } as never)).toThrow(/did you mean platform\?$/);
    for (const device of [5, '', null, {}]) expect(() => make({ device } as never)).toThrow(/device must be/);
    for (const addon of [5, '', null]) expect(() => make({ addon } as never)).toThrow(/addon must be/);
    for (const host of [null, 'linux', { arch: 5 }, { platform: null }, { cpuinfo: 5 }]) {
      expect(() => make({ host } as never)).toThrow(invalid);
    }
    for (const irqchip of [null, 5, Symbol('s')]) expect(() => make({ irqchip } as never)).toThrow(/irqchip is/);
  });

  it('of an eventfd, too', () => {
    for (const wrong of ['x', null, 5, { addon: 5 }, { inital: 1 }])
      expect(() => new K.KvmEventFd(wrong as never)).toThrow(invalid);
  });
});
