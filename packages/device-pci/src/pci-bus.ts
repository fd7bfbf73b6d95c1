import {
  type Device,
  type DeviceFactory,
  type DeviceState,
  defineDevice,
  type ObjectOption,
  VmError,
} from '@picovm/core';
import { PciBusDevice } from './bus/pci-bus-device.ts';
import type { PciBus } from './pci-types.ts';

/** Interrupt lines for PIRQA# to PIRQD#. */
export type PirqRoutes = readonly [number, number, number, number];

/** What `pciBus` takes. */
export interface PciBusOptions {
  /** Unique in its VM. Default `pci`. */
  readonly id?: string;
  /** Where PIRQA# to PIRQD# lead, each 0 to 23, if no chipset routes them. Default: nowhere, until one does. */
  readonly irqs?: PirqRoutes | undefined;
}

/** A PCI bus that devices plug into. */
export interface PciBusHost extends Device, PciBus {
  /** Always `pci-bus`. */
  readonly type: 'pci-bus';
  /** The address register and the reset control register to 0. */
  reset(): void;
  /** Both registers. What the functions have in theirs belongs to their devices. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if `snapshot` cannot have given it */
  restore(state: DeviceState): void;
}

/**
 * Makes a PCI bus, number 0 and the only one, with configuration mechanism #1 at the ports 0xCF8 to 0xCFF, and the reset
 * control register of the PIIX3 at 0xCF9. Devices that plug in come after it in the VM's `devices`.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export const pciBus: DeviceFactory<PciBusOptions, PciBusHost> = /* @__PURE__ */ defineDevice({
  type: 'pci-bus',
  apiVersion: 1,
  description: 'a PCI bus with configuration mechanism #1, which other devices plug into',
  defaultId: 'pci',
  options: {
    irqs: {
      type: 'object',
      description: 'interrupt lines for PIRQA# to PIRQD#, as a list of four, if no chipset routes them',
    } as ObjectOption<PirqRoutes>,
  },
  ranges: [{ space: 'port', base: 0xcf8, length: 8, label: 'PCI configuration' }],
  create({ id, irqs }, place) {
    const isLine = (n: unknown): boolean => Number.isInteger(n) && (n as number) >= 0 && (n as number) <= 23;
    if (irqs !== undefined && !(Array.isArray(irqs) && irqs.length === 4 && irqs.every(isLine))) {
      throw new VmError('ERR_INVALID_ARGUMENT', `${id}: irqs must be a list of four interrupt lines, each 0 to 23`);
    }
    return new PciBusDevice(id, place, irqs);
  },
});
