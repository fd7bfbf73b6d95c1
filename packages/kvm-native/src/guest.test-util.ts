import { type AccessSize, Arena, type ControlExit, type CpuidExit, type ExitSink, GuestMemory } from '@picovm/core';
import { enterRealMode, type X86Vcpu } from '@picovm/core/x86';
import type { TestContext } from 'vitest';
import { ADDON } from './addon.test-util.ts';
import { kvm } from './index.ts';

const probe = await kvm(ADDON).probe();

/** Whether the tests run on a CPU with VT-x or SVM. */
export const hardware: boolean = probe.available && probe.supports.hardware;

/** For `beforeEach`: skips the test, and says why, where there is no KVM. */
export function needKvm(context: TestContext): void {
  if (!probe.available) context.skip(`KVM cannot be used here: ${probe.reason}`);
}

/** Remembers every access as a line of text, and answers reads from a list. */
class RecordingSink implements ExitSink {
  readonly log: string[] = [];
  /** What reads get, one after the other; 0 when there is nothing left. */
  readonly answers: (number | bigint)[] = [];
  /** Called in the middle of each access. */
  onAccess: (line: string) => void = () => {};
  cpuidHandler: ((exit: CpuidExit) => void) | undefined;
  msrs = new Map<number, bigint>();

  get answersCpuid(): boolean {
    return this.cpuidHandler !== undefined;
  }
  cpuid(exit: CpuidExit): void {
    this.cpuidHandler?.(exit);
  }
  portRead(port: number, size: AccessSize): number {
    this.#add(`in${size} ${port.toString(16)}`);
    return Number(this.answers.shift() ?? 0);
  }
  portWrite(port: number, size: AccessSize, value: number): void {
    this.#add(`out${size} ${port.toString(16)} ${value.toString(16)}`);
  }
  portReadBlock(port: number, size: AccessSize, out: Uint8Array): void {
    this.#add(`ins${size} ${port.toString(16)} x${out.length / size}`);
    for (let i = 0; i < out.length; i++) out[i] = Number(this.answers.shift() ?? 0);
  }
  portWriteBlock(port: number, size: AccessSize, data: Uint8Array): void {
    this.#add(`outs${size} ${port.toString(16)} ${Array.from(data, (byte) => byte.toString(16)).join(' ')}`);
  }
  mmioRead(address: number, size: AccessSize): number {
    this.#add(`read${size} ${address.toString(16)}`);
    return Number(this.answers.shift() ?? 0);
  }
  mmioWrite(address: number, size: AccessSize, value: number): void {
    this.#add(`write${size} ${address.toString(16)} ${value.toString(16)}`);
  }
  mmioRead64(address: number): bigint {
    this.#add(`read8 ${address.toString(16)}`);
    return BigInt(this.answers.shift() ?? 0n);
  }
  mmioWrite64(address: number, value: bigint): void {
    this.#add(`write8 ${address.toString(16)} ${value.toString(16)}`);
  }
  rdmsr(index: number): bigint | undefined {
    this.#add(`rdmsr ${index.toString(16)}`);
    return this.msrs.get(index);
  }
  wrmsr(index: number, value: bigint): boolean {
    this.#add(`wrmsr ${index.toString(16)} ${value.toString(16)}`);
    if (!this.msrs.has(index)) return false;
    this.msrs.set(index, value);
    return true;
  }

  #add(line: string): void {
    this.log.push(line);
    this.onAccess(line);
  }
}

/** Where the code of the guests lies, behind the interrupt vectors and some data. */
export const CODE = 0x600;

/** A VM of one vCPU in real mode, as an accelerator's user makes it, without core's `Vm` around it. */
export class Guest implements Disposable {
  readonly sink = new RecordingSink();
  readonly memory: GuestMemory;
  readonly vm: ReturnType<ReturnType<typeof kvm>['createVm']>;
  readonly mapping: Disposable;
  readonly vcpu: X86Vcpu;

  constructor(code: readonly number[] = [0xf4], options: { pages?: number; rom?: boolean } = {}) {
    const accelerator = kvm(ADDON);
    const size = (options.pages ?? 1) * 4096;
    const arena = new Arena(size + 4096 + accelerator.arenaBytes);
    const rom = options.rom === true ? [{ base: 0x10000, size: 4096, readonly: true }] : [];
    this.memory = new GuestMemory(arena, [{ base: 0, size }, ...rom]);
    this.vm = accelerator.createVm({ arena, memory: this.memory });
    const [first, ...others] = this.memory.regions.map((region) => this.vm.mapMemory(region));
    this.mapping = first;
    if (others.length > 1) throw new Error('only one more region is expected');
    this.vcpu = this.vm.createVcpu(0, this.sink);
    this.load(code);
  }

  /** Puts `code` at 0000:0600, the stack under it, and the vCPU there. */
  load(code: readonly number[]): void {
    this.memory.write(CODE, Uint8Array.from(code));
    enterRealMode(this.vcpu, { segment: 0, offset: CODE });
    this.vcpu.setRegisters({ rsp: BigInt(CODE) });
  }

  /** Runs until something else happens than the end of a slice. */
  run(milliseconds = 20_000): ControlExit {
    const end = performance.now() + milliseconds;
    for (;;) {
      const exit = this.vcpu.run({ nanoseconds: 10e6, instructions: undefined });
      if (exit.reason !== 'slice-end' || performance.now() > end) return exit;
    }
  }

  /** Runs for so many nanoseconds. */
  slice(nanoseconds: number): ControlExit {
    return this.vcpu.run({ nanoseconds, instructions: undefined });
  }

  [Symbol.dispose](): void {
    this.vcpu.dispose();
    this.vm.dispose();
  }
}

/** The bytes of a 16-bit little-endian number. */
export function word(value: number): [number, number] {
  return [value & 0xff, (value >> 8) & 0xff];
}
