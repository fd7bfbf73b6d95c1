import type { PciBarSpec, PciFunctionSpec } from '../pci-types.ts';
import { registersOf } from './check-spec.ts';
import { ConfigSpace } from './config-space.ts';
import {
  BAR_PORTS,
  BAR_PREFETCHABLE,
  BAR0,
  CACHE_LINE_SIZE,
  CAPABILITIES,
  CLASS_CODE,
  COMMAND,
  COMMAND_WRITABLE,
  DEVICE_ID,
  HEADER_TYPE,
  INTERRUPT_LINE,
  INTERRUPT_PIN,
  MULTIFUNCTION,
  REVISION,
  ROM_BAR,
  ROM_ENABLE,
  STATUS,
  STATUS_CAPABILITIES,
  STATUS_ERRORS,
  STATUS_TIMING,
  SUBSYSTEM_ID,
  SUBSYSTEM_VENDOR_ID,
  VENDOR_ID,
} from './header.ts';

/**
 * The configuration registers of a function. That the low bits of a base address register cannot be written is what tells
 * a guest its size, once it has written all ones.
 * @param romSize addresses of the expansion ROM, 0 if there is none
 */
export function defineConfig(spec: PciFunctionSpec, romSize: number): ConfigSpace {
  const config = new ConfigSpace();
  const { capabilities, subsystemVendorId = 0, subsystemId = 0 } = spec;
  config.define(VENDOR_ID, 2, spec.vendorId);
  config.define(DEVICE_ID, 2, spec.deviceId);
  config.define(COMMAND, 2, spec.command ?? 0, COMMAND_WRITABLE);
  const status = STATUS_TIMING | (capabilities === undefined ? 0 : STATUS_CAPABILITIES);
  config.define(STATUS, 2, status, 0, STATUS_ERRORS);
  config.define(REVISION, 1, spec.revision ?? 0);
  config.define(CLASS_CODE, 3, spec.classCode);
  config.define(CACHE_LINE_SIZE, 1, 0, 0xff);
  config.define(HEADER_TYPE, 1, spec.multifunction ? MULTIFUNCTION : 0);
  spec.bars?.forEach((bar, n) => {
    if (bar !== undefined) config.define(BAR0 + 4 * n, 4, barType(bar), ~(bar.size - 1));
  });
  config.define(SUBSYSTEM_VENDOR_ID, 2, subsystemVendorId);
  config.define(SUBSYSTEM_ID, 2, subsystemId);
  if (romSize > 0) config.define(ROM_BAR, 4, 0, ~(romSize - 1) | ROM_ENABLE);
  config.define(CAPABILITIES, 1, capabilities ?? 0);
  config.define(INTERRUPT_LINE, 1, 0, spec.interruptPin === undefined ? 0 : 0xff);
  config.define(INTERRUPT_PIN, 1, spec.interruptPin ?? 0);
  for (const { offset, initial, writable } of registersOf(spec)) {
    for (let i = 0; i < initial.length; i++) config.define(offset + i, 1, initial[i], writable[i]);
  }
  return config;
}

function barType(bar: PciBarSpec): number {
  return bar.space === 'port' ? BAR_PORTS : bar.prefetchable ? BAR_PREFETCHABLE : 0;
}
