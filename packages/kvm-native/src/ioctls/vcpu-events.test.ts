import { beforeEach, describe, expect, it } from 'vitest';
import { hardware, needKvm } from '../guest.test-util.ts';
import * as K from '../ioctls.ts';
import { CODE, needCapability, RawGuest, refused } from './raw-guest.test-util.ts';

beforeEach(needKvm);

const OUT_IRET = (port: number): number[] => [0xe6, port, 0xcf];

describe('interrupts without a controller in the kernel', () => {
  it('are taken when the guest is ready for them', () => {
    using guest = new RawGuest([0xfb, 0xf4, 0xf4]); // sti; hlt; hlt
    guest.vector(0x21, 0x600, OUT_IRET(0x81));
    const { vcpu } = guest;
    vcpu.kvmRun.requestInterruptWindow = 1;
    // A host without VT-x and SVM looks for interrupts only at a HLT.
    const either = hardware ? [K.KVM_EXIT_IRQ_WINDOW_OPEN] : [K.KVM_EXIT_IRQ_WINDOW_OPEN, K.KVM_EXIT_HLT];
    expect(either).toContain(guest.run());
    expect(vcpu.kvmRun.readyForInterruptInjection).toBe(1);
    expect(vcpu.kvmRun.ifFlag).toBe(1);
    vcpu.kvmRun.requestInterruptWindow = 0;
    vcpu.interrupt(0x21);
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect(vcpu.kvmRun.ioPort).toBe(0x81);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    for (const vector of [-1, 2 ** 32, 1.5]) {
      expect(() => vcpu.interrupt(vector)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    }
    expect(() => vcpu.interrupt(256)).toThrow(refused('KVM_INTERRUPT', 'EINVAL') as Error);
  });

  it('an NMI needs no permission, and is among the events until it is taken', () => {
    using guest = new RawGuest([0x90, 0x90, 0xf4]);
    guest.vector(2, 0x600, OUT_IRET(0x82));
    const { vcpu } = guest;
    vcpu.nmi();
    expect(vcpu.getVcpuEvents().nmi).toMatchObject({ pending: 1, masked: 0 });
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect(vcpu.kvmRun.ioPort).toBe(0x82);
    expect(vcpu.getVcpuEvents().nmi).toMatchObject({ masked: 1 });
  });

  it('events that are set are delivered', () => {
    using guest = new RawGuest([0x90, 0xf4]);
    guest.vector(6, 0x600, OUT_IRET(0x86));
    const { vcpu } = guest;
    const events = vcpu.getVcpuEvents();
    // An invalid opcode, as if the guest had met one.
    vcpu.setVcpuEvents({ ...events, flags: 0, exception: { ...events.exception, injected: 1, nr: 6 } });
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect(vcpu.kvmRun.ioPort).toBe(0x86);
    const none = { ...events, flags: 0, exception: { ...events.exception, injected: 1, nr: 32 } };
    expect(() => vcpu.setVcpuEvents(none)).toThrow(refused('KVM_SET_VCPU_EVENTS', 'EINVAL') as Error);
  });

  it('a system-management interrupt', (context) => {
    using guest = new RawGuest();
    if (!guest.vm.checkExtension(K.KVM_CAP_X86_SMM)) {
      expect(() => guest.vcpu.smi()).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
      context.skip('this KVM has no KVM_CAP_X86_SMM');
    }
    guest.vcpu.smi();
    expect(guest.vcpu.getVcpuEvents().smi.pending).toBe(1);
  });
});

describe('states of several vCPUs', () => {
  it('one runs, the others wait for it, or for whoever sets their state', () => {
    using guest = new RawGuest([0xf4], (vm) => {
      vm.createIrqchip();
      vm.setBootCpuId(1);
    });
    using other = guest.vm.createVcpu(1);
    expect(other.getMpState()).toBe(K.KVM_MP_STATE_RUNNABLE);
    expect(guest.vcpu.getMpState()).toBe(K.KVM_MP_STATE_UNINITIALIZED);
    guest.vcpu.setMpState(K.KVM_MP_STATE_RUNNABLE);
    expect(guest.vcpu.run(20e6)).toBe(K.KVM_EXIT_INTR);
    expect(guest.vcpu.getMpState()).toBe(K.KVM_MP_STATE_HALTED);
    expect(() => guest.vcpu.setMpState(99)).toThrow(refused('KVM_SET_MP_STATE', 'EINVAL') as Error);
    expect(() => guest.vm.setBootCpuId(0)).toThrow(refused('KVM_SET_BOOT_CPU_ID', 'EBUSY') as Error);
    expect(() => guest.vm.createVcpu(1)).toThrow(refused('KVM_CREATE_VCPU', 'EEXIST') as Error);
  });

  it('their local APICs have their numbers', () => {
    using guest = new RawGuest([0xf4], (vm) => vm.createIrqchip());
    using other = guest.vm.createVcpu(5);
    const id = (vcpu: K.KvmVcpu): number => new DataView(vcpu.getLapic().buffer).getUint32(0x20, true) >>> 24;
    expect([id(guest.vcpu), id(other)]).toEqual([0, 5]);
    const regs = other.getLapic();
    regs[0x80] = 0x40;
    other.setLapic(regs);
    // The task priority, whose upper half is CR8.
    expect(other.getSregs().cr8).toBe(4n);
    expect(() => other.setLapic(new Uint8Array(1023))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});

describe('debugging from outside', () => {
  const STEPS = K.KVM_GUESTDBG_ENABLE | K.KVM_GUESTDBG_SINGLESTEP;

  it('steps through instructions', () => {
    using guest = new RawGuest([0x40, 0x40, 0x40, 0xf4]); // inc ax, three times; hlt
    const { vcpu } = guest;
    vcpu.setGuestDebug({ control: STEPS });
    for (let step = 1; step <= 3; step++) {
      expect(guest.run()).toBe(K.KVM_EXIT_DEBUG);
      expect(vcpu.kvmRun.exit()).toMatchObject({ exception: 1, pc: BigInt(CODE + step) });
      expect(vcpu.getRegs().rip).toBe(BigInt(CODE + step));
    }
    vcpu.setGuestDebug({ control: 0 });
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    // The guest's own flag stays as it was.
    expect(vcpu.getRegs().rflags & 0x100n).toBe(0n);
  });

  it('stops at an INT3, which the guest does not see', (context) => {
    using guest = new RawGuest([0x90, 0xcc, 0xf4]);
    const { vcpu } = guest;
    vcpu.setGuestDebug({ control: K.KVM_GUESTDBG_ENABLE | K.KVM_GUESTDBG_USE_SW_BP });
    guest.vector(3, 0x600, OUT_IRET(0x83));
    const exit = guest.run();
    context.skip(exit === K.KVM_EXIT_IO, 'this KVM emulates INT3, and leaves it to the guest: no VT-x or SVM');
    expect(exit).toBe(K.KVM_EXIT_DEBUG);
    expect(vcpu.kvmRun.exit()).toMatchObject({ exception: 3, pc: BigInt(CODE + 1) });
  });

  it('stops at an address', () => {
    using guest = new RawGuest([0x40, 0x40, 0x40, 0xf4]);
    const { vcpu } = guest;
    const address = BigInt(CODE + 2);
    const debugreg = [address, 0n, 0n, 0n, 0n, 0n, 0n, 0x402n]; // DR7: breakpoint 0, global
    vcpu.setGuestDebug({ control: K.KVM_GUESTDBG_ENABLE | K.KVM_GUESTDBG_USE_HW_BP, debugreg });
    expect(guest.run()).toBe(K.KVM_EXIT_DEBUG);
    expect(vcpu.kvmRun.exit()).toMatchObject({ exception: 1, pc: address });
    expect(vcpu.getRegs()).toMatchObject({ rip: address, rax: 2n });
    vcpu.setGuestDebug({ control: 0 });
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
  });
});

describe('machine checks', () => {
  it('land in the banks of the vCPU', (context) => {
    using guest = new RawGuest();
    needCapability(context, guest, K.KVM_CAP_MCE, 'KVM_CAP_MCE');
    const { vcpu } = guest;
    vcpu.x86SetupMce(2n);
    const status = (1n << 63n) | 0x151n;
    vcpu.x86SetMce({ status, addr: 0x1000n, misc: 7n, mcgStatus: 0n, bank: 1 });
    // IA32_MC1_STATUS and what follows it.
    expect(vcpu.getMsrs([0x405, 0x406, 0x407]).map(({ data }) => data)).toEqual([status, 0x1000n, 7n]);
    expect(() => vcpu.x86SetMce({ status, addr: 0n, misc: 0n, mcgStatus: 0n, bank: 2 })).toThrow(
      refused('KVM_X86_SET_MCE', 'EINVAL') as Error,
    );
    expect(() => vcpu.x86SetupMce(0xffn)).toThrow(refused('KVM_X86_SETUP_MCE', 'EINVAL') as Error);
  });
});

describe('the task priority', () => {
  it('reports accesses to it, and has a copy in memory', () => {
    // mov al, [0x80]; out 0x80, al; jmp back
    using guest = new RawGuest([0xa0, 0x80, 0, 0xe6, 0x80, 0xeb, 0xf9], (vm) => vm.createIrqchip());
    const { vcpu } = guest;
    vcpu.setVapicAddr(0x5000n);
    vcpu.tprAccessReporting(true);
    const sregs = vcpu.getSregs();
    vcpu.setSregs({ ...sregs, ds: { ...sregs.ds, base: 0xfee00000n } });
    // A host without VT-x and SVM tells of it a little later.
    const exits = Array.from({ length: 4 }, () => guest.run());
    expect(exits).toContain(K.KVM_EXIT_TPR_ACCESS);
    vcpu.tprAccessReporting(false);
    guest.run();
    expect(Array.from({ length: 4 }, () => guest.run())).not.toContain(K.KVM_EXIT_TPR_ACCESS);
  });

  it('has no copy without a local APIC in the kernel', () => {
    using guest = new RawGuest();
    expect(() => guest.vcpu.setVapicAddr(0x5000n)).toThrow(refused('KVM_SET_VAPIC_ADDR', 'EINVAL') as Error);
  });
});
