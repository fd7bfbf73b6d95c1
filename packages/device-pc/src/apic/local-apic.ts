import { type DeviceFactory, defineDevice, type FunctionOption } from '@picovm/core';
import type { LocalApic, LocalApicOptions } from './apic-types.ts';
import { BASE_RESET } from './bits.ts';
import { LocalApicDevice } from './local-apic-device.ts';

/**
 * Makes the local APIC of a VM's processor, at FEE00000h until IA32_APIC_BASE says otherwise. It is the VM's interrupt controller; a
 * `pic8259` and `ioApic`s, which come before it in the VM's `devices`, join it by their option `apic`. Metrics: `interrupts` (acknowledge cycles), `spurious` (those for which
 * nothing asked), `ticks` (interrupts of the timer), `lostTicks` (ends of its count that were taken together with others),
 * `overlaps` (IA32_APIC_BASE put it where something else is), `hostErrors` (how often `onNmi` failed).
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export const localApic: DeviceFactory<LocalApicOptions, LocalApic> = /* @__PURE__ */ defineDevice({
  type: 'local-apic',
  apiVersion: 1,
  description: 'the local APIC of a processor, with its timer',
  defaultId: 'lapic',
  options: {
    apicId: { type: 'integer', min: 0, max: 254, default: 0, description: 'its APIC ID after a reset' },
    onNmi: { type: 'function', description: 'called for each non-maskable interrupt' } as FunctionOption<() => void>,
  },
  ranges: [{ space: 'mmio', base: BASE_RESET, length: 0x1000, width: { min: 4, max: 4 }, label: 'local APIC' }],
  create: (options, place) => new LocalApicDevice(options, place.ranges[0]),
});
