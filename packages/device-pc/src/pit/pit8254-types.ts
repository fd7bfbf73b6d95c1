import type { Device, DeviceState } from '@picovm/core';
import type { OnSpeaker } from './speaker.ts';

/** What `pit8254` takes. */
export interface Pit8254Options {
  /** Unique in its VM. Default `pit`. */
  readonly id?: string;
  /** The interrupt line of counter 0, 0 to 23. Default 0. */
  readonly irq?: number;
  /** Called with the frequency of the speaker's tone in Hz whenever that changes; 0: silence. */
  readonly onSpeaker?: OnSpeaker;
}

/** The three timers of a PC (Intel 8254), with port 61h. */
export interface Pit8254 extends Device {
  /** Always `pit8254`. */
  readonly type: 'pit8254';
  /** All counters are in mode 0, and wait for a count. */
  reset(): void;
  /** All counters with their latches, port 61h, and when the next interrupt comes. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of the timers */
  restore(state: DeviceState): void;
  /** Leaves no alarm behind. */
  dispose(): void;
}
