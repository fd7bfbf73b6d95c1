import type { AccessSize, CpuidExit, ExitSink } from '../index.ts';

interface Zone {
  readonly space: 'port' | 'mmio';
  readonly base: number;
  readonly size: number;
}

/** What an accelerator has before the real sink that lets writes wait: those to its zones, until anything else comes. */
export class CoalescingSink implements ExitSink {
  readonly zones = new Set<Zone>();
  readonly #sink: ExitSink;
  readonly #waiting: (() => void)[] = [];

  constructor(sink: ExitSink) {
    this.#sink = sink;
  }

  add(space: Zone['space'], base: number, size: number): Disposable {
    const zone = { space, base, size };
    this.zones.add(zone);
    return { [Symbol.dispose]: () => void this.zones.delete(zone) };
  }

  flush(): void {
    for (const push of this.#waiting.splice(0)) push();
  }

  get answersCpuid(): boolean {
    return this.#sink.answersCpuid;
  }
  cpuid(exit: CpuidExit): void {
    this.#late().cpuid(exit);
  }
  rdmsr(index: number): bigint | undefined {
    return this.#late().rdmsr(index);
  }
  wrmsr(index: number, value: bigint): boolean {
    return this.#late().wrmsr(index, value);
  }
  portRead(port: number, size: AccessSize): number {
    return this.#late().portRead(port, size);
  }
  portReadBlock(port: number, size: AccessSize, out: Uint8Array): void {
    this.#late().portReadBlock(port, size, out);
  }
  portWriteBlock(port: number, size: AccessSize, data: Uint8Array): void {
    this.#late().portWriteBlock(port, size, data);
  }
  mmioRead(address: number, size: AccessSize): number {
    return this.#late().mmioRead(address, size);
  }
  mmioRead64(address: number): bigint {
    return this.#late().mmioRead64(address);
  }
  portWrite(port: number, size: AccessSize, value: number): void {
    this.#write('port', port, size, () => this.#sink.portWrite(port, size, value));
  }
  mmioWrite(address: number, size: AccessSize, value: number): void {
    this.#write('mmio', address, size, () => this.#sink.mmioWrite(address, size, value));
  }
  mmioWrite64(address: number, value: bigint): void {
    this.#write('mmio', address, 8, () => this.#sink.mmioWrite64(address, value));
  }

  #late(): ExitSink {
    this.flush();
    return this.#sink;
  }

  #write(space: Zone['space'], address: number, size: number, push: () => void): void {
    const waits = [...this.zones].some(
      (zone) => zone.space === space && address >= zone.base && address + size <= zone.base + zone.size,
    );
    this.#waiting.push(push);
    if (!waits) this.flush();
  }
}
