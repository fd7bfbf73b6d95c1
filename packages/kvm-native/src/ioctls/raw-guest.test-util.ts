import type { TestContext } from 'vitest';
import { ADDON } from '../addon.test-util.ts';
import { KVM_EXIT_INTR, KvmSystem, type KvmVcpu, type KvmVm } from '../ioctls.ts';

/** Where the code of the guests lies, and under it their stack. */
export const CODE = 0x1000;
const WASM_PAGE = 65536;

/** A VM with 64 KiB of memory and, unless something is to be done before, a vCPU in real mode. */
export class RawGuest implements Disposable {
  readonly system: KvmSystem;
  readonly vm: KvmVm;
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array;
  #vcpu: KvmVcpu | undefined;

  constructor(code: readonly number[] = [0xf4], before: (vm: KvmVm) => void = () => {}) {
    this.system = new KvmSystem(ADDON);
    this.vm = this.system.createVm();
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    this.bytes = new Uint8Array(this.memory.buffer);
    this.vm.setUserMemoryRegion({ slot: 0, guestPhysAddr: 0, memorySize: WASM_PAGE, memory: this.memory });
    before(this.vm);
    this.load(code);
  }

  get vcpu(): KvmVcpu {
    if (this.#vcpu === undefined) {
      this.#vcpu = this.vm.createVcpu(0);
      this.#vcpu.setCpuid2(this.system.getSupportedCpuid());
    }
    return this.#vcpu;
  }

  /** Puts code at 0000:1000, and the vCPU there. */
  load(code: readonly number[]): void {
    this.bytes.set(code, CODE);
    const { vcpu } = this;
    const sregs = vcpu.getSregs();
    const flat = { selector: 0, base: 0n };
    const { cs, ds, es, ss } = sregs;
    vcpu.setSregs({
      ...sregs,
      cs: { ...cs, ...flat },
      ds: { ...ds, ...flat },
      es: { ...es, ...flat },
      ss: { ...ss, ...flat },
    });
    vcpu.setRegs({ ...vcpu.getRegs(), rip: BigInt(CODE), rsp: BigInt(CODE), rflags: 2n });
  }

  /** A real-mode interrupt vector. */
  vector(number: number, offset: number, code: readonly number[]): void {
    new DataView(this.memory.buffer).setUint32(number * 4, offset, true);
    this.bytes.set(code, offset);
  }

  /** Runs until something else happens than the end of a slice. @returns KVM_EXIT_* */
  run(milliseconds = 10_000): number {
    const end = performance.now() + milliseconds;
    for (;;) {
      const exit = this.vcpu.run();
      if (exit !== KVM_EXIT_INTR || performance.now() > end) return exit;
    }
  }

  [Symbol.dispose](): void {
    this.#vcpu?.close();
    this.vm.close();
    this.system.close();
  }
}

/** Skips a test, by name, where KVM lacks what it needs. */
export function needCapability(context: TestContext, guest: { vm: KvmVm }, capability: number, name: string): void {
  context.skip(!guest.vm.checkExtension(capability), `this KVM has no ${name}`);
}

/** The bytes of a 16-bit number. */
export function word(value: number): [number, number] {
  return [value & 0xff, value >> 8];
}

/** What an ioctl that fails throws. */
export function refused(ioctl: string, code: string): unknown {
  return { asymmetricMatch: (error: unknown) => isRefusal(error, ioctl, code), toString: () => `${ioctl}: ${code}` };
}

function isRefusal(error: unknown, ioctl: string, code: string): boolean {
  const { code: kind, details } = error as { code?: string; details?: Record<string, unknown> };
  return kind === 'ERR_KVM' && details?.ioctl === ioctl && details.code === code && typeof details.errno === 'number';
}
