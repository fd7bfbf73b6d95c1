import type { Device, DeviceState } from '@picovm/core';
import type { PciBus } from './pci.ts';

/** What `piix4Pm` takes. */
export interface Piix4PmOptions {
  /** Unique in its VM. Default `piix4-pm`. */
  readonly id?: string;
  /** The bus, which comes before it in the VM's `devices`. */
  readonly pci: PciBus;
  /** The line of the system control interrupt, 0 to 23. Default 9. */
  readonly irq?: number;
  /**
   * Where the power management ports are after a reset, already enabled, for a machine whose firmware does not place them:
   * 0x600 is usual. A multiple of 64. Default 0: nowhere, until firmware places them.
   */
  readonly pmBase?: number;
}

/** The power management function of a PIIX4: what ACPI talks to. */
export interface Piix4Pm extends Device {
  /** Always `piix4-pm`. */
  readonly type: 'piix4-pm';
  /** Presses the power button: a guest with ACPI shuts itself down then; one without does not notice. */
  powerButton(): void;
  /** All registers as at power-up. */
  reset(): void;
  /** All registers. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if `snapshot` cannot have given it */
  restore(state: DeviceState): void;
}
