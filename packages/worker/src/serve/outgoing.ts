import { sealed } from '../protocol/messages.ts';
import type { Port } from '../protocol/port.ts';

/** Bytes that may be under way to the host before the guest has to wait, and how few let it go on. */
const FULL = 1 << 20;
const ROOM = FULL / 2;
/** Bytes that cross in one message at most. */
const BATCH = 1 << 16;

/** The bytes on their way from the guest to the host: gathered, sent in order, and counted until the host took them. */
export class Outgoing {
  /** Called when the guest has to wait. */
  onFull: () => void = () => {};
  /** Called when it can go on. */
  onRoom: () => void = () => {};
  readonly #port: Port;
  readonly #batch = new Uint8Array(BATCH);
  #length = 0;
  /** Whose bytes the batch holds. */
  #name = '';
  /** Gathered or sent, and not yet taken. */
  #underWay = 0;
  #full = false;
  #flushPlanned = false;

  constructor(port: Port) {
    this.#port = port;
  }

  /** Whether the guest has to wait. */
  get full(): boolean {
    return this.#full;
  }

  /** Takes bytes of the guest. The array may be used again. */
  write(name: string, bytes: Uint8Array): void {
    if (name !== this.#name) this.flush();
    this.#name = name;
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + BATCH - this.#length);
      this.#batch.set(part, this.#length);
      this.#length += part.length;
      at += part.length;
      if (this.#length === BATCH) this.flush();
    }
    this.#underWay += bytes.length;
    this.#planFlush();
    if (!this.#full && this.#underWay >= FULL) {
      this.#full = true;
      this.onFull();
    }
  }

  /** Sends what was gathered. */
  flush(): void {
    if (this.#length === 0) return;
    const bytes = this.#batch.slice(0, this.#length);
    this.#length = 0;
    this.#port.post(sealed({ type: 'output', name: this.#name, bytes }), [bytes.buffer]);
  }

  /** The host has taken so many bytes. */
  taken(bytes: number): void {
    this.#underWay -= bytes;
    if (!this.#full || this.#underWay > ROOM) return;
    this.#full = false;
    this.onRoom();
  }

  // Microtasks run when the run loop waits for its next slice.
  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    queueMicrotask(() => {
      this.#flushPlanned = false;
      this.flush();
    });
  }
}
