import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import { KVM_MP_STATE_INIT_RECEIVED, KVM_MP_STATE_RUNNABLE } from '../native/constants.ts';
import { writeSregs } from './registers.ts';

/** IA32_APIC_BASE: this is the processor that starts the others (Intel SDM volume 3A, 11.4.4). */
const BOOTSTRAP_PROCESSOR = 0x100n;

/** The local APIC of a vCPU, which is in the kernel. */
export class LocalApic {
  readonly #vcpu: KvmVcpu;
  readonly #id: number;
  readonly #irqchip: { reset(): void };
  readonly #initial: Uint8Array;

  /** Of a new vCPU. @param irqchip what else is reset with the first vCPU */
  constructor(vcpu: KvmVcpu, id: number, irqchip: { reset(): void }) {
    this.#vcpu = vcpu;
    this.#id = id;
    this.#irqchip = irqchip;
    this.#initial = vcpu.getLapic();
  }

  /**
   * Puts it into its state after RESET, when the registers are in theirs: the first vCPU is about to begin, the others wait
   * for a SIPI (Intel SDM volume 3A, 9.4.3).
   */
  reset(): void {
    const vcpu = this.#vcpu;
    if (this.#id === 0) this.#irqchip.reset();
    else {
      const sregs = vcpu.getSregs();
      writeSregs(vcpu, { ...sregs, apicBase: sregs.apicBase & ~BOOTSTRAP_PROCESSOR });
    }
    vcpu.setLapic(this.#initial);
    vcpu.setMpState(this.#id === 0 ? KVM_MP_STATE_RUNNABLE : KVM_MP_STATE_INIT_RECEIVED);
  }
}
