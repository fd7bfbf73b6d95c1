import { type AccessSize, allOnes, type CpuidExit, type ExitSink, truncate } from '@picovm/core';
import type { Cpu } from './cpu/cpu.ts';
import { failed, refusePromise } from './guarded.ts';

/**
 * What is around a CPU that stands alone, as far as it is to answer: each function may be missing. Reads that nobody
 * answers, or that are answered with `undefined`, give all ones; writes that nobody takes are dropped. The calls are
 * synchronous: the guest is in the middle of an instruction. What they throw ends the run, as `ERR_DEVICE`.
 */
export interface CpuBus {
  /** `IN`, and each element of `INS`. @returns a number, which is cut to `size` bytes */
  readPort?(port: number, size: AccessSize): number | undefined;
  /** `OUT`, and each element of `OUTS`. @param value unsigned, of `size` bytes */
  writePort?(port: number, size: AccessSize, value: number): void;
  /** A load from a physical address that is not memory; one of 8 bytes or more is several of 4, the lowest first. @returns a number, which is cut to `size` bytes */
  readMemory?(address: number, size: AccessSize): number | undefined;
  /** A store to a physical address that is not memory, likewise. @param value unsigned, of `size` bytes */
  writeMemory?(address: number, size: AccessSize, value: number): void;
  /** `CPUID`: `exit` has the processor's own answer, in which anything may be changed. */
  cpuid?(exit: CpuidExit): void;
  /** `RDMSR` of a register that the processor does not have. @returns unsigned 64 bits; undefined raises #GP */
  rdmsr?(index: number): bigint | undefined;
  /** `WRMSR` to a register that the processor does not have. @returns false to raise #GP */
  wrmsr?(index: number, value: bigint): boolean | void;
}

const WORD = 4;
const RESULTS = ['eax', 'ebx', 'ecx', 'edx'] as const;

/** The bus of a CPU that stands alone, as the vCPU wants it. */
export class BusSink implements ExitSink {
  readonly #bus: CpuBus;
  /** Set by who makes the CPU: to it belongs what the bus throws. */
  cpu!: Cpu;

  constructor(bus: CpuBus) {
    this.#bus = bus;
  }

  portRead(port: number, size: AccessSize): number {
    try {
      return answerOf(this.#bus.readPort?.(port, size), size);
    } catch (cause) {
      this.#failed('readPort', cause);
      return allOnes(size);
    }
  }

  portWrite(port: number, size: AccessSize, value: number): void {
    try {
      refusePromise(this.#bus.writePort?.(port, size, value));
    } catch (cause) {
      this.#failed('writePort', cause);
    }
  }

  portReadBlock(port: number, size: AccessSize, out: Uint8Array): void {
    for (let at = 0; at < out.length; at += size) {
      const value = this.portRead(port, size);
      for (let i = 0; i < size; i++) out[at + i] = value >>> (8 * i);
    }
  }

  portWriteBlock(port: number, size: AccessSize, data: Uint8Array): void {
    for (let at = 0; at < data.length; at += size) {
      let value = 0;
      for (let i = 0; i < size; i++) value |= data[at + i] << (8 * i);
      this.portWrite(port, size, value >>> 0);
    }
  }

  mmioRead(address: number, size: AccessSize): number {
    try {
      return answerOf(this.#bus.readMemory?.(address, size), size);
    } catch (cause) {
      this.#failed('readMemory', cause);
      return allOnes(size);
    }
  }

  mmioWrite(address: number, size: AccessSize, value: number): void {
    try {
      refusePromise(this.#bus.writeMemory?.(address, size, value));
    } catch (cause) {
      this.#failed('writeMemory', cause);
    }
  }

  mmioRead64(address: number): bigint {
    const low = BigInt(this.mmioRead(address, WORD));
    return low | (BigInt(this.mmioRead(address + WORD, WORD)) << 32n);
  }

  mmioWrite64(address: number, value: bigint): void {
    this.mmioWrite(address, WORD, Number(value & 0xffffffffn));
    this.mmioWrite(address + WORD, WORD, Number(value >> 32n));
  }

  get answersCpuid(): boolean {
    return this.#bus.cpuid !== undefined;
  }

  cpuid(exit: CpuidExit): void {
    const own = RESULTS.map((name) => exit[name]);
    try {
      refusePromise(this.#bus.cpuid?.(exit));
      for (const name of RESULTS) exit[name] = answerOf(exit[name], WORD);
    } catch (cause) {
      RESULTS.forEach((name, i) => {
        exit[name] = own[i];
      });
      this.#failed('cpuid', cause);
    }
  }

  rdmsr(index: number): bigint | undefined {
    try {
      const value = this.#bus.rdmsr?.(index);
      return value === undefined ? undefined : BigInt.asUintN(64, value);
    } catch (cause) {
      this.#failed('rdmsr', cause);
      return undefined;
    }
  }

  wrmsr(index: number, value: bigint): boolean {
    try {
      const answer = this.#bus.wrmsr === undefined ? false : this.#bus.wrmsr(index, value);
      refusePromise(answer);
      return answer !== false;
    } catch (cause) {
      this.#failed('wrmsr', cause);
      return false;
    }
  }

  #failed(name: keyof CpuBus, cause: unknown): void {
    failed(this.cpu, `${name}() of the bus`, cause);
  }
}

function answerOf(answer: number | undefined, size: AccessSize): number {
  if (typeof answer === 'number') return truncate(answer, size);
  if (answer === undefined) return allOnes(size);
  refusePromise(answer);
  throw new TypeError(`it gives a ${typeof answer}, and the guest takes a number`);
}
