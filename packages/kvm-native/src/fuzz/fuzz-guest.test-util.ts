import { type AccessSize, Arena, type CpuidExit, type ExitSink, GuestMemory } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { kvm } from '../index.ts';
import type { Random } from './random.test-util.ts';

const MIB = 2 ** 20;
const REGIONS = [
  { base: 0, size: MIB },
  { base: 0x100000, size: 0x10000, readonly: true },
  { base: 0xffff0000, size: 0x10000 },
];

/** A machine whose devices answer anything, and do what devices may do while they are asked. */
export class FuzzGuest implements ExitSink, Disposable {
  readonly memory: GuestMemory;
  readonly vcpu: X86Vcpu;
  /** Questions of the guest so far. */
  asked = 0;
  readonly #vm: ReturnType<ReturnType<typeof kvm>['createVm']>;
  readonly #random: Random;
  readonly answersCpuid = false;

  /** @param addon path of the addon, where this is part of a bundle */
  constructor(random: Random, addon: string | undefined) {
    const accelerator = kvm({ addon });
    const arena = new Arena(REGIONS.reduce((sum, { size }) => sum + size, 0) + accelerator.arenaBytes + 0x10000);
    this.#random = random;
    this.memory = new GuestMemory(arena, REGIONS);
    this.#vm = accelerator.createVm({ arena, memory: this.memory });
    for (const region of this.memory.regions) this.#vm.mapMemory(region);
    this.vcpu = this.#vm.createVcpu(0, this);
  }

  /** Whether KVM has VT-x or SVM behind it. */
  get hardware(): boolean {
    return this.#vm.supports.hardware;
  }

  portRead(_port: number, size: AccessSize): number {
    return this.#answer() % 2 ** (8 * size);
  }
  portWrite(): void {
    this.#answer();
  }
  portReadBlock(_port: number, _size: AccessSize, out: Uint8Array): void {
    out.fill(this.#answer());
  }
  portWriteBlock(): void {
    this.#answer();
  }
  mmioRead(_address: number, size: AccessSize): number {
    return this.#answer() % 2 ** (8 * size);
  }
  mmioWrite(): void {
    this.#answer();
  }
  mmioRead64(): bigint {
    return BigInt(this.#answer());
  }
  mmioWrite64(): void {
    this.#answer();
  }
  cpuid(_exit: CpuidExit): void {}
  rdmsr(): bigint | undefined {
    return this.#answer() % 2 === 0 ? this.#random.wide() : undefined;
  }
  wrmsr(): boolean {
    return this.#answer() % 2 === 0;
  }

  // What a handler may do on the way: kick, look at the registers, write to memory, look for a window.
  #answer(): number {
    const random = this.#random;
    this.asked++;
    if (random.oneIn(16)) {
      random.pick([
        () => this.vcpu.kick(),
        () => this.vcpu.getRegisters(),
        () => this.vcpu.getSpecialRegisters(),
        () => this.vcpu.dump(),
        () => this.memory.writeU32(random.below(MIB - 4), random.next()),
        () => this.vcpu.requestInterruptWindow(random.oneIn(2)),
      ])();
    }
    return random.next();
  }

  [Symbol.dispose](): void {
    this.vcpu.dispose();
    this.#vm.dispose();
  }
}
