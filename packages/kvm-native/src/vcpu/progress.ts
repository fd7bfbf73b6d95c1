import type { KvmVcpu } from '../ioctls/kvm-vcpu.ts';
import type { KvmRegs } from '../structures/regs.ts';

/** Nanoseconds. To enter a guest and to leave it takes one or two thousand on hardware. */
const LEAST = 10_000;
/** In software it takes about as long as the least that is asked for, so that the guest would never execute anything. */
const LEAST_IN_SOFTWARE = 50_000;
/** Who is to run for so long gets somewhere on any host. */
const ENOUGH = 200_000;
/** Looking costs a system call: it is done behind so many slices. */
const SLICES = 8;

/** Sees to it that a guest gets on though it is always entered for so short a time that entering takes all of it. */
export class Progress {
  readonly #vcpu: KvmVcpu;
  readonly #base: number;
  #least: number;
  #slices = 0;
  #before: KvmRegs | undefined;

  /** @param hardware whether the host has VT-x or SVM */
  constructor(vcpu: KvmVcpu, hardware: boolean) {
    this.#vcpu = vcpu;
    this.#base = hardware ? LEAST : LEAST_IN_SOFTWARE;
    this.#least = this.#base;
  }

  /** @returns for how many nanoseconds the guest is to be entered if it is asked for so many; for none, not at all */
  slice(nanoseconds: number): number {
    return nanoseconds > 0 ? Math.max(nanoseconds, this.#least) : 0;
  }

  /** A slice has ended by its time alone, behind a whole number of instructions. */
  sliceEnded(nanoseconds: number): void {
    if (!(nanoseconds > 0 && nanoseconds < ENOUGH) || ++this.#slices < SLICES) return;
    this.#slices = 0;
    const now = this.#vcpu.getRegs();
    const { rip, rcx, rsp, rflags } = this.#before ?? {};
    // A loop of one instruction may look as if it did not get on: it loses nothing by longer slices.
    const same = rip === now.rip && rcx === now.rcx && rsp === now.rsp && rflags === now.rflags;
    this.#least = same ? Math.min(2 * this.#least, ENOUGH) : this.#base;
    this.#before = now;
  }
}
