import {
  type AcceleratorVm,
  type AcceleratorVmOptions,
  type ExitSink,
  type MapEntry,
  type MemoryRegion,
  type Supports,
  VmError,
} from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { KvmVm } from '../ioctls/kvm-vm.ts';
import { MAILBOX_SIZE, type NativeCrew } from '../native/addon.ts';
import {
  KVM_CAP_X86_TRIPLE_FAULT_EVENT,
  KVM_CAP_X86_USER_SPACE_MSR,
  KVM_CAP_XSAVE2,
  KVM_MSR_EXIT_REASON_UNKNOWN,
} from '../native/constants.ts';
import type { KvmCpuidEntry2 } from '../structures/cpuid.ts';
import { cpuidOfVcpu, xsaveLeaves } from '../vcpu/cpuid-table.ts';
import { KvmAcceleratorVcpu } from '../vcpu/kvm-vcpu.ts';
import { XsaveArea } from '../vcpu/xsave-area.ts';
import { CoalescedWrites } from './coalesced-writes.ts';
import { KernelIrqchip } from './kernel-irqchip.ts';
import { MemorySlots } from './memory-slots.ts';
import { IDENTITY_MAP_ADDRESS, reservedRanges, TSS_ADDRESS } from './reserved.ts';
import { ThreadedVcpus } from './threaded-vcpus.ts';

/** What is asked of the host once, and used for every VM. */
export interface HostFacts {
  readonly supports: Supports;
  /** What KVM can answer to CPUID. */
  readonly cpuid: readonly KvmCpuidEntry2[];
  /** The model-specific registers that KVM can save and restore. */
  readonly listedMsrs: readonly number[];
}

/** How a VM is made, beyond what its user says. */
export interface KvmVmParts extends AcceleratorVmOptions, HostFacts {
  /** For vCPUs with threads of their own, and interrupt controllers in the kernel; undefined: without. */
  readonly makeCrew: ((listener: () => void) => NativeCrew) | undefined;
}

/** One VM of KVM. */
export class KvmAcceleratorVm implements AcceleratorVm<X86Vcpu> {
  readonly supports: Supports;
  readonly #vm: KvmVm;
  readonly reserved: readonly MapEntry[];
  readonly irq?: KernelIrqchip;
  readonly threads?: ThreadedVcpus;
  readonly #parts: KvmVmParts;
  readonly #slots: MemorySlots;
  readonly #coalesced: CoalescedWrites;
  readonly #vcpus: KvmAcceleratorVcpu[] = [];
  readonly #tripleFaults: boolean;
  #disposed = false;

  /** Takes over `vm`. @throws VmError `ERR_KVM` */
  constructor(vm: KvmVm, parts: KvmVmParts) {
    const { supports, makeCrew } = parts;
    this.supports = supports;
    this.#vm = vm;
    this.#parts = parts;
    this.reserved = reservedRanges(makeCrew !== undefined);
    this.#slots = new MemorySlots(vm, parts.arena);
    this.#coalesced = new CoalescedWrites(vm);
    vm.setIdentityMapAddr(IDENTITY_MAP_ADDRESS);
    vm.setTssAddr(TSS_ADDRESS);
    // Kernels before 6.1 have no such event.
    this.#tripleFaults = vm.checkExtensionInt(KVM_CAP_X86_TRIPLE_FAULT_EVENT) > 0;
    if (this.#tripleFaults) vm.enableCap(KVM_CAP_X86_TRIPLE_FAULT_EVENT, 1);
    if (supports.exits.has('rdmsr')) vm.enableCap(KVM_CAP_X86_USER_SPACE_MSR, KVM_MSR_EXIT_REASON_UNKNOWN);
    if (makeCrew !== undefined) {
      this.irq = new KernelIrqchip(vm);
      this.threads = new ThreadedVcpus(makeCrew, this.#coalesced);
    }
    parts.memory.addDirtySource(this.#slots);
  }

  mapMemory(region: MemoryRegion): Disposable {
    this.#checkNotDisposed('mapMemory');
    return this.#slots.map(region);
  }

  coalesce(space: 'port' | 'mmio', base: number, size: number): Disposable {
    this.#checkNotDisposed('coalesce');
    const zone = this.#coalesced.add(space, base, size);
    return {
      [Symbol.dispose]: () => {
        zone[Symbol.dispose]();
        // What was written to it before is still its owner's. In a handler it has come already, but for what other vCPUs write
        // in the same moment: that is whoever's has the addresses next.
        if (!this.#disposed && this.threads?.answering !== true) this.#coalesced.deliver();
      },
    };
  }

  createVcpu(id: number, sink: ExitSink): X86Vcpu {
    this.#checkNotDisposed('createVcpu');
    const { arena, memory, cpuid, listedMsrs } = this.#parts;
    const kvmVcpu = this.#vm.createVcpuIn(arena.memory, arena.allocate(MAILBOX_SIZE), id);
    try {
      const xsaveArea = new XsaveArea(xsaveLeaves(cpuid), this.#vm.checkExtensionInt(KVM_CAP_XSAVE2));
      const vcpu = new KvmAcceleratorVcpu({
        ...{ id, vcpu: kvmVcpu, sink, memory, listedMsrs, xsaveArea, tripleFaults: this.#tripleFaults },
        cpuid: cpuidOfVcpu(cpuid, id),
        clock: this.#vm,
        hardware: this.supports.hardware,
        thread: this.threads?.start(kvmVcpu),
        irqchip: this.irq,
        coalesced: this.#coalesced,
      });
      this.#vcpus.push(vcpu);
      this.#coalesced.join(kvmVcpu, sink);
      return vcpu;
    } catch (error) {
      kvmVcpu.close();
      throw error;
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const vcpu of this.#vcpus) vcpu.dispose();
    this.threads?.dispose();
    this.#slots.dispose();
    this.#coalesced.close();
    this.#vm.close();
  }

  #checkNotDisposed(what: string): void {
    if (this.#disposed) throw new VmError('ERR_VM_DISPOSED', `${what}() was called on a VM that was disposed`);
  }
}
