import { type DeviceFactory, defineDevice, type FunctionOption } from '@picovm/core';
import { Pit8254Device } from './pit8254-device.ts';
import type { Pit8254, Pit8254Options } from './pit8254-types.ts';
import type { OnSpeaker } from './speaker.ts';

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
