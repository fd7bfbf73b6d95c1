import type { Device, DeviceState } from '@picovm/core';

/** What `dma8237` takes. */
export interface Dma8237Options {
  /** Unique in its VM. Default `dma`. */
  readonly id?: string;
  /** Called with each byte that the guest writes to port 80h, where firmware tells how far it is. */
  readonly onPostCode?: (code: number) => void;
}

/** A DMA channel, as the device that uses it sees it: what it offers or asks for is moved at once. */
export interface DmaChannel {
  /**
   * From the device to memory. The guest has programmed a write (or a verify, which counts and moves nothing).
   * @returns how many bytes were taken: fewer when the count ends, none if the channel is masked or in another mode
   */
  write(data: Uint8Array): number;
  /**
   * From memory to the device. The guest has programmed a read (or a verify: then `out` stays as it is).
   * @returns how many bytes of `out` count
   */
  read(out: Uint8Array): number;
  /** Whether the last call came to the end of the count. */
  readonly terminalCount: boolean;
}

/** The numbers of the channels that devices can have. Channel 4 connects the controllers. */
export type DmaChannelNumber = 0 | 1 | 2 | 3 | 5 | 6 | 7;

/** The two 8237A DMA controllers of a PC with their page registers. */
export interface Dma8237 extends Device {
  /** Always `dma8237`. */
  readonly type: 'dma8237';
  /**
   * A channel: 0 to 3 move bytes, 5 to 7 words of 16 bits.
   * @throws VmError `ERR_INVALID_ARGUMENT` if it is none
   */
  channel(n: DmaChannelNumber): DmaChannel;
  /** As after power-on: all channels masked. */
  reset(): void;
  /** All registers. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of a DMA controller */
  restore(state: DeviceState): void;
}
