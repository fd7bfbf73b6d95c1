import type { AccessSize, CpuidExit, ExitSink, IoExit, MmioExit } from '@picovm/core';

/** Who is told of accesses. */
export interface Observer {
  readonly io: ((exit: IoExit) => void) | undefined;
  readonly mmio: ((exit: MmioExit) => void) | undefined;
}

/** A sink that tells of each access behind another one, which answers it. It is only there while somebody listens. */
export class ObservedSink implements ExitSink {
  readonly #inner: ExitSink;
  readonly #observer: Observer;

  constructor(inner: ExitSink, observer: Observer) {
    this.#inner = inner;
    this.#observer = observer;
  }

  portRead(port: number, size: AccessSize): number {
    const data = this.#inner.portRead(port, size);
    this.#observer.io?.({ reason: 'io', direction: 'read', port, size, count: 1, data, block: undefined });
    return data;
  }

  portWrite(port: number, size: AccessSize, value: number): void {
    this.#inner.portWrite(port, size, value);
    this.#observer.io?.({ reason: 'io', direction: 'write', port, size, count: 1, data: value, block: undefined });
  }

  portReadBlock(port: number, size: AccessSize, out: Uint8Array): void {
    this.#inner.portReadBlock(port, size, out);
    this.#tellBlock('read', port, size, out);
  }

  portWriteBlock(port: number, size: AccessSize, data: Uint8Array): void {
    this.#inner.portWriteBlock(port, size, data);
    this.#tellBlock('write', port, size, data);
  }

  mmioRead(address: number, size: AccessSize): number {
    const data = this.#inner.mmioRead(address, size);
    this.#observer.mmio?.({ reason: 'mmio', direction: 'read', address, size, data });
    return data;
  }

  mmioWrite(address: number, size: AccessSize, value: number): void {
    this.#inner.mmioWrite(address, size, value);
    this.#observer.mmio?.({ reason: 'mmio', direction: 'write', address, size, data: value });
  }

  mmioRead64(address: number): bigint {
    const data = this.#inner.mmioRead64(address);
    this.#observer.mmio?.({ reason: 'mmio', direction: 'read', address, size: 8, data });
    return data;
  }

  mmioWrite64(address: number, value: bigint): void {
    this.#inner.mmioWrite64(address, value);
    this.#observer.mmio?.({ reason: 'mmio', direction: 'write', address, size: 8, data: value });
  }

  get answersCpuid(): boolean {
    return this.#inner.answersCpuid;
  }

  cpuid(exit: CpuidExit): void {
    this.#inner.cpuid(exit);
  }

  rdmsr(index: number): bigint | undefined {
    return this.#inner.rdmsr(index);
  }

  wrmsr(index: number, value: bigint): boolean {
    return this.#inner.wrmsr(index, value);
  }

  // The guest's data must not be what an observer holds.
  #tellBlock(direction: 'read' | 'write', port: number, size: AccessSize, data: Uint8Array): void {
    const block = data.slice();
    this.#observer.io?.({ reason: 'io', direction, port, size, count: data.length / size, data: 0, block });
  }
}
