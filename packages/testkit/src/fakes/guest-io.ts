import type { AccessSize, CpuidExit, ExitSink, GuestMemory } from '@picovm/core';

/** What the outside answered: of a read its value, of a string read its bytes, of `CPUID` the four registers. */
export type Answer = number | bigint | boolean | Uint8Array | readonly number[] | undefined;

/**
 * What a scripted guest does to the outside. All answers are kept: a generator cannot be copied, but it can be run again,
 * and comes to the same place if it hears the same. While it is run again, it hears them from here, and nothing goes out.
 */
export class GuestIo {
  readonly #sink: ExitSink;
  readonly #memory: GuestMemory;
  #answers: Answer[] = [];
  #replayed: number | undefined;

  constructor(sink: ExitSink, memory: GuestMemory) {
    this.#sink = sink;
    this.#memory = memory;
  }

  /** All answers up to now, the oldest first. */
  get answers(): readonly Answer[] {
    return this.#answers;
  }

  /**
   * Runs `guest` with what was answered once; afterwards everything goes out again. If it asks for other answers than
   * those, or throws, the answers are again what they were.
   * @returns whether it asked for exactly those answers
   */
  replay(answers: readonly Answer[], guest: () => void): boolean {
    const before = this.#answers;
    this.#answers = [...answers];
    this.#replayed = 0;
    let same = false;
    try {
      guest();
      same = this.#replayed === answers.length;
    } finally {
      this.#replayed = undefined;
      if (!same) this.#answers = before;
    }
    return same;
  }

  /** Forgets the answers: the guest begins anew. */
  clear(): void {
    this.#answers = [];
  }

  in(port: number, size: AccessSize): number {
    return this.#ask(() => this.#sink.portRead(port, size));
  }

  out(port: number, size: AccessSize, value: number): void {
    this.#tell(() => this.#sink.portWrite(port, size, value));
  }

  ins(port: number, size: AccessSize, count: number): Uint8Array {
    return this.#ask(() => {
      const block = new Uint8Array(size * count);
      this.#sink.portReadBlock(port, size, block);
      return block;
    });
  }

  outs(port: number, size: AccessSize, data: Uint8Array): void {
    this.#tell(() => this.#sink.portWriteBlock(port, size, data));
  }

  load(address: number, size: AccessSize): number {
    return this.#ask(() => {
      if (!this.#isMemory(address, size)) return this.#sink.mmioRead(address, size);
      return Number(littleEndian(this.#memory.read(address, size)));
    });
  }

  load64(address: number): bigint {
    return this.#ask(() => {
      return this.#isMemory(address, 8) ? this.#memory.readU64(address) : this.#sink.mmioRead64(address);
    });
  }

  store(address: number, size: AccessSize, value: number): void {
    this.#tell(() => {
      if (!this.#isMemory(address, size)) this.#sink.mmioWrite(address, size, value);
      else this.#storeBytes(address, BigInt(value), size);
    });
  }

  store64(address: number, value: bigint): void {
    this.#tell(() => {
      if (!this.#isMemory(address, 8)) this.#sink.mmioWrite64(address, value);
      else this.#storeBytes(address, value, 8);
    });
  }

  cpuid(leaf: number, subleaf: number): readonly number[] {
    return this.#ask(() => {
      const exit: CpuidExit = { reason: 'cpuid', leaf, subleaf, eax: 0, ebx: 0, ecx: 0, edx: 0 };
      if (this.#sink.answersCpuid) this.#sink.cpuid(exit);
      return [exit.eax, exit.ebx, exit.ecx, exit.edx];
    });
  }

  rdmsr(index: number): bigint | undefined {
    return this.#ask(() => this.#sink.rdmsr(index));
  }

  wrmsr(index: number, value: bigint): boolean {
    return this.#ask(() => this.#sink.wrmsr(index, value));
  }

  #isMemory(address: number, size: number): boolean {
    return this.#memory.regionAt(address) !== undefined && this.#memory.regionAt(address + size - 1) !== undefined;
  }

  #storeBytes(address: number, value: bigint, size: number): void {
    if (this.#memory.regionAt(address)?.readonly) return;
    const bytes = Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
    this.#memory.write(address, bytes);
  }

  #ask<T extends Answer>(ask: () => T): T {
    if (this.#replayed !== undefined) return this.#answers[this.#replayed++] as T;
    const answer = ask();
    this.#answers.push(answer);
    return answer;
  }

  #tell(act: () => void): void {
    if (this.#replayed === undefined) act();
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
