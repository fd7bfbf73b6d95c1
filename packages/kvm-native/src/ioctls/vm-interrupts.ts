import type { NativeVm } from '../native/addon.ts';
import {
  KVM_HYPERV_EVENTFD_DEASSIGN,
  KVM_IOEVENTFD_FLAG_DEASSIGN,
  KVM_IRQFD_FLAG_DEASSIGN,
  KVM_IRQFD_FLAG_RESAMPLE,
} from '../native/constants.ts';
import { HYPERV_EVENTFD, IOEVENTFD, IRQFD, type KvmIoeventfd } from '../structures/eventfds.ts';
import { IRQ_LEVEL, type KvmMsi, MSI } from '../structures/interrupts.ts';
import { decodeIrqchip, encodeIrqchip, irqchipRequest, type KvmIrqchip } from '../structures/irqchip.ts';
import { invalid } from '../structures/layout.ts';
import { type KvmPitState2, PIT_CONFIG, PIT_STATE2, REINJECT_CONTROL } from '../structures/pit.ts';
import { IRQ_ROUTING, type KvmIrqRoutingEntry } from '../structures/routing.ts';
import { KvmEventFd } from './kvm-event-fd.ts';
import { VmMemoryIoctls } from './vm-memory.ts';

/** The VM ioctls for interrupts: controllers and timers in the kernel, and eventfds. */
export abstract class VmInterruptIoctls extends VmMemoryIoctls {
  readonly #registrations = new Set<Disposable>();

  /**
   * Makes the two PICs, the I/O APIC and a local APIC for each vCPU, all in the kernel. Before the first vCPU. From then on
   * a guest that halts waits in the kernel, and there is no KVM_EXIT_HLT. For local APICs alone there is
   * KVM_CAP_SPLIT_IRQCHIP (api.rst 7.5).
   *
   * KVM_CREATE_IRQCHIP (api.rst 4.24; KVM_CAP_IRQCHIP; Linux 2.6.24).
   * @throws VmError `ERR_KVM`: EEXIST if there is one; EINVAL if there is a vCPU
   */
  createIrqchip(): void {
    this.call((native) => native.createIrqchip());
  }

  /**
   * The state of an interrupt controller.
   *
   * KVM_GET_IRQCHIP (api.rst 4.26; KVM_CAP_IRQCHIP; Linux 2.6.24).
   * @param chipId KVM_IRQCHIP_PIC_MASTER, KVM_IRQCHIP_PIC_SLAVE or KVM_IRQCHIP_IOAPIC
   * @throws VmError `ERR_KVM`: ENXIO if there is none, EINVAL for the id; `ERR_INVALID_ARGUMENT`
   */
  getIrqchip(chipId: number): KvmIrqchip {
    const bytes = irqchipRequest(chipId);
    this.call((native) => native.getIrqchip(bytes));
    return decodeIrqchip(bytes);
  }

  /**
   * Sets the state of an interrupt controller.
   *
   * KVM_SET_IRQCHIP (api.rst 4.27; KVM_CAP_IRQCHIP; Linux 2.6.24).
   * @throws VmError `ERR_KVM`: ENXIO if there is none; `ERR_INVALID_ARGUMENT`
   */
  setIrqchip(irqchip: KvmIrqchip): void {
    const bytes = encodeIrqchip(irqchip);
    this.call((native) => native.setIrqchip(bytes));
  }

  /**
   * Drives a line of the interrupt controllers: an edge takes two calls.
   *
   * KVM_IRQ_LINE (api.rst 4.25; KVM_CAP_IRQCHIP; Linux 2.6.24).
   * @param irq the number in the routing table; without one 0 to 15 for the PICs and 0 to 23 for the I/O APIC at once
   * @param level 0 or 1
   * @throws VmError `ERR_KVM`: ENXIO if there is no controller; `ERR_INVALID_ARGUMENT`
   */
  irqLine(irq: number, level: number): void {
    this.set(IRQ_LEVEL, { irq, level }, (native, bytes) => native.irqLine(bytes));
  }

