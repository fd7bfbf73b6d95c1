import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { needKvm } from '../guest.test-util.ts';
import * as K from '../ioctls.ts';
import { needCapability, RawGuest, refused } from './raw-guest.test-util.ts';

beforeEach(needKvm);

const SLICE = 20e6;
const WAIT = [0xfb, 0xf4, 0xeb, 0xfc]; // sti; again: hlt; jmp again
const END_OF_INTERRUPT = [0xb0, 0x20, 0xe6, 0x20]; // mov al, 0x20; out 0x20, al: for the PIC
/** Handlers write to the port of this number and their vector's: no controller is there. */
const PORTS = 0xa0;

/** A guest that waits with interrupts on, with controllers in the kernel; handlers of vectors 20H to 37H write to ports. */
function waiting(before = (vm: K.KvmVm) => vm.createIrqchip(), end = END_OF_INTERRUPT): RawGuest {
  const guest = new RawGuest(WAIT, before);
  for (let vector = 0x20; vector < 0x38; vector++) {
    guest.vector(vector, 0x600 + (vector - 0x20) * 16, [...end, 0xe6, PORTS + vector, 0xcf]); // out, iret
  }
  return guest;
}

/** The PIC as firmware leaves it: vectors from 0x20 on, nothing masked. */
function programPic({ vm }: RawGuest): void {
  const irqchip = vm.getIrqchip(K.KVM_IRQCHIP_PIC_MASTER);
  if (irqchip.chipId === 2) throw new Error('not a PIC');
  vm.setIrqchip({ chipId: 0, pic: { ...irqchip.pic, irqBase: 0x20, imr: 0 } });
}

/** The vector of the interrupt whose handler ran, or undefined if there was none. */
function served({ vcpu }: RawGuest): number | undefined {
  for (let i = 0; i < 3; i++) if (vcpu.run(SLICE) === K.KVM_EXIT_IO) return vcpu.kvmRun.ioPort - PORTS;
  return undefined;
}

/** Turns the local APIC on (Intel SDM volume 3A, section 11.9). */
function enableLapic({ vcpu }: RawGuest): void {
  const regs = vcpu.getLapic();
  const view = new DataView(regs.buffer);
  view.setUint32(0xf0, view.getUint32(0xf0, true) | 0x100, true);
  vcpu.setLapic(regs);
}

describe('controllers in the kernel', () => {
  it('are read and written, and wake a guest that halts', () => {
    using guest = waiting();
    programPic(guest);
    expect(guest.vm.getIrqchip(0)).toMatchObject({ chipId: 0, pic: { irqBase: 0x20, imr: 0, isr: 0 } });
    expect(guest.vm.getIrqchip(2)).toMatchObject({ chipId: 2, ioapic: { baseAddress: 0xfec00000 } });
    expect(guest.vcpu.run(SLICE)).toBe(K.KVM_EXIT_INTR);
    expect(served(guest)).toBeUndefined();
    guest.vm.irqLine(1, 1);
    guest.vm.irqLine(1, 0);
    expect(served(guest)).toBe(0x21);
    expect(served(guest)).toBeUndefined();
    expect(() => guest.vm.getIrqchip(3)).toThrow(refused('KVM_GET_IRQCHIP', 'EINVAL') as Error);
    expect(() => guest.vm.createIrqchip()).toThrow(refused('KVM_CREATE_IRQCHIP', 'EEXIST') as Error);
  });

  it('tell whether an interrupt was delivered, pending or masked', () => {
    using guest = waiting();
    programPic(guest);
    expect(guest.vm.irqLineStatus(1, 1)).toBeGreaterThan(0);
    expect(guest.vm.irqLineStatus(1, 0)).toBeGreaterThanOrEqual(0);
    expect(guest.vm.irqLineStatus(1, 1)).toBe(0);
    expect(served(guest)).toBe(0x21);
  });

  it('are refused where there are none, or a vCPU before them', () => {
    using guest = new RawGuest();
    expect(() => guest.vm.irqLine(1, 1)).toThrow(refused('KVM_IRQ_LINE', 'ENXIO') as Error);
    expect(() => guest.vm.getIrqchip(0)).toThrow(refused('KVM_GET_IRQCHIP', 'ENXIO') as Error);
    expect(() => guest.vm.createIrqchip()).toThrow(refused('KVM_CREATE_IRQCHIP', 'EINVAL') as Error);
    expect(() => guest.vcpu.getLapic()).toThrow(refused('KVM_GET_LAPIC', 'EINVAL') as Error);
    expect(() => guest.vm.createPit2()).toThrow(refused('KVM_CREATE_PIT2', 'ENOENT') as Error);
    expect(() => guest.vm.getPit2()).toThrow(refused('KVM_GET_PIT2', 'ENXIO') as Error);
  });

  it('may be local APICs alone', (context) => {
    using guest = waiting((vm) => {
      if (vm.checkExtension(K.KVM_CAP_SPLIT_IRQCHIP)) vm.enableCap(K.KVM_CAP_SPLIT_IRQCHIP, 24);
    }, []);
    needCapability(context, guest, K.KVM_CAP_SPLIT_IRQCHIP, 'KVM_CAP_SPLIT_IRQCHIP');
    expect(() => guest.vm.getIrqchip(0)).toThrow(refused('KVM_GET_IRQCHIP', 'ENXIO') as Error);
    enableLapic(guest);
    expect(guest.vcpu.run(SLICE)).toBe(K.KVM_EXIT_INTR);
    expect(guest.vm.signalMsi({ addressLo: 0xfee00000, addressHi: 0, data: 0x2b })).toBeGreaterThan(0);
    expect(served(guest)).toBe(0x2b);
  });
});

