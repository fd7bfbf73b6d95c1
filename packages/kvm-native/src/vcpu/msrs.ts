import { VmError } from '@picovm/core';
import type { X86Msr } from '@picovm/core/x86';
import type { VcpuIoctls } from '../ioctls/vcpu-ioctls.ts';

/** IA32_TIME_STAMP_COUNTER (Intel SDM volume 4, table 2-2). */
const TSC = 0x10;

/**
 * Registers that a guest can write and that KVM keeps, but does not list: MTRRs (variable, fixed, default type) and the
 * banks of machine checks (Intel SDM volume 4, table 2-2).
 */
const UNLISTED: readonly number[] = [
  ...span(0x200, 16),
  ...[0x250, 0x258, 0x259],
  ...span(0x268, 8),
  0x2ff,
  ...span(0x280, 32),
  ...span(0x400, 128),
];

/**
 * Registers of KVM's list that are kept elsewhere, or are none of a state's: the time-stamp counter; the APIC base, EFER
 * and the bases of FS and GS, which are in `struct kvm_sregs`; the old numbers of KVM's clock, whose new ones are the same
 * registers; and those of Hyper-V, which CPUID does not offer, and of which some are times that pass by themselves.
 */
const NOT_KEPT: ReadonlySet<number> = new Set([
  ...[TSC, 0x1b, 0xc0000080, 0xc0000100, 0xc0000101],
  ...[0x11, 0x12],
  ...span(0x40000000, 0x200),
]);

/** As much of a vCPU as is needed. */
export type MsrIoctls = Pick<VcpuIoctls, 'getMsrs' | 'setMsrs'>;

/** Kernels take so many at once. */
const AT_ONCE = 255;

/**
 * The model-specific registers of a vCPU: those that KVM lists, and what else a guest can write. A state has those
 * that are not as they were when the vCPU was made, so that a newer kernel, which has more of them, can take it.
 */
export class Msrs {
  readonly #vcpu: MsrIoctls;
  /** The values after RESET of all that KVM has here, and lets us set. */
  readonly #fresh: ReadonlyMap<number, bigint>;

  /**
   * @param vcpu one that no guest has run on
   * @param listed what KVM_GET_MSR_INDEX_LIST says
   */
  constructor(vcpu: MsrIoctls, listed: readonly number[]) {
    const indices = [...new Set([...listed, ...UNLISTED])].filter((index) => !NOT_KEPT.has(index));
    indices.sort((a, b) => a - b);
    this.#vcpu = vcpu;
    this.#fresh = settable(vcpu, valuesOf(vcpu, indices));
  }

  /** Whether a register is part of a state here. Others are never set. */
  has(index: number): boolean {
    return this.#fresh.has(index);
  }

  /** The registers that are not as after RESET, by ascending index. */
  read(): X86Msr[] {
    return [...this.#values()]
      .filter(([index, value]) => value !== this.#fresh.get(index))
      .map(([index, value]) => ({ index, value }));
  }

  /**
   * Sets the registers named, and all others to their values after RESET.
   * @throws VmError `ERR_KVM` if KVM refuses one
   */
  write(msrs: readonly X86Msr[]): void {
    const wanted = new Map([...this.#fresh, ...msrs.map(({ index, value }) => [index, value] as const)]);
    for (const [index, value] of this.#changed(wanted)) writeMsr(this.#vcpu, index, value);
  }

  /** Sets all registers to their values after RESET, but those that KVM no longer lets us set. */
  reset(): void {
    for (const [index, value] of this.#changed(this.#fresh)) tryWriteMsr(this.#vcpu, index, value);
  }

  /** The time-stamp counter. */
  get tsc(): bigint {
    return valuesOf(this.#vcpu, [TSC]).get(TSC) ?? 0n;
  }

  set tsc(value: bigint) {
    writeMsr(this.#vcpu, TSC, value);
  }

  #changed(wanted: ReadonlyMap<number, bigint>): [number, bigint][] {
    const current = this.#values();
    return [...wanted].filter(([index, value]) => current.get(index) !== value);
  }

  #values(): Map<number, bigint> {
    return valuesOf(this.#vcpu, [...this.#fresh.keys()]);
  }
}

// KVM stops at the first that it does not have: the next call begins behind it.
function valuesOf(vcpu: MsrIoctls, indices: readonly number[]): Map<number, bigint> {
  const values = new Map<number, bigint>();
  for (let first = 0; first < indices.length; ) {
    const asked = indices.slice(first, first + AT_ONCE);
    const read = vcpu.getMsrs(asked);
    for (const { index, data } of read) values.set(index, data);
    first += read.length + (read.length < asked.length ? 1 : 0);
  }
  return values;
}

// Those of the registers that KVM takes again with the values that they have.
function settable(vcpu: MsrIoctls, values: ReadonlyMap<number, bigint>): Map<number, bigint> {
  const taken: (readonly [number, bigint])[] = [];
  const entries = [...values];
  for (let first = 0; first < entries.length; ) {
    const tried = entries.slice(first, first + AT_ONCE);
    const count = vcpu.setMsrs(tried.map(([index, data]) => ({ index, data })));
    taken.push(...tried.slice(0, count));
    first += count + (count < tried.length ? 1 : 0);
  }
  return new Map(taken);
}

function tryWriteMsr(vcpu: MsrIoctls, index: number, value: bigint): boolean {
  return vcpu.setMsrs([{ index, data: value }]) === 1;
}

function writeMsr(vcpu: MsrIoctls, index: number, value: bigint): void {
  if (tryWriteMsr(vcpu, index, value)) return;
  throw new VmError('ERR_KVM', `KVM refused KVM_SET_MSRS of 0x${index.toString(16)} to 0x${value.toString(16)}`, {
    ioctl: 'KVM_SET_MSRS',
    index,
    value,
  });
}

function span(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
