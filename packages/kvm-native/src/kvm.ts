import type { Accelerator, AcceleratorVm, AcceleratorVmOptions, Probe } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { loadAddon } from './host/load-addon.ts';
import { openOrThrow } from './host/open-or-throw.ts';
import { type KvmOptions, type ResolvedOptions, resolveOptions } from './host/options.ts';
import { createNativeVm, probe, supportsOf } from './host/probe.ts';
import { KvmVm } from './ioctls/kvm-vm.ts';
import { SystemIoctls } from './ioctls/system-ioctls.ts';
import { MAILBOX_SIZE } from './native/addon.ts';
import { type HostFacts, KvmAcceleratorVm, type KvmVmParts } from './vm/kvm-vm.ts';

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
    const [vm, facts] = this.#open();
    try {
      return new KvmAcceleratorVm(vm, { ...options, ...facts, makeCrew: this.#makeCrew() });
    } catch (error) {
      vm.close();
      throw error;
    }
  }

  #makeCrew(): KvmVmParts['makeCrew'] {
    if (this.#options.irqchip === 'none') return undefined;
    const { KvmCrew } = loadAddon(this.#options.addon);
    return (listener) => new KvmCrew(listener);
  }

  #open(): [KvmVm, HostFacts] {
    return openOrThrow(this.#options, (native) => {
      using system = new SystemIoctls(native);
      this.#facts ??= {
        supports: supportsOf(native, this.#options),
        cpuid: system.getSupportedCpuid(),
        listedMsrs: system.getMsrIndexList(),
      };
      return [new KvmVm(createNativeVm(native)), this.#facts];
    });
  }
}