describe('local APICs alone', () => {
  it('tell the I/O APIC outside of the kernel when the guest is done with a level-triggered interrupt', (context) => {
    const VECTOR = 0x2d;
    using guest = waiting((vm) => {
      if (vm.checkExtension(K.KVM_CAP_SPLIT_IRQCHIP)) vm.enableCap(K.KVM_CAP_SPLIT_IRQCHIP, 24);
    }, []);
    needCapability(context, guest, K.KVM_CAP_SPLIT_IRQCHIP, 'KVM_CAP_SPLIT_IRQCHIP');
    const { vm, vcpu } = guest;
    enableLapic(guest);
    // out 0x80, al; mov [0xb0], eax: the end of the interrupt, at FEE000B0H; out 0x81, al; iret
    guest.vector(VECTOR, 0x900, [0xe6, 0x80, 0x66, 0xa3, 0xb0, 0, 0xe6, 0x81, 0xcf]);
    const sregs = vcpu.getSregs();
    vcpu.setSregs({ ...sregs, ds: { ...sregs.ds, base: 0xfee00000n } });
    const message = { addressLo: 0xfee00000, addressHi: 0, data: 0xc000 | VECTOR };
    vm.setGsiRouting([{ gsi: 5, type: K.KVM_IRQ_ROUTING_MSI, ...message }]);
    expect(vcpu.run(SLICE)).toBe(K.KVM_EXIT_INTR);
    expect(vm.signalMsi(message)).toBeGreaterThan(0);
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    // A host without VT-x and SVM may tell of it a little later.
    expect([guest.run(), guest.run()]).toContain(K.KVM_EXIT_IOAPIC_EOI);
    vm.signalMsi(message);
    while (guest.run() !== K.KVM_EXIT_IOAPIC_EOI) expect(vcpu.kvmRun.exitReason).toBe(K.KVM_EXIT_IO);
    expect(vcpu.kvmRun.exit()).toEqual({ exitReason: K.KVM_EXIT_IOAPIC_EOI, vector: VECTOR });
  });
});

