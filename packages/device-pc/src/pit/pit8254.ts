import { type Device, type DeviceFactory, type DeviceState, defineDevice, type FunctionOption } from '@picovm/core';
import { Pit8254Device } from './pit8254-device.ts';
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

/**
 * Makes the timers of a PC, at their ports 40h to 43h, and port 61h. Metrics: `ticks` (interrupts of counter 0), `lostTicks`
 * (those of its edges that were taken together with others, or that a late host passed over), `hostErrors` (how often
 * `onSpeaker` failed).
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export const pit8254: DeviceFactory<Pit8254Options, Pit8254> = /* @__PURE__ */ defineDevice({
  type: 'pit8254',
  apiVersion: 1,
  description: 'the 8254 timers of a PC, and its system control port 61h',
  defaultId: 'pit',
  options: {
    irq: { type: 'integer', min: 0, max: 23, default: 0, description: 'the interrupt line of counter 0' },
    onSpeaker: {
      type: 'function',
      description: 'takes the frequency of the speaker in Hz, 0 for silence',
    } as FunctionOption<OnSpeaker>,
  },
  ranges: [
    { space: 'port', base: 0x40, length: 4, width: { max: 1 }, label: '8254 timers' },
    { space: 'port', base: 0x61, length: 1, width: { max: 1 }, label: 'system control port B' },
  ],
  irqs: [{ option: 'irq' }],
  create: (options, place) => new Pit8254Device(options, place),
});
