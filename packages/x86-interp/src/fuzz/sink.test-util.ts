import type { CpuidExit, ExitSink } from '@picovm/core';

const FIRST = 0x811c9dc5;

/**
 * A device for everything that is not memory. It adds all accesses up in a number, element by element: two runs that did the
 * same have the same number. Reads of ports are answered by it. Reads of memory are answered by their address alone, because
 * code is fetched by them too, and how often the same instruction is fetched (REP, once a turn) may differ.
 */
export class FuzzSink implements ExitSink {
  readonly answersCpuid: boolean;
  /** Stands for all accesses so far. */
  sum = FIRST;
  /** How many there were. */
  count = 0;
  /** Called after each access. */
  onAccess: (count: number) => void = () => {};

  constructor(answersCpuid: boolean) {
    this.answersCpuid = answersCpuid;
  }

  portRead(port: number, size: number): number {
    return this.#read(1, port, size);
  }
  portWrite(port: number, size: number, value: number): void {
    this.#note(2, port, size, value);
  }
  portReadBlock(port: number, size: number, out: Uint8Array): void {
    for (let at = 0; at < out.length; at += size) {
      const value = this.#read(1, port, size);
      for (let i = 0; i < size; i++) out[at + i] = value >>> (8 * i);
    }
  }
  portWriteBlock(port: number, size: number, data: Uint8Array): void {
    for (let at = 0; at < data.length; at += size) {
      let value = 0;
      for (let i = 0; i < size; i++) value += data[at + i] * 2 ** (8 * i);
      this.#note(2, port, size, value);
    }
  }
  mmioRead(address: number, size: number): number {
    const value = hash(address) % 2 ** (8 * size);
    if (size > 1) this.#note(3, address, size, value);
    return value;
  }
  mmioWrite(address: number, size: number, value: number): void {
    this.#note(4, address, size, value);
  }
  mmioRead64(address: number): bigint {
    const low = this.mmioRead(address, 4);
    return (BigInt(this.mmioRead(address + 4, 4)) << 32n) | BigInt(low);
  }
  mmioWrite64(address: number, value: bigint): void {
    this.#note(4, address, 4, Number(value & 0xffffffffn));
    this.#note(4, address + 4, 4, Number(value >> 32n));
  }
  cpuid(exit: CpuidExit): void {
    exit.ebx = this.#note(5, exit.leaf, 4, exit.subleaf);
  }
  rdmsr(index: number): bigint | undefined {
    return index % 3 === 0 ? BigInt(this.#note(6, index, 8, 0)) : undefined;
  }
  wrmsr(index: number, value: bigint): boolean {
    this.#note(7, index, 8, Number(value & 0xffffffffn));
    return index % 3 === 0;
  }

  #read(kind: number, address: number, size: number): number {
    return this.#note(kind, address, size, 0) % 2 ** (8 * size);
  }

  #note(kind: number, address: number, size: number, value: number): number {
    let sum = this.sum;
    for (const part of [kind, address, address / 2 ** 32, size, value]) sum = Math.imul(sum ^ part, 0x01000193);
    this.sum = sum;
    this.onAccess(++this.count);
    return hash(sum);
  }
}

function hash(value: number): number {
  return Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0;
}
