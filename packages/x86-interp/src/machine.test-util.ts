import { Arena, type CpuidExit, type ExitSink, GuestMemory, type MemoryRegionSpec } from '@picovm/core';
import { enterRealMode, type X86Registers } from '@picovm/core/x86';
import { type InterpOptions, type InterpVcpu, interp } from './index.ts';

/** Where test code is loaded: CS:IP is 0000:1000, SS:SP is 0000:8000. */
export const CODE = 0x1000;
export const STACK = 0x8000;
/** The handler of vector n is a HLT at 0000:0600 + n. */
export const HANDLERS = 0x600;

/** A sink that notes each access as a line, and answers reads from tables. */
export class TestSink implements ExitSink {
  readonly trace: string[] = [];
  readonly values = new Map<number, number>();
  answersCpuid = false;
  /** Called before each access is answered. */
  onAccess: () => void = () => {};
  onCpuid: (exit: CpuidExit) => void = () => {};
  msrs = new Map<number, bigint>();

  portRead(port: number, size: number): number {
    return this.#note(`in ${port.toString(16)}/${size}`, port, size);
  }
  portWrite(port: number, size: number, value: number): void {
    this.#note(`out ${port.toString(16)}/${size}=${value.toString(16)}`, port, size);
  }
  portReadBlock(port: number, size: number, out: Uint8Array): void {
    this.#note(`ins ${port.toString(16)}/${size}x${out.length / size}`, port, size);
    out.forEach((_, i) => {
      out[i] = i + 1;
    });
  }
  portWriteBlock(port: number, size: number, data: Uint8Array): void {
    this.#note(`outs ${port.toString(16)}/${size}:${Buffer.from(data).toString('hex')}`, port, size);
  }
  mmioRead(address: number, size: number): number {
    return this.#note(`read ${address.toString(16)}/${size}`, address, size);
  }
  mmioWrite(address: number, size: number, value: number): void {
    this.#note(`write ${address.toString(16)}/${size}=${value.toString(16)}`, address, size);
  }
  mmioRead64(): bigint {
    return 0n;
  }
  mmioWrite64(): void {}
  cpuid(exit: CpuidExit): void {
    this.onCpuid(exit);
  }
  rdmsr(index: number): bigint | undefined {
    return this.msrs.get(index);
  }
  wrmsr(index: number, value: bigint): boolean {
    if (!this.msrs.has(index)) return false;
    this.msrs.set(index, value);
    return true;
  }

  #note(line: string, address: number, size: number): number {
    this.onAccess();
    this.trace.push(line);
    return this.values.get(address) ?? 2 ** (8 * size) - 1;
  }
}

/** What a test works with. */
export interface TestMachine {
  readonly vcpu: InterpVcpu;
  readonly memory: GuestMemory;
  readonly sink: TestSink;
  /** Puts bytes at CODE (or `at`) and points CS:IP there. */
  load(code: readonly number[], at?: number): void;
  /** Sets registers by their 64-bit names, as numbers. */
  set(registers: Partial<Record<keyof X86Registers, number>>): void;
  /** A register as a number. */
  get(name: keyof X86Registers): number;
  /** Executes instructions. @returns the reason of the exit */
  run(instructions?: number): string;
}

/** A machine with handlers for all vectors, in real mode, and nothing but RAM below 1 MiB unless told otherwise. */
export function machine(
  options: { model?: InterpOptions['cpuModel']; regions?: readonly MemoryRegionSpec[] } = {},
): TestMachine {
  const accelerator = interp(options.model === undefined ? {} : { cpuModel: options.model });
  const regions = options.regions ?? [{ base: 0, size: 0x100000 }];
  const arena = new Arena(regions.reduce((sum, { size }) => sum + size, 0) + accelerator.arenaBytes + 8192);
  const memory = new GuestMemory(arena, regions);
  const vm = accelerator.createVm({ arena, memory });
  for (const region of memory.regions) vm.mapMemory(region);
  const sink = new TestSink();
  const vcpu = vm.createVcpu(0, sink);
  for (let n = 0; n < 256; n++) memory.writeU32(n * 4, HANDLERS + n);
  memory.write(HANDLERS, new Uint8Array(256).fill(0xf4));
  enterRealMode(vcpu, { segment: 0, offset: CODE });
  vcpu.setRegisters({ rsp: BigInt(STACK) });
  return {
    vcpu,
    memory,
    sink,
    load: (code, at = CODE) => {
      memory.write(at, Uint8Array.from(code));
      vcpu.setRegisters({ rip: BigInt(at) });
    },
    set: (registers) => {
      const entries = Object.entries(registers).map(([name, value]) => [name, BigInt.asUintN(32, BigInt(value))]);
      vcpu.setRegisters(Object.fromEntries(entries));
    },
    get: (name) => Number(vcpu.getRegisters()[name]),
    run: (instructions) => vcpu.run({ instructions, nanoseconds: 5e9 }).reason,
  };
}
