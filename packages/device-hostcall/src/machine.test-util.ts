import type { Device, GuestMemory, PortBus } from '@picovm/core';
import { type FakeClock, FakeMachine } from '@picovm/testkit';
import { HOST_CALL_STATUS, type HostCallStatus, type HostCalls, type HostCallsOptions, hostCalls } from './index.ts';

export const PORT = 0x580;
/** Where things lie in the guest's memory if a call says nothing else. */
export const BLOCK = 0x100;
export const NAME = 0x200;
export const REQUEST = 0x400;
export const RESPONSE = 0x800;
/** 64 KiB of RAM from 0 on, and behind a hole a page of ROM. */
export const RAM_END = 0x10000;
export const ROM = 0x20000;

/** The words of a call block. */
export interface Block {
  readonly name: number;
  readonly nameLength: number;
  readonly request: number;
  readonly requestLength: number;
  readonly response: number;
  readonly capacity: number;
}

export interface Ended {
  /** What the RESULT register reads. */
  readonly result: number;
  /** What the block says. */
  readonly status: number;
  readonly length: number;
  /** What is in the response buffer, as text. */
  readonly text: string;
}

/** A machine with the device, driven as a guest drives it: real buses and memory, a clock that only moves when told. */
export class Machine {
  readonly device: HostCalls;
  /** Every change of the interrupt lines: line and level. */
  readonly levels: [number, boolean][] = [];
  readonly #machine: FakeMachine;

  constructor(options: HostCallsOptions) {
    this.device = hostCalls(options);
    const memory = [
      { base: 0, size: RAM_END },
      { base: ROM, size: 4096, readonly: true },
    ];
    this.#machine = new FakeMachine(this.device, { memory });
    this.attach({
      id: 'pic',
      type: 'test',
      attach: (context) => {
        context.claimInterrupts({ setLine: (line, level) => this.levels.push([line, level]), acknowledge: () => 0 });
      },
    });
  }

  attach(device: Device): void {
    this.#machine.attach(device);
  }

  get ports(): PortBus {
    return this.#machine.ports;
  }

  get memory(): GuestMemory {
    return this.#machine.memory;
  }

  get clock(): FakeClock {
    return this.#machine.clock;
  }

  /** The messages that were logged. */
  get log(): string[] {
    return this.#machine.log.map(({ message }) => message);
  }

  get metrics(): Record<string, number> {
    return this.#machine.metrics.values();
  }

  /** Writes a name, a request and a block into memory, as a guest would. */
  prepare(name: string, request = '', block: Partial<Block> = {}, at = BLOCK): void {
    const encoder = new TextEncoder();
    const [nameBytes, requestBytes] = [encoder.encode(name), encoder.encode(request)];
    this.memory.write(NAME, nameBytes);
    this.memory.write(REQUEST, requestBytes);
    const words = {
      name: NAME,
      nameLength: nameBytes.length,
      request: REQUEST,
      requestLength: requestBytes.length,
      response: RESPONSE,
      capacity: 256,
      ...block,
    };
    const { name: n, nameLength, request: r, requestLength, response, capacity } = words;
    [n, nameLength, r, requestLength, response, capacity, 0xdead, 0xdead].forEach((word, i) => {
      this.memory.writeU32(at + 4 * i, word);
    });
  }

  /** Rings for the block at an address. @returns what the RESULT register reads then */
  ring(address = BLOCK): number {
    this.ports.write(PORT, 4, address);
    this.ports.write(PORT + 4, 1, 0);
    return this.ports.read(PORT + 4, 1);
  }

  /** A whole call. */
  call(name: string, request = '', block: Partial<Block> = {}): Ended {
    this.prepare(name, request, block);
    return { result: this.ring(), ...this.ended() };
  }

  /** What the block says now. */
  ended(at = BLOCK): Omit<Ended, 'result'> {
    const length = this.memory.readU32(at + 0x18);
    const shown = this.memory.read(this.memory.readU32(at + 0x10), Math.min(length, this.memory.readU32(at + 0x14)));
    return { status: this.memory.readU32(at + 0x1c), length, text: new TextDecoder().decode(shown) };
  }
}

/** Lets promises that are settled be seen. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** What a call that was refused looks like: the same in register and block. */
export function refused(status: HostCallStatus, length = 0): Partial<Ended> {
  return { result: status, status, length };
}

/** A function whose calls finish when told. */
export function slow(): {
  call: (request: Uint8Array) => Promise<string>;
  readonly requests: string[];
  finish(text: string): Promise<void>;
  fail(error: unknown): Promise<void>;
} {
  const waiting: { resolve: (text: string) => void; reject: (error: unknown) => void }[] = [];
  const requests: string[] = [];
  return {
    requests,
    call: (request) => {
      requests.push(new TextDecoder().decode(request));
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    finish: (text) => {
      waiting.shift()?.resolve(text);
      return settled();
    },
    fail: (error) => {
      waiting.shift()?.reject(error);
      return settled();
    },
  };
}

export const S: typeof HOST_CALL_STATUS = HOST_CALL_STATUS;
