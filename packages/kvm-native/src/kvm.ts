import { type Accelerator, type AcceleratorVm, type AcceleratorVmOptions, type Probe, VmError } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { listedMsrs } from './host/listed-msrs.ts';
import { openSystem } from './host/open-system.ts';
import { type KvmOptions, type ResolvedOptions, resolveOptions } from './host/options.ts';
import { createNativeVm, probe, supportsOf } from './host/probe.ts';
import { Unavailable } from './host/unavailable.ts';
import type { NativeVm } from './native/addon.ts';
import { supportedCpuid } from './vcpu/cpuid-table.ts';
import { MAILBOX_SIZE } from './vcpu/mailbox.ts';
import { type HostFacts, KvmVm } from './vm/kvm-vm.ts';

/**
 * Linux KVM as an accelerator. Making one does nothing yet, on any platform: `probe` tells whether it can be used.
 *
 * ```ts
 * const vm = new Vm({ accelerator: kvm(), memory: [{ base: 0, size: 4096 }] });
 * ```
 */
export function kvm(options: KvmOptions = {}): Accelerator<X86Vcpu> {
  return new KvmAccelerator(resolveOptions(options));
}

class KvmAccelerator implements Accelerator<X86Vcpu> {
  readonly name = 'kvm';
  readonly arenaBytes = MAILBOX_SIZE;
  readonly #options: ResolvedOptions;
  #facts: HostFacts | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  async probe(): Promise<Probe> {
    return probe(this.#options);
  }

  createVm(options: AcceleratorVmOptions): AcceleratorVm<X86Vcpu> {
    const [native, facts] = this.#open();
    try {
      return new KvmVm(native, facts, options);
    } catch (error) {
      native.close();
      throw error;
    }
  }

  #open(): [NativeVm, HostFacts] {
    try {
      const system = openSystem(this.#options);
      try {
        this.#facts ??= {
          supports: supportsOf(system, this.#options),
          cpuid: supportedCpuid(system),
          listedMsrs: listedMsrs(system),
        };
        return [createNativeVm(system), this.#facts];
      } finally {
        system.close();
      }
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const { code, message: reason, hint, cause } = error;
      throw new VmError(
        'ERR_ACCELERATOR_UNAVAILABLE',
        `kvm cannot run here: ${reason}${hint === undefined ? '' : ` (${hint})`}`,
        { accelerator: 'kvm', code, reason, hint, cause },
      );
    }
  }
}
