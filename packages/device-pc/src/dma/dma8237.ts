import {
  type DeviceContext,
  type DeviceFactory,
  type DevicePlace,
  type DeviceState,
  defineDevice,
  type FunctionOption,
  type GuestMemory,
  StateReader,
  VmError,
} from '@picovm/core';
import { HostCallback } from '../ports/host-callback.ts';
import { Channel } from './channel.ts';
import { DmaController } from './dma-controller.ts';
import type { Dma8237, Dma8237Options, DmaChannel } from './dma-types.ts';

const VERSION = 1;
const PAGES = 16;
const POST_CODE = 0;
/** Where among the ports from 80h on the page register of each channel is; channel 4 has none. */
const PAGE_OF_CHANNEL = [0x7, 0x3, 0x1, 0x2, -1, 0xb, 0x9, 0xa];

/**
 * Makes the two 8237A DMA controllers of a PC, with the page registers at 80h to 8Fh: those that belong to no channel, port
 * 80h among them, are read as they were written. Metrics: `hostErrors`.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is none
 */
export const dma8237: DeviceFactory<Dma8237Options, Dma8237> = /* @__PURE__ */ defineDevice({
  type: 'dma8237',
  apiVersion: 1,
  description: 'two 8237A DMA controllers with their page registers, as in a PC',
  defaultId: 'dma',
  options: {
    onPostCode: { type: 'function', description: 'takes what the guest writes to port 80h' } as FunctionOption<
      (code: number) => void
    >,
  },
  ranges: [
    { space: 'port', base: 0x00, length: 16, width: { max: 1 }, label: 'DMA channels 0 to 3' },
    { space: 'port', base: 0x80, length: PAGES, width: { max: 1 }, label: 'DMA page registers' },
    { space: 'port', base: 0xc0, length: 32, width: { max: 1 }, label: 'DMA channels 4 to 7' },
  ],
  create: ({ id, onPostCode }, place) => new Dma8237Device(id, onPostCode, place),
});

class Dma8237Device implements Dma8237 {
  readonly type = 'dma8237';
  readonly id: string;
  readonly #place: DevicePlace;
  readonly #postCode: HostCallback<number>;
  readonly #bytes = new DmaController();
  readonly #words = new DmaController();
  readonly #pages = new Uint8Array(PAGES);
  readonly #channels: readonly (Channel | undefined)[];
  #memory: GuestMemory | undefined;

  constructor(id: string, onPostCode: ((code: number) => void) | undefined, place: DevicePlace) {
    this.id = id;
    this.#place = place;
    this.#postCode = new HostCallback('onPostCode', onPostCode);
    this.#channels = PAGE_OF_CHANNEL.map((page, n) => {
      if (page < 0) return undefined;
      const pageOf = (): number => this.#pages[page];
      return new Channel(n < 4 ? this.#bytes : this.#words, n & 3, n < 4 ? 1 : 2, pageOf, () => this.#memory);
    });
  }

  channel(n: number): DmaChannel {
    const channel = this.#channels[n];
    if (channel !== undefined) return channel;
    throw new VmError('ERR_INVALID_ARGUMENT', `there is no DMA channel ${n} for a device: they are 0 to 3 and 5 to 7`, {
      n,
    });
  }

  attach(context: DeviceContext): void {
    const { ranges } = this.#place;
    this.#memory = context.memory;
    this.#postCode.attach(context.log, context.metrics.counter('hostErrors'));
    const [bytes, words] = [this.#bytes, this.#words];
    context.claimPorts(ranges[0], {
      read: (offset) => bytes.read(offset),
      write: (offset, _size, value) => bytes.write(offset, value),
    });
    context.claimPorts(ranges[1], {
      read: (offset) => this.#pages[offset],
      write: (offset, _size, value) => {
        this.#pages[offset] = value;
        if (offset === POST_CODE) this.#postCode.call(value);
      },
    });
    // The second controller is wired to the address lines from A1 on.
    context.claimPorts(ranges[2], {
      read: (offset) => words.read(offset >> 1),
      write: (offset, _size, value) => words.write(offset >> 1, value),
    });
  }

  reset(): void {
    this.#bytes.reset();
    this.#words.reset();
    this.#pages.fill(0);
    for (const channel of this.#channels) if (channel !== undefined) channel.terminalCount = false;
  }

  snapshot(): DeviceState {
    return { version: VERSION, ...this.#bytes.save('bytes'), ...this.#words.save('words'), pages: this.#pages.slice() };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const takes = [this.#bytes.loaded('bytes', reader), this.#words.loaded('words', reader)];
    const pages = reader.bytes('pages', PAGES, PAGES);
    for (const take of takes) take();
    this.#pages.set(pages);
  }
}
