import { type Device, type DeviceFactory, type DeviceState, defineDevice } from '@picovm/core';
import { BiosDevice } from './bios-device.ts';
import type { BiosConnection } from './connection.ts';

/** What `bios` takes. */
export interface BiosOptions {
  /** Unique in its VM. Default `bios`. */
  readonly id?: string;
  /** The line that POST prints; empty: none. Default `Picovm BIOS`. */
  readonly banner?: string;
}

/** A BIOS: the ROM, and the port by which its stubs call the host. */
export interface Bios extends Device {
  /** Always `bios`. */
  readonly type: 'bios';
  /** 64 KiB, which the machine copies to F0000h (RAM) and to the top of 4 GiB (read-only) at load and at reset. */
  readonly rom: Uint8Array;
  /**
   * Gives it what a device cannot see: the VM with its vCPU, drives, memory. Once the VM is made, and before it runs. Calls that
   * come before do nothing. Called again it replaces all of it.
   * @throws VmError `ERR_INVALID_ARGUMENT` before the device is in a VM, for two drives of the same number, or a geometry that
   *   there cannot be
   */
  connect(connection: BiosConnection): void;
  /**
   * Whether a key that is typed now is kept: not while the keyboard buffer is full and the guest is in real mode. For the
   * option `mayType` of `i8042` of `@picovm/device-pc`: texts of any length then reach programs that take their time.
   */
  mayType(): boolean;
  /** Transfers that are not done are forgotten. The next POST sets up memory and chips. */
  reset(): void;
  /** Version 1: nothing but memory has a state. Transfers that are not done are started again after `restore`. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of version 1 */
  restore(state: DeviceState): void;
  /** Leaves the VM. */
  dispose(): void;
}

/**
 * Makes a BIOS. Metrics: `calls` (of stubs), `failures` (services that the host failed, with an error in the log).
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is none, or of another type
 */
export const bios: DeviceFactory<BiosOptions, Bios> = /* @__PURE__ */ defineDevice({
  type: 'bios',
  apiVersion: 1,
  description: 'a small PC BIOS: stubs in ROM whose services are done by the host',
  options: {
    banner: { type: 'string', default: 'Picovm BIOS', description: 'what POST prints; empty: nothing' },
  },
  // Port E4h, and its neighbours: a wide access that touches it is one, and not a row of calls.
  ranges: [{ space: 'port', base: 0xe1, length: 7, label: 'BIOS services' }],
  create: (options, { ranges: [range] }) => new BiosDevice(options, range),
});
