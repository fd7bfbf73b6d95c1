import { type DeviceFactory, defineDevice, type ObjectOption } from '@picovm/core';
import type { PciBus } from './pci.ts';
import type { Piix4Pm, Piix4PmOptions } from './piix4-pm-types.ts';
import { Piix4PmDevice } from './pm/piix4-pm-device.ts';

/**
 * Makes the power management function of a PIIX4, 8086:7113, function 3 of slot 1: PM1 event and control registers and the
 * timer where PMBASE says, general purpose events at 0xAFE0, APM control and status at 0xB2, an SMBus with nobody on it.
 * Metrics: `powerButtons`, `sleepsIgnored`, `pciOverlaps`.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is wrong
 */
export const piix4Pm: DeviceFactory<Piix4PmOptions, Piix4Pm> = /* @__PURE__ */ defineDevice({
  type: 'piix4-pm',
  apiVersion: 1,
  description: 'the power management of an Intel PIIX4: ACPI power-off, power button, timer',
  options: {
    pci: { type: 'object', required: true, description: 'the PCI bus' } as ObjectOption<PciBus> & {
      readonly required: true;
    },
    irq: { type: 'integer', min: 0, max: 23, default: 9, description: 'line of the system control interrupt' },
    pmBase: {
      ...{ type: 'integer', min: 0, max: 0xffc0, multipleOf: 64, default: 0, hex: true },
      description: 'first of the 64 power management ports after a reset; 0: firmware places them',
    },
  },
  ranges: [
    { space: 'port', base: 0xafe0, length: 4, width: { max: 1 }, label: 'general purpose events' },
    { space: 'port', base: 0xb2, length: 2, width: { max: 1 }, label: 'APM control' },
  ],
  irqs: [{ option: 'irq' }],
  create: (options, place) => new Piix4PmDevice(options, place),
});