describe('messages and routes', () => {
  it('an MSI raises the vector that it says', () => {
    using guest = waiting();
    enableLapic(guest);
    expect(guest.vm.signalMsi({ addressLo: 0xfee00000, addressHi: 0, data: 0x2a })).toBeGreaterThan(0);
    expect(served(guest)).toBe(0x2a);
    // Of another local APIC, which there is not.
    expect(guest.vm.signalMsi({ addressLo: 0xfee05000, addressHi: 0, data: 0x2a })).toBeLessThanOrEqual(0);
  });

  it('the table says where an interrupt goes', () => {
    using guest = waiting();
    programPic(guest);
    enableLapic(guest);
    guest.vm.setGsiRouting([
      { gsi: 30, type: K.KVM_IRQ_ROUTING_MSI, addressLo: 0xfee00000, addressHi: 0, data: 0x2c },
      { gsi: 31, type: K.KVM_IRQ_ROUTING_IRQCHIP, irqchip: K.KVM_IRQCHIP_PIC_MASTER, pin: 3 },
    ]);
    guest.vm.irqLine(30, 1);
    expect(served(guest)).toBe(0x2c);
    guest.vm.irqLine(31, 1);
    expect(served(guest)).toBe(0x23);
    guest.vm.irqLine(1, 1);
    expect(served(guest)).toBeUndefined();
    const bad = { gsi: 5000, type: K.KVM_IRQ_ROUTING_IRQCHIP, irqchip: 0, pin: 3 } as const;
    expect(() => guest.vm.setGsiRouting([bad])).toThrow(refused('KVM_SET_GSI_ROUTING', 'EINVAL') as Error);
    expect(() => guest.vm.setGsiRouting([{ gsi: 1, type: 3 } as never])).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});

describe('the timer in the kernel', () => {
  it('raises interrupt 0, and its state is read and written', () => {
    using guest = waiting((vm) => {
      vm.createIrqchip();
      vm.createPit2(K.KVM_PIT_SPEAKER_DUMMY);
    });
    programPic(guest);
    guest.vm.reinjectControl(false);
    const state = guest.vm.getPit2();
    // Mode 2, rate generator, 1 ms.
    const channels = state.channels.map((channel, i) =>
      i === 0 ? { ...channel, mode: 2, count: 1193, gate: 1 } : channel,
    );
    guest.vm.setPit2({ ...state, channels });
    expect(guest.vm.getPit2().channels[0]).toMatchObject({ mode: 2, count: 1193 });
    expect(served(guest)).toBe(0x20);
    expect(served(guest)).toBe(0x20);
    expect(() => guest.vm.createPit2()).toThrow(refused('KVM_CREATE_PIT2', 'EEXIST') as Error);
  });
});

describe('an irqfd', () => {
  it('makes interrupts of writes to an eventfd, until it ends', () => {
    using guest = waiting();
    programPic(guest);
    using eventfd = new K.KvmEventFd(ADDON);
    const registration = guest.vm.irqfd(eventfd, 1);
    expect(served(guest)).toBeUndefined();
    eventfd.write();
    expect(served(guest)).toBe(0x21);
    expect(() => guest.vm.irqfd(eventfd, 2)).toThrow(refused('KVM_IRQFD', 'EBUSY') as Error);
    registration[Symbol.dispose]();
    registration[Symbol.dispose]();
    eventfd.write();
    expect(served(guest)).toBeUndefined();
    guest.vm.irqfd(eventfd, 4);
    eventfd.write();
    expect(served(guest)).toBe(0x24);
  });

  it('with a second eventfd hears when the guest has served the interrupt', (context) => {
    using guest = waiting();
    needCapability(context, guest, K.KVM_CAP_IRQFD_RESAMPLE, 'KVM_CAP_IRQFD_RESAMPLE');
    programPic(guest);
    using eventfd = new K.KvmEventFd(ADDON);
    using resample = new K.KvmEventFd(ADDON);
    guest.vm.irqfd(eventfd, 3, resample);
    eventfd.write();
    expect(resample.read()).toBe(0n);
    expect(served(guest)).toBe(0x23);
    expect(resample.read()).toBe(1n);
  });
});

describe('an ioeventfd', () => {
  const write = (port: number, value: number): number[] => [0xb0, value, 0xe6, port]; // mov al, value; out port, al

  it('counts writes to a port, with no exit, until it ends', () => {
    const code = [...write(0x80, 1), ...write(0x80, 2), ...write(0x80, 2), 0xf4];
    using guest = new RawGuest(code);
    using all = new K.KvmEventFd(ADDON);
    const request = { addr: 0x80, len: 1, flags: K.KVM_IOEVENTFD_FLAG_PIO };
    const registration = guest.vm.ioeventfd(all, request);
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect([all.read(), all.read()]).toEqual([3n, 0n]);
    expect(() => guest.vm.ioeventfd(all, request)).toThrow(refused('KVM_IOEVENTFD', 'EEXIST') as Error);
    registration[Symbol.dispose]();
    guest.load(code);
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
  });

  it('may count one value only', () => {
    using guest = new RawGuest([...write(0x80, 2), ...write(0x80, 1), 0xf4]);
    using twos = new K.KvmEventFd(ADDON);
    const flags = K.KVM_IOEVENTFD_FLAG_PIO | K.KVM_IOEVENTFD_FLAG_DATAMATCH;
    guest.vm.ioeventfd(twos, { addr: 0x80, len: 1, flags, datamatch: 2n });
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    expect(guest.vcpu.kvmRun.ioData[0]).toBe(1);
    expect(twos.read()).toBe(1n);
  });

  it('counts writes to memory of any width', () => {
    // mov ax, 0xb800; mov ds, ax; mov [0], al; mov [0], ax; hlt
    using guest = new RawGuest([0xb8, 0, 0xb8, 0x8e, 0xd8, 0xa2, 0, 0, 0xa3, 0, 0, 0xf4]);
    using eventfd = new K.KvmEventFd(ADDON);
    guest.vm.ioeventfd(eventfd, { addr: 0xb8000 });
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    expect(eventfd.read()).toBe(2n);
  });

  it('ends when its eventfd is closed, and an eventfd outlives the VM', () => {
    const code = [...write(0x80, 1), 0xf4];
    using guest = new RawGuest(code);
    const eventfd = new K.KvmEventFd(ADDON);
    const registration = guest.vm.ioeventfd(eventfd, { addr: 0x80, len: 1, flags: K.KVM_IOEVENTFD_FLAG_PIO });
    expect(guest.run()).toBe(K.KVM_EXIT_HLT);
    eventfd.close();
    guest.load(code);
    expect(guest.run()).toBe(K.KVM_EXIT_IO);
    registration[Symbol.dispose]();
    using other = new K.KvmEventFd(ADDON);
    guest.vm.ioeventfd(other, { addr: 0x81, len: 1, flags: K.KVM_IOEVENTFD_FLAG_PIO });
    guest.vm.close();
    other.write(5n);
    expect(other.read()).toBe(5n);
    expect(() => guest.vm.ioeventfd(eventfd, { addr: 0x82 })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});

describe('an eventfd', () => {
  it('counts, as a sum or one by one, and never blocks', () => {
    using sum = new K.KvmEventFd({ ...ADDON, initial: 4 });
    sum.write(3n);
    expect([sum.read(), sum.read()]).toEqual([7n, 0n]);
    expect(sum.write(2n ** 64n - 2n)).toBe(true);
    expect(sum.write(1n)).toBe(false);
    expect(() => sum.write(2n ** 64n - 1n)).toThrow(refused('write', 'EINVAL') as Error);
    using one = new K.KvmEventFd({ ...ADDON, initial: 2, semaphore: true });
    expect([one.read(), one.read(), one.read()]).toEqual([1n, 1n, 0n]);
    expect(() => new K.KvmEventFd({ ...ADDON, initial: -1 })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
    sum.close();
    sum.close();
    expect(() => sum.read()).toThrow(refused('read', 'EBADF') as Error);
    expect(() => sum.onEvent(() => {})).toThrow(refused('epoll_ctl', 'EBADF') as Error);
  });

  it('calls back from the event loop while a guest writes', async () => {
    using guest = new RawGuest([0xe6, 0x80, 0xf4]);
    using eventfd = new K.KvmEventFd(ADDON);
    guest.vm.ioeventfd(eventfd, { addr: 0x80, len: 1, flags: K.KVM_IOEVENTFD_FLAG_PIO });
    const counts: bigint[] = [];
    const events = new EventTarget();
    const watch = eventfd.onEvent((count) => {
      counts.push(count);
      events.dispatchEvent(new Event('count'));
    });
    expect(() => eventfd.onEvent(() => {})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    for (let i = 0; i < 2; i++) {
      const called = once(events, 'count');
      guest.load([0xe6, 0x80, 0xe6, 0x80, 0xf4]);
      expect(guest.run()).toBe(K.KVM_EXIT_HLT);
      expect(counts).toHaveLength(i);
      await called;
    }
    expect(counts).toEqual([2n, 2n]);
    watch[Symbol.dispose]();
    eventfd.write();
    await setTimeout(20);
    expect(counts).toHaveLength(2);
    expect(eventfd.read()).toBe(1n);
  });

  it('closed in its own callback calls no more', async () => {
    const eventfd = new K.KvmEventFd(ADDON);
    let calls = 0;
    const closed = new Promise<void>((resolve) => {
      eventfd.onEvent(() => {
        calls++;
        eventfd.close();
        resolve();
      });
    });
    eventfd.write();
    await closed;
    await setTimeout(10);
    expect(calls).toBe(1);
  });
});

describe('an eventfd of Hyper-V', () => {
  it('is registered for a connection', (context) => {
    using guest = new RawGuest();
    using eventfd = new K.KvmEventFd(ADDON);
    if (!guest.vm.checkExtension(K.KVM_CAP_HYPERV_EVENTFD)) {
      expect(() => guest.vm.hypervEventfd(eventfd, 1)).toThrow(expect.objectContaining({ code: 'ERR_KVM' }));
      context.skip('this KVM has no KVM_CAP_HYPERV_EVENTFD');
    }
    const registration = guest.vm.hypervEventfd(eventfd, 1);
    expect(() => guest.vm.hypervEventfd(eventfd, 1)).toThrow(refused('KVM_HYPERV_EVENTFD', 'EEXIST') as Error);
    registration[Symbol.dispose]();
    guest.vm.hypervEventfd(eventfd, 1);
  });
});
