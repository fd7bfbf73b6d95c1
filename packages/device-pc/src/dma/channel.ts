import type { GuestMemory } from '@picovm/core';
import { type DmaController, READ, WRITE } from './dma-controller.ts';
import type { DmaChannel } from './dma-types.ts';
import { readIsa, writeIsa } from './isa-memory.ts';

/** Units that an address register counts before it starts over: the page register does not count on. */
const UNITS = 0x10000;

type Move = (memory: GuestMemory, address: number, bytes: Uint8Array) => void;

/** One channel with its page register. */
export class Channel implements DmaChannel {
  terminalCount = false;
  readonly #controller: DmaController;
  readonly #n: number;
  /** Bytes of a unit: 1, or 2 on the second controller, whose addresses are those of words. */
  readonly #width: 1 | 2;
  readonly #page: () => number;
  readonly #memory: () => GuestMemory | undefined;

  /**
   * @param n its number in its controller, 0 to 3
   * @param page the page register: bits 16 to 23 of addresses
   */
  constructor(
    controller: DmaController,
    n: number,
    width: 1 | 2,
    page: () => number,
    memory: () => GuestMemory | undefined,
  ) {
    this.#controller = controller;
    this.#n = n;
    this.#width = width;
    this.#page = page;
    this.#memory = memory;
  }

  write(data: Uint8Array): number {
    return this.#move(data, WRITE, writeIsa);
  }

  read(out: Uint8Array): number {
    return this.#move(out, READ, readIsa);
  }

  #move(bytes: Uint8Array, type: number, move: Move): number {
    this.terminalCount = false;
    const memory = this.#memory();
    if (memory === undefined) return 0;
    const controller = this.#controller;
    const width = this.#width;
    const units = Math.min(controller.available(this.#n, type), Math.floor(bytes.length / width));
    if (units === 0) return 0;
    if (!controller.verifies(this.#n)) {
      // Words have 128 KiB between them, and their page register has one bit less.
      const page = (width === 1 ? this.#page() : this.#page() & 0xfe) << 16;
      const step = controller.step(this.#n);
      const first = controller.address(this.#n);
      // Downwards unit by unit, upwards in runs that end where the address starts over.
      for (let done = 0; done < units; ) {
        const address = (first + done * step) & (UNITS - 1);
        const run = step < 0 ? 1 : Math.min(units - done, UNITS - address);
        move(memory, page + address * width, bytes.subarray(done * width, (done + run) * width));
        done += run;
      }
    }
    this.terminalCount = controller.advance(this.#n, units);
    return units * width;
  }
}
