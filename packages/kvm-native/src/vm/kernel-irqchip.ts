import { type InterruptController, VmError } from '@picovm/core';
import type { KvmVm } from '../ioctls/kvm-vm.ts';
import { KVM_IRQCHIP_IOAPIC, KVM_IRQCHIP_PIC_MASTER, KVM_IRQCHIP_PIC_SLAVE } from '../native/constants.ts';
import type { KvmIrqchip } from '../structures/irqchip.ts';

/** KVM's two PICs and its I/O APIC, to which the interrupt lines of the VM lead. */
export class KernelIrqchip implements InterruptController {
  readonly #vm: KvmVm;
  /** Their states after RESET. */
  readonly #initial: readonly KvmIrqchip[];

  /** Before the first vCPU. @throws VmError `ERR_KVM` */
  constructor(vm: KvmVm) {
    vm.createIrqchip();
    this.#vm = vm;
    this.#initial = [KVM_IRQCHIP_PIC_MASTER, KVM_IRQCHIP_PIC_SLAVE, KVM_IRQCHIP_IOAPIC].map((chip) => {
      return vm.getIrqchip(chip);
    });
  }

  setLine(line: number, level: boolean): void {
    this.#vm.irqLine(line, level ? 1 : 0);
  }

  /** The kernel does so itself. @throws VmError `ERR_UNSUPPORTED` always */
  acknowledge(): number {
    throw new VmError(
      'ERR_UNSUPPORTED',
      'the interrupt controllers are in the kernel, and so is the acknowledge cycle',
    );
  }

  reset(): void {
    for (const chip of this.#initial) this.#vm.setIrqchip(chip);
  }
}
