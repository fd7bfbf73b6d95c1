import {
  type AcceleratorVm,
  type AcceleratorVmOptions,
  type ExitSink,
  type MemoryRegion,
  type Supports,
  VmError,
} from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { NativeVm } from '../native/addon.ts';
import { KVM_CAP_X86_USER_SPACE_MSR, KVM_CAP_XSAVE2, KVM_MSR_EXIT_REASON_UNKNOWN } from '../native/constants.ts';
import { ioctl } from '../native/kvm-error.ts';
import { cpuidOfVcpu, xsaveLeaves } from '../vcpu/cpuid-table.ts';
import { KvmVcpu } from '../vcpu/kvm-vcpu.ts';
import { MAILBOX_SIZE, Mailbox } from '../vcpu/mailbox.ts';
import { XsaveArea } from '../vcpu/xsave-area.ts';
import { MemorySlots } from './memory-slots.ts';

// Intel CPUs without "unrestricted guest" run real mode in a virtual-8086 task, for which KVM needs four pages of
// guest-physical memory that nobody else uses: one for an identity map, three for a TSS. They end 16 MiB below 4 GiB,
// which leaves those to the firmware.
const IDENTITY_MAP_ADDRESS = 0xfeffc000;
const TSS_ADDRESS = 0xfeffd000;

/** What is asked of the host once, and used for every VM. */
export interface HostFacts {
  readonly supports: Supports;
  /** What KVM can answer to CPUID: a `struct kvm_cpuid2`. */
  readonly cpuid: Uint8Array;
  /** The model-specific registers that KVM can save and restore. */
  readonly listedMsrs: readonly number[];
}

/** One VM of KVM. */
export class KvmVm implements AcceleratorVm<X86Vcpu> {
  readonly supports: Supports;
  readonly #native: NativeVm;
  readonly #options: AcceleratorVmOptions;
  readonly #host: HostFacts;
  readonly #slots: MemorySlots;
  readonly #vcpus: KvmVcpu[] = [];
  #disposed = false;

  /** Takes over `native`. @throws VmError `ERR_KVM` */
  constructor(native: NativeVm, host: HostFacts, options: AcceleratorVmOptions) {
    const { supports } = host;
    this.supports = supports;
    this.#native = native;
    this.#options = options;
    this.#host = host;
    this.#slots = new MemorySlots(native, options.arena);
    ioctl(() => {
      native.setIdentityMapAddr(IDENTITY_MAP_ADDRESS);
      native.setTssAddr(TSS_ADDRESS);
      if (supports.exits.has('rdmsr')) native.enableCap(KVM_CAP_X86_USER_SPACE_MSR, KVM_MSR_EXIT_REASON_UNKNOWN);
    });
    options.memory.addDirtySource(this.#slots);
  }

  mapMemory(region: MemoryRegion): Disposable {
    this.#checkNotDisposed('mapMemory');
    return this.#slots.map(region);
  }

  createVcpu(id: number, sink: ExitSink): X86Vcpu {
    this.#checkNotDisposed('createVcpu');
    const { arena, memory } = this.#options;
    const offset = arena.allocate(MAILBOX_SIZE);
    const native = ioctl(() => this.#native.createVcpu(id, arena.memory, offset, MAILBOX_SIZE));
    const mailbox = new Mailbox(arena.buffer, offset);
    try {
      const { cpuid, listedMsrs } = this.#host;
      const xsaveArea = new XsaveArea(
        xsaveLeaves(cpuid),
        ioctl(() => this.#native.checkExtension(KVM_CAP_XSAVE2)),
      );
      const vcpu = new KvmVcpu({
        ...{ id, native, mailbox, sink, memory, listedMsrs, xsaveArea },
        cpuid: cpuidOfVcpu(cpuid, id),
        clock: this.#native,
      });
      this.#vcpus.push(vcpu);
      return vcpu;
    } catch (error) {
      native.close();
      throw error;
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const vcpu of this.#vcpus) vcpu.dispose();
    this.#slots.dispose();
    this.#native.close();
  }

  #checkNotDisposed(what: string): void {
    if (this.#disposed) throw new VmError('ERR_VM_DISPOSED', `${what}() was called on a VM that was disposed`);
  }
}
