import type { Clock, StateReader } from '@picovm/core';
import { ByteQueue, QUEUE_SIZE } from './byte-queue.ts';

/**
 * Nanoseconds from when the guest took a byte to when the next one comes. A PS/2 line carries a byte in about a
 * millisecond, and programs count on it: an interrupt handler reads port 60h, and so does the handler that it calls next.
 */
const DATA_TIME = 1_000_000;
/** The same for answers to commands, which programs wait for in loops: there is nothing to lose. */
const RESPONSE_TIME = 100_000;

/** What a PS/2 device has to say: answers to commands first, and then what happened to it. */
export class Ps2Output {
  readonly responses: ByteQueue = new ByteQueue();
  readonly data: ByteQueue = new ByteQueue();
  /** Whether the controller's output buffer holds a byte of this device. */
  outstanding = false;
  /** The byte that it sent last, for who wants it again. */
  last = 0;
  #clock: Clock | undefined;
  /** When `data` may go on, in nanoseconds of guest time. */
  #readyAt = 0;

  attach(clock: Clock): void {
    this.#clock = clock;
  }

  respond(byte: number): void {
    this.responses.push(byte);
  }

  /** Whether everything was sent, and read by the guest. */
  get idle(): boolean {
    return this.responses.length === 0 && this.data.length === 0 && !this.outstanding;
  }

  /** When the next byte can be sent, in nanoseconds of guest time; Infinity if there is none. */
  get nextAt(): number {
    if (this.responses.length > 0) return this.#readyAt - (DATA_TIME - RESPONSE_TIME);
    return this.data.length > 0 ? this.#readyAt : Number.POSITIVE_INFINITY;
  }

  /** Sends the next byte. Only if there is one. */
  take(): number {
    this.last = (this.responses.length > 0 ? this.responses : this.data).shift();
    return this.last;
  }

  /** The guest has read the byte that was sent last. */
  wasRead(): void {
    this.outstanding = false;
    if (this.#clock !== undefined) this.#readyAt = this.#clock.now() + DATA_TIME;
  }

  reset(): void {
    this.responses.clear();
    this.data.clear();
    this.outstanding = false;
    this.last = 0;
    this.#readyAt = 0;
  }

  save(name: string): Record<string, unknown> {
    return {
      [`${name}Responses`]: this.responses.bytes(),
      [`${name}Data`]: this.data.bytes(),
      [`${name}Last`]: this.last,
      [`${name}Settling`]: Math.max(0, this.#readyAt - this.#now()),
    };
  }

  /** Checks a state. @returns what takes it */
  read(name: string, reader: StateReader): () => void {
    const responses = reader.bytes(`${name}Responses`, QUEUE_SIZE);
    const data = reader.bytes(`${name}Data`, QUEUE_SIZE);
    const last = reader.integer(`${name}Last`, 0xff);
    const settling = reader.integer(`${name}Settling`, DATA_TIME);
    return () => {
      this.responses.load(responses);
      this.data.load(data);
      this.last = last;
      this.#readyAt = this.#now() + settling;
    };
  }

  #now(): number {
    return this.#clock?.now() ?? 0;
  }
}
