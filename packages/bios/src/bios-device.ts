import {
  type Counter,
  type DeviceContext,
  type DeviceState,
  type PlacedRange,
  type PortHandler,
  StateReader,
  VmError,
} from '@picovm/core';
import { endPolls } from './clock/idle-polls.ts';
import type { BiosConnection } from './connection.ts';
import { Guest } from './guest/guest.ts';
import { isKeyBufferFull } from './keyboard/key-buffer.ts';
import { post } from './post/post.ts';
import { romImage } from './rom/rom-image.ts';
import { ACTIVE_SERVICES, POST_SERVICE, SERVICES } from './services.ts';

const VERSION = 1;
/** Port E4h, from the first of the range on: what is written to the others does nothing. */
const SERVICE_PORT = 3;

/** What `bios` makes. */
export class BiosDevice implements PortHandler {
  readonly type = 'bios';
  readonly id: string;
  readonly rom: Uint8Array = romImage();
  readonly #banner: string;
  readonly #range: PlacedRange;
  #context: DeviceContext | undefined;
  #guest: Guest | undefined;
  #calls: Counter | undefined;
  #failures: Counter | undefined;
  /** A service is at work. It may write to a port that the guest has named, such as that of COM1: this one is none. */
  #serves = false;

  constructor({ id, banner }: { readonly id: string; readonly banner: string }, range: PlacedRange) {
    this.id = id;
    this.#banner = banner;
    this.#range = range;
  }

  attach(context: DeviceContext): void {
    this.#context = context;
    this.#calls = context.metrics.counter('calls');
    this.#failures = context.metrics.counter('failures');
    context.claimPorts(this.#range, this);
  }

  connect(connection: BiosConnection): void {
    if (this.#context === undefined) {
      throw new VmError('ERR_INVALID_ARGUMENT', `${this.id} is connected before it is in a VM: make the VM first`);
    }
    this.#guest = new Guest(connection, this.#context);
  }

  mayType(): boolean {
    return this.#guest === undefined || !isKeyBufferFull(this.#guest.connection.vm);
  }

  /** Nothing is there to be read. */
  read(): number {
    return 0xff;
  }

  /** A stub calls. What is written does not matter: the number of the service is on the guest's stack. */
  write(offset: number, size: number): void {
    const guest = this.#guest;
    if (guest === undefined || offset !== SERVICE_PORT || size !== 1 || this.#serves) return;
    this.#serves = true;
    if (this.#calls !== undefined) this.#calls.value++;
    try {
      const service = guest.enter();
      if (service === POST_SERVICE) post(guest, this.rom, this.#banner);
      else SERVICES.get(service)?.(guest);
      if (ACTIVE_SERVICES.has(service)) endPolls(guest);
      guest.leave();
    } catch (error) {
      // A service that throws is a mistake of ours: the guest goes on, and its registers are as they were.
      if (this.#failures?.value === 0) this.#context?.log.error(`a service failed: ${error}`);
      if (this.#failures !== undefined) this.#failures.value++;
    } finally {
      this.#serves = false;
    }
  }

  /** No stub calls by REP OUTS: a guest that does so makes one call, or thousands would come in the middle of an instruction. */
  writeBlock(offset: number, size: number): void {
    this.write(offset, size);
  }

  reset(): void {
    this.#guest?.transfers.clear();
  }

  snapshot(): DeviceState {
    return { version: VERSION };
  }

  restore(state: DeviceState): void {
    new StateReader(this.id, state, VERSION);
    this.#guest?.transfers.clear();
  }

  dispose(): void {
    this.#guest?.transfers.clear();
    this.#guest = undefined;
  }
}
