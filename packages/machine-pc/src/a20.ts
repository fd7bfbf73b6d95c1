import { type IrqLine, SharedIrqLine } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';

/**
 * Address line 20, which several devices may let through: it is on while one of them does. A vCPU that cannot switch it
 * off, as those of KVM cannot, always has it.
 */
export class A20 {
  readonly #line: SharedIrqLine;
  #vcpu: { a20: boolean } | undefined;

  constructor() {
    this.#line = new SharedIrqLine(() => this.#drive());
  }

  /** One device's end. */
  source(): IrqLine {
    return this.#line.source();
  }

  /** Leads it to a vCPU. */
  connect(vcpu: X86Vcpu): void {
    if ('a20' in vcpu) this.#vcpu = vcpu as X86Vcpu & { a20: boolean };
    this.#drive();
  }

  #drive(): void {
    if (this.#vcpu !== undefined) this.#vcpu.a20 = this.#line.level;
  }
}