  /**
   * The same, and tells what became of it.
   *
   * KVM_IRQ_LINE_STATUS (api.rst 4.25; KVM_CAP_IRQ_INJECT_STATUS; Linux 2.6.30).
   * @returns to how many it was delivered; 0 if it was pending already, and -1 if it was masked
   * @throws VmError as `irqLine`
   */
  irqLineStatus(irq: number, level: number): number {
    const bytes = IRQ_LEVEL.encode({ irq, level });
    this.call((native) => native.irqLineStatus(bytes));
    return IRQ_LEVEL.decode(bytes).irq | 0;
  }

  /**
   * Delivers a message-signalled interrupt to the local APICs.
   *
   * KVM_SIGNAL_MSI (api.rst 4.71; KVM_CAP_SIGNAL_MSI; Linux 3.5).
   * @returns above 0 if it was delivered, 0 if the guest does not take it
   * @throws VmError `ERR_KVM`: EINVAL without local APICs; `ERR_INVALID_ARGUMENT`
   */
  signalMsi(msi: KvmMsi): number {
    const bytes = MSI.encode(msi);
    return this.call((native) => native.signalMsi(bytes));
  }

  /**
   * Replaces the table that says where interrupts go, all of it.
   *
   * KVM_SET_GSI_ROUTING (api.rst 4.52; KVM_CAP_IRQ_ROUTING; Linux 2.6.30).
   * @param entries at most as many as KVM_CAP_IRQ_ROUTING answers
   * @throws VmError `ERR_KVM`: EINVAL; `ERR_INVALID_ARGUMENT`
   */
  setGsiRouting(entries: readonly KvmIrqRoutingEntry[]): void {
    const bytes = IRQ_ROUTING.encode(entries);
    this.call((native) => native.setGsiRouting(bytes));
  }

