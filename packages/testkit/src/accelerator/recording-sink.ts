import type { AccessSize, CpuidExit, ExitSink } from '@picovm/core';

/** One element that moved between the guest and the outside, as a line: `port write 0x40 2: 0xbeef`. */
export type TraceLine = string;

/** Writes a line of a trace. @param size bytes */
export function traceLine(
  space: 'port' | 'mmio',
  direction: 'read' | 'write',
  address: number,
  size: number,
  value: number | bigint,
): TraceLine {
  return `${space} ${direction} 0x${address.toString(16)} ${size}: 0x${value.toString(16)}`;
}

/**
 * A sink that notes each element that moves, and answers reads with `answers`, in their order; when those are used up,
 * with all ones. String instructions are noted element by element: how many of them come at once is the accelerator's.
 */
export class RecordingSink implements ExitSink {
  /** What moved, in order. */
  readonly trace: TraceLine[] = [];
  /** What the guest reads next. */
  readonly answers: number[] = [];
  /** Called before each access is answered. */
  onAccess: () => void = () => {};
  /** Answers `CPUID`; setting it calls for `vcpu.sinkChanged()`. */
  onCpuid: ((exit: CpuidExit) => void) | undefined;
  /** What MSRs hold, by their numbers; the others are unknown. */
  readonly msrs: Map<number, bigint> = new Map();

  get answersCpuid(): boolean {
    return this.onCpuid !== undefined;
  }

  portRead(port: number, size: AccessSize): number {
    return this.#read('port', port, size);
  }

  portWrite(port: number, size: AccessSize, value: number): void {
    this.#write('port', port, size, value);
  }

  portReadBlock(port: number, size: AccessSize, out: Uint8Array): void {
    for (let at = 0; at < out.length; at += size) {
      const value = this.#read('port', port, size);
      for (let i = 0; i < size; i++) out[at + i] = Math.floor(value / 2 ** (8 * i));
    }
  }

  portWriteBlock(port: number, size: AccessSize, data: Uint8Array): void {
    for (let at = 0; at < data.length; at += size) {
      const element = data.subarray(at, at + size);
      const value = element.reduceRight((sum, byte) => sum * 256 + byte, 0);
      this.#write('port', port, element.length, value);
    }
  }

  mmioRead(address: number, size: AccessSize): number {
    return this.#read('mmio', address, size);
  }

  mmioWrite(address: number, size: AccessSize, value: number): void {
    this.#write('mmio', address, size, value);
  }

  mmioRead64(address: number): bigint {
    return BigInt(this.#read('mmio', address, 4)) | (BigInt(this.#read('mmio', address + 4, 4)) << 32n);
  }

  mmioWrite64(address: number, value: bigint): void {
    this.#write('mmio', address, 4, Number(value & 0xffffffffn));
    this.#write('mmio', address + 4, 4, Number(value >> 32n));
  }

  cpuid(exit: CpuidExit): void {
    this.onCpuid?.(exit);
  }

  rdmsr(index: number): bigint | undefined {
    return this.msrs.get(index);
  }

  wrmsr(index: number, value: bigint): boolean {
    if (!this.msrs.has(index)) return false;
    this.msrs.set(index, value);
    return true;
  }

  #read(space: 'port' | 'mmio', address: number, size: number): number {
    this.onAccess();
    const value = this.answers.shift() ?? 2 ** (8 * size) - 1;
    this.trace.push(traceLine(space, 'read', address, size, value));
    return value;
  }

  #write(space: 'port' | 'mmio', address: number, size: number, value: number): void {
    this.onAccess();
    this.trace.push(traceLine(space, 'write', address, size, value));
  }
}
