import type { Vm } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { LocalApic } from '@picovm/device-pc';

/** What a vCPU has that knows of a local APIC around it. Those of KVM have their own IA32_APIC_BASE, and tell nobody of it. */
interface ApicPins {
  apicBase: ((value: bigint) => void) | undefined;
  nmi(): void;
}

/** What KVM tells its guests of local APICs that are in the kernel: bits of CPUID leaf 1, ECX. */
const X2APIC = 1 << 21;
const TSC_DEADLINE = 1 << 24;
/** And of leaf 40000001, EAX (Linux: Documentation/virt/kvm/x86/cpuid.rst), which Linux uses together with such a one. */
const KVM_FEATURES = 0x40000001;
const ASYNC_PF = 1 << 4;
const PV_EOI = 1 << 6;
const PV_UNHALT = 1 << 7;
const PV_SEND_IPI = 1 << 11;
const ASYNC_PF_INT = 1 << 14;
const MSI_EXT_DEST_ID = 1 << 15;
const KVM_APIC_FEATURES = ASYNC_PF | PV_EOI | PV_UNHALT | PV_SEND_IPI | ASYNC_PF_INT | MSI_EXT_DEST_ID;

/** The wires between a vCPU and its local APIC that are no bus: IA32_APIC_BASE, which the vCPU has, NMI, and what CPUID says. */
export class LocalApicWires {
  #pins: ApicPins | undefined;

  /** A non-maskable interrupt. One for a vCPU without the pin is lost. */
  nmi(): void {
    this.#pins?.nmi();
  }

  /** Leads them to the vCPU of a machine. */
  connect({ vcpu, exits }: Pick<Vm<X86Vcpu>, 'vcpu' | 'exits'>, apic: LocalApic): void {
    if ('apicBase' in vcpu && 'nmi' in vcpu) {
      this.#pins = vcpu as X86Vcpu & ApicPins;
      this.#pins.apicBase = (value) => apic.setBase(value);
      return;
    }
    exits.on('cpuid', (exit) => {
      if (exit.leaf === 1) exit.ecx = (exit.ecx & ~(X2APIC | TSC_DEADLINE)) >>> 0;
      if (exit.leaf === KVM_FEATURES) exit.eax = (exit.eax & ~KVM_APIC_FEATURES) >>> 0;
      return undefined;
    });
  }
}
