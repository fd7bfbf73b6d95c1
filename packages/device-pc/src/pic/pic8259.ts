import { type DeviceFactory, defineDevice, type ObjectOption } from '@picovm/core';
import type { LocalApic } from '../apic/apic-types.ts';
import { Pic8259Device } from './pic8259-device.ts';
import type { Pic8259, Pic8259Options } from './pic8259-types.ts';

/**
 * Makes the interrupt controllers of a PC, at their ports 20h, A0h and 4D0h. Metrics: `interrupts` (acknowledge cycles),
 * `spurious` (those for which no input asked any more).
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is none
 */
export const pic8259: DeviceFactory<Pic8259Options, Pic8259> = /* @__PURE__ */ defineDevice({
  type: 'pic8259',
  apiVersion: 1,
  description: 'the two 8259A interrupt controllers of a PC',
  defaultId: 'pic',
  options: {
    apic: { type: 'object', description: 'the local APIC that its output leads to' } as ObjectOption<
      Pick<LocalApic, 'connectPic'>
    >,
  },
  ranges: [
    { space: 'port', base: 0x20, length: 2, width: { max: 1 }, label: '8259A master' },
    { space: 'port', base: 0xa0, length: 2, width: { max: 1 }, label: '8259A slave' },
    { space: 'port', base: 0x4d0, length: 2, width: { max: 1 }, label: 'edge/level control' },
  ],
  create: (options, place) => new Pic8259Device(options, place),
});
