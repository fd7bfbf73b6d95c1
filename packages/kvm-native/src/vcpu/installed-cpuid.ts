import { type ExitSink, VmError } from '@picovm/core';
import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import { isKvmError } from '../native/kvm-error.ts';
import type { KvmCpuidEntry2 } from '../structures/cpuid.ts';
import { answeredCpuid, sameCpuid } from './cpuid-table.ts';

/**
 * What CPUID answers. KVM does so inside the kernel, from a table, which newer kernels (5.16 on) do not let change any more
 * once the vCPU has run.
 */
export class InstalledCpuid {
  readonly #vcpu: KvmVcpu;
  readonly #sink: ExitSink;
  readonly #default: readonly KvmCpuidEntry2[];
  #installed: readonly KvmCpuidEntry2[];
  #stale: boolean;

  /** @param table what it answers if nobody else wants to @throws VmError `ERR_KVM` */
  constructor(vcpu: KvmVcpu, sink: ExitSink, table: readonly KvmCpuidEntry2[]) {
    this.#vcpu = vcpu;
    this.#sink = sink;
    this.#default = table;
    this.#installed = table;
    this.#stale = sink.answersCpuid;
    vcpu.setCpuid2(table);
  }

  /** The sink may answer something else than what is installed. */
  get stale(): boolean {
    return this.#stale;
  }

  /** The sink now answers other things. */
  sinkChanged(): void {
    this.#stale = true;
  }

  /** Asks the sink, and installs what it answers. @throws VmError `ERR_UNSUPPORTED` if the kernel does not let it change */
  update(): void {
    const { answersCpuid } = this.#sink;
    const table = answersCpuid ? answeredCpuid(this.#default, this.#sink) : this.#default;
    if (!sameCpuid(table, this.#installed)) {
      try {
        this.#vcpu.setCpuid2(table);
      } catch (error) {
        if (!isKvmError(error)) throw error;
        throw new VmError(
          'ERR_UNSUPPORTED',
          'KVM here does not change what CPUID answers once the vCPU has run: register handlers of ' +
            "'cpuid' exits before the first run, and keep them, or make a new VM",
          { ...error.details, cause: error },
        );
      }
      this.#installed = table;
    }
    this.#stale = false;
  }
}
