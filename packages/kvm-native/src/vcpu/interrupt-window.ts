import { VmError } from '@picovm/core';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';

/** When a guest takes interrupts from a controller that is no part of KVM. */
export class InterruptWindow {
  /** KVM is to be asked whether the guest takes one, before it is entered. */
  asked = false;
  /** `run` has just said that the guest takes one. */
  open = false;
  readonly #vcpu: KvmVcpu;

  constructor(vcpu: KvmVcpu) {
    this.#vcpu = vcpu;
  }

  get wanted(): boolean {
    return this.#vcpu.kvmRun.requestInterruptWindow !== 0;
  }

  set wanted(wanted: boolean) {
    this.#vcpu.kvmRun.requestInterruptWindow = wanted ? 1 : 0;
    this.asked = wanted;
  }

  /** Whether the guest would take one that somebody has, as of the last exit. */
  get ready(): boolean {
    return this.wanted && this.#vcpu.kvmRun.readyForInterruptInjection !== 0;
  }

  /** @throws VmError `ERR_KVM`; `ERR_INVALID_ARGUMENT` if the window is not open, or the vector out of range */
  inject(vector: number): void {
    if (!Number.isInteger(vector) || vector < 0 || vector > 255) {
      throw new VmError('ERR_INVALID_ARGUMENT', `interrupt vectors are 0 to 255, not ${vector}`, { vector });
    }
    if (!this.open) {
      throw new VmError('ERR_INVALID_ARGUMENT', "an interrupt can only be injected right after an 'irq-window' exit");
    }
    this.open = false;
    this.#vcpu.interrupt(vector);
  }
}
