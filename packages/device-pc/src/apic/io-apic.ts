import { type DeviceFactory, defineDevice, type ObjectOption } from '@picovm/core';
import type { IoApic, IoApicOptions } from './apic-types.ts';
import { IoApicDevice } from './io-apic-device.ts';

/**
 * Makes an I/O APIC with 24 pins, at FEC00000h. Interrupt line 0, the timer of a PC, is at pin 2; lines 1 and 3 to 23 at the pins of
 * their numbers. Metrics: `messages` (that a local APIC took), `refused` (that none took).
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is missing or out of its range
 */
export const ioApic: DeviceFactory<IoApicOptions, IoApic> = /* @__PURE__ */ defineDevice({
  type: 'io-apic',
  apiVersion: 1,
  description: 'an 82093AA I/O APIC with 24 pins',
  defaultId: 'ioapic',
  options: {
    base: {
      ...{ type: 'integer', min: 0, max: 0xffffff00, multipleOf: 256, default: 0xfec00000, hex: true },
      description: 'first of its 256 addresses',
    },
    apic: { type: 'object', required: true, description: 'the local APIC that it sends to' } as ObjectOption<
      IoApicOptions['apic']
    > & { readonly required: true },
  },
  ranges: [
    { space: 'mmio', base: { option: 'base' }, length: 0x100, width: { min: 4, max: 4 }, label: '82093AA I/O APIC' },
  ],
  create: (options, place) => new IoApicDevice(options, place.ranges[0]),
});
