import type { ExitSink, GuestMemory } from '@picovm/core';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import type { KvmVm } from '../ioctls/kvm-vm.ts';
import type { KvmCpuidEntry2 } from '../structures/cpuid.ts';
import type { CoalescedWrites } from '../vm/coalesced-writes.ts';
import type { VcpuThread } from './vcpu-thread.ts';
import type { XsaveArea } from './xsave-area.ts';

/** What a vCPU is made of. */
export interface KvmVcpuParts {
  readonly id: number;
  readonly vcpu: KvmVcpu;
  readonly sink: ExitSink;
  readonly memory: GuestMemory;
  /** What CPUID answers if nobody else wants to. */
  readonly cpuid: readonly KvmCpuidEntry2[];
  /** KVM's clock for the guests of this VM. */
  readonly clock: Pick<KvmVm, 'getClock' | 'setClock'>;
  /** What KVM_GET_MSR_INDEX_LIST says. */
  readonly listedMsrs: readonly number[];
  readonly xsaveArea: XsaveArea;
  /** Set if it runs in a thread of its own. */
  readonly thread: VcpuThread | undefined;
  /** Set if the interrupt controllers are in the kernel. */
  readonly irqchip: { reset(): void } | undefined;
  /** Whether the host has VT-x or SVM. */
  readonly hardware: boolean;
  /** Whether triple faults are events of the VM. */
  readonly tripleFaults: boolean;
  /** The writes of the VM's guests that wait. */
  readonly coalesced: CoalescedWrites;
}