  /**
   * From now on each write to an eventfd raises an interrupt, inside the kernel.
   *
   * KVM_IRQFD (api.rst 4.75; KVM_CAP_IRQFD; Linux 2.6.32).
   * @param gsi the number in the routing table
   * @param resample for an interrupt that stays raised until the guest has served it: is written to when it has
   *   (KVM_CAP_IRQFD_RESAMPLE; Linux 3.7)
   * @returns what ends it; so does closing the eventfd or the VM
   * @throws VmError `ERR_KVM`: EBUSY if the eventfd raises one already; EINVAL without a controller; `ERR_INVALID_ARGUMENT`
   */
  irqfd(eventfd: KvmEventFd, gsi: number, resample?: KvmEventFd): Disposable {
    const assign = IRQFD.encode({ gsi, flags: resample === undefined ? 0 : KVM_IRQFD_FLAG_RESAMPLE });
    const deassign = IRQFD.encode({ gsi, flags: KVM_IRQFD_FLAG_DEASSIGN });
    if (resample !== undefined) checkEventFd('resample', resample);
    // The kernel keeps the other eventfd itself.
    const other = resample?.object;
    return this.#register(
      eventfd,
      (native, fd) => native.irqfd(assign, fd, other),
      (native, fd) => native.irqfd(deassign, fd, undefined),
    );
  }

  /**
   * From now on each write of a guest to an address or a port adds 1 to an eventfd, with no exit.
   *
   * KVM_IOEVENTFD (api.rst 4.59; KVM_CAP_IOEVENTFD; Linux 2.6.32).
   * @param request KVM_IOEVENTFD_FLAG_DEASSIGN is not for it: see the result
   * @returns what ends it; so does closing the eventfd or the VM
   * @throws VmError `ERR_KVM`: EEXIST if there is one for these writes; EINVAL; `ERR_INVALID_ARGUMENT`
   */
  ioeventfd(eventfd: KvmEventFd, request: KvmIoeventfd): Disposable {
    // First as it is: what is wrong with it is to be told of it.
    IOEVENTFD.encode(request);
    const flags = (request.flags ?? 0) & ~KVM_IOEVENTFD_FLAG_DEASSIGN;
    const assign = IOEVENTFD.encode({ ...request, flags: flags >>> 0 });
    const deassign = IOEVENTFD.encode({ ...request, flags: (flags | KVM_IOEVENTFD_FLAG_DEASSIGN) >>> 0 });
    return this.#register(
      eventfd,
      (native, fd) => native.ioeventfd(assign, fd),
      (native, fd) => native.ioeventfd(deassign, fd),
    );
  }

  /**
   * From now on the hypercall HvSignalEvent of a Hyper-V guest adds 1 to an eventfd.
   *
   * KVM_HYPERV_EVENTFD (api.rst 4.113; KVM_CAP_HYPERV_EVENTFD; Linux 4.17).
   * @param connId the connection, of 24 bits
   * @returns what ends it; so does closing the eventfd or the VM
   * @throws VmError `ERR_KVM`: EEXIST if the connection has one; ENOTTY where the kernel has no Hyper-V in it
   */
  hypervEventfd(eventfd: KvmEventFd, connId: number): Disposable {
    const assign = HYPERV_EVENTFD.encode({ connId, flags: 0 });
    const deassign = HYPERV_EVENTFD.encode({ connId, flags: KVM_HYPERV_EVENTFD_DEASSIGN });
    return this.#register(
      eventfd,
      (native, fd) => native.hypervEventfd(assign, fd),
      (native) => native.hypervEventfd(deassign, undefined),
    );
  }

  /**
   * Makes a timer (i8254) in the kernel, which raises interrupt 0. Needs `createIrqchip`.
   *
   * KVM_CREATE_PIT2 (api.rst 4.71; KVM_CAP_PIT2; Linux 2.6.32).
   * @param flags KVM_PIT_SPEAKER_DUMMY: port 61H is answered, too
   * @throws VmError `ERR_KVM`: EEXIST if there is one; ENOENT without a controller; `ERR_INVALID_ARGUMENT`
   */
  createPit2(flags: number = 0): void {
    this.set(PIT_CONFIG, { flags }, (native, bytes) => native.createPit2(bytes));
  }

  /**
   * The state of the timer.
   *
   * KVM_GET_PIT2 (api.rst 4.72; KVM_CAP_PIT_STATE2; Linux 2.6.32).
   * @throws VmError `ERR_KVM`: ENXIO if there is none
   */
  getPit2(): KvmPitState2 {
    return this.get(PIT_STATE2, (native, bytes) => native.getPit2(bytes));
  }

  /**
   * Sets the state of the timer.
   *
   * KVM_SET_PIT2 (api.rst 4.73; KVM_CAP_PIT_STATE2; Linux 2.6.32).
   * @throws VmError `ERR_KVM`: ENXIO if there is none; `ERR_INVALID_ARGUMENT`
   */
  setPit2(state: KvmPitState2): void {
    this.set(PIT_STATE2, state, (native, bytes) => native.setPit2(bytes));
  }

  /**
   * Whether interrupts of the timer that a guest was too slow for are raised later.
   *
   * KVM_REINJECT_CONTROL (api.rst 4.99; KVM_CAP_REINJECT_CONTROL; Linux 2.6.30).
   * @throws VmError `ERR_KVM`: ENXIO if there is no timer
   */
  reinjectControl(pitReinject: boolean): void {
    const control = { pitReinject: pitReinject ? 1 : 0 };
    this.set(REINJECT_CONTROL, control, (native, bytes) => native.reinjectControl(bytes));
  }

  /** Closes the VM, after what was registered with eventfds was unregistered. Its vCPUs can no longer run. */
  override close(): void {
    try {
      for (const registration of [...this.#registrations]) registration[Symbol.dispose]();
    } finally {
      super.close();
    }
  }

  // Each of the two, the eventfd and the VM, ends it when it is closed, and neither holds on to it after that.
  #register(
    eventfd: KvmEventFd,
    assign: (native: NativeVm, fd: KvmEventFd['object']) => void,
    deassign: (native: NativeVm, fd: KvmEventFd['object']) => void,
  ): Disposable {
    checkEventFd('eventfd', eventfd);
    this.call((native) => assign(native, eventfd.object));
    const registration: Disposable = {
      [Symbol.dispose]: () => {
        if (!this.#registrations.delete(registration)) return;
        eventfd.registrations.delete(registration);
        this.call((native) => deassign(native, eventfd.object));
      },
    };
    this.#registrations.add(registration);
    eventfd.registrations.add(registration);
    return registration;
  }
}

// Before anything of it is used: the addon would refuse the object only where it needs one.
function checkEventFd(name: string, value: unknown): void {
  if (!(value instanceof KvmEventFd)) throw invalid(name, 'a KvmEventFd', value);
}
