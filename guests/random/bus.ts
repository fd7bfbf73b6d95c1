import type { AccessSize, CpuidExit, ExitSink } from '@picovm/core';
import { type BusAccess, mmioRead, mmioWrite, portRead, portWrite } from '../harness/bus-access.ts';

/**
 * A device at all ports and addresses. It notes all accesses, element by element. What a port gives depends on how often
 * ports were read before; what an address gives, on the address alone: one access may come as several.
 */
export class RandomBus implements ExitSink {
  readonly answersCpuid = false;
  readonly trace: BusAccess[] = [];
  #portReads = 0;

  clear(): void {
    this.trace.length = 0;
    this.#portReads = 0;
  }

  portRead(port: number, size: AccessSize): number {
    const value = hash(port + 0x10000 * ++this.#portReads) % 2 ** (8 * size);
    this.trace.push(portRead(port, size, value));
    return value;
  }
  portWrite(port: number, size: AccessSize, value: number): void {
    this.trace.push(portWrite(port, size, value));
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
      for (let i = 0; i < size; i++) value += data[at + i] * 2 ** (8 * i);
      this.portWrite(port, size, value);
    }
  }
  mmioRead(address: number, size: AccessSize): number {
    let value = 0;
    for (let i = 0; i < size; i++) value += (hash(address + i) & 0xff) * 2 ** (8 * i);
    this.trace.push(mmioRead(address, size, value));
    return value;
  }
  mmioWrite(address: number, size: AccessSize, value: number): void {
    this.trace.push(mmioWrite(address, size, value));
  }
  mmioRead64(address: number): bigint {
    const low = this.mmioRead(address, 4);
    return (BigInt(this.mmioRead(address + 4, 4)) << 32n) | BigInt(low);
  }
  mmioWrite64(address: number, value: bigint): void {
    this.mmioWrite(address, 4, Number(value & 0xffffffffn));
    this.mmioWrite(address + 4, 4, Number(value >> 32n));
  }
  cpuid(_exit: CpuidExit): void {}
  rdmsr(): undefined {}
  wrmsr(): boolean {
    return false;
  }
}

function hash(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
