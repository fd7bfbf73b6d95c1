import { VmError } from '@picovm/core';
import type { PciFunctionSpec, PciRegisters } from '../pci-types.ts';
import { BARS, CONFIG_SIZE, DEVICE_SPECIFIC } from './header.ts';

const SMALLEST = { port: 4, mmio: 16 } as const;
const LARGEST = { port: 0x1_0000, mmio: 2 ** 31 } as const;
const LARGEST_ROM = 2 ** 24;

/** What messages call a function: its name, or its vendor and device id. */
export function nameOf({ name, vendorId, deviceId }: PciFunctionSpec): string {
  return name ?? `${hex4(vendorId)}:${hex4(deviceId)}`;
}

/** The blocks of registers of a spec. */
export function registersOf({ registers = [] }: PciFunctionSpec): readonly PciRegisters[] {
  return 'offset' in registers ? [registers] : registers;
}

/** @throws VmError `ERR_INVALID_ARGUMENT` naming the function and what of it cannot be */
export function checkSpec(spec: PciFunctionSpec): void {
  const refuse = (problem: string): never => {
    throw new VmError('ERR_INVALID_ARGUMENT', `the PCI function ${nameOf(spec)} ${problem}`, { name: nameOf(spec) });
  };
  const check = (field: string, value: number, max: number, min = 0): void => {
    if (Number.isInteger(value) && value >= min && value <= max) return;
    refuse(`has the ${field} ${value}, which must be an integer from ${min} to 0x${max.toString(16)}`);
  };
  const { vendorId, deviceId, classCode, revision = 0, bars = [], interruptPin = 1, expansionRom } = spec;
  const { subsystemVendorId = 0, subsystemId = 0, command = 0, capabilities = DEVICE_SPECIFIC } = spec;
  check('vendorId', vendorId, 0xfffe);
  check('deviceId', deviceId, 0xffff);
  check('device', spec.device, 31);
  check('function', spec.function ?? 0, 7);
  check('classCode', classCode, 0xff_ffff);
  check('revision', revision, 0xff);
  check('subsystemVendorId', subsystemVendorId, 0xffff);
  check('subsystemId', subsystemId, 0xffff);
  check('interruptPin', interruptPin, 4, 1);
  check('command', command, 0xffff);
  check('capabilities', capabilities, 0xfc, DEVICE_SPECIFIC);
  if (bars.length > BARS) refuse(`has ${bars.length} base address registers, and there is room for ${BARS}`);
  bars.forEach((bar, n) => {
    if (bar === undefined) return;
    const [min, max] = [SMALLEST[bar.space], LARGEST[bar.space]];
    if (min === undefined) refuse(`has a BAR ${n} in the space '${bar.space}': there are port and mmio`);
    if (!(bar.size >= min && bar.size <= max && Number.isInteger(Math.log2(bar.size)))) {
      refuse(`has a BAR ${n} of ${bar.size} addresses, which must be a power of two from ${min} to ${max}`);
    }
  });
  if (expansionRom !== undefined && !(expansionRom instanceof Uint8Array && expansionRom.length <= LARGEST_ROM)) {
    refuse(`has an expansionRom that is no Uint8Array of at most ${LARGEST_ROM} bytes`);
  }
  for (const { offset, initial, writable } of registersOf(spec)) {
    check('register', offset, CONFIG_SIZE - 1, DEVICE_SPECIFIC);
    if (!(initial instanceof Uint8Array) || !(writable instanceof Uint8Array) || initial.length !== writable.length) {
      refuse(`has registers at 0x${offset.toString(16)} without as many bytes in writable as in initial`);
    }
    if (offset + initial.length > CONFIG_SIZE) refuse(`has registers at 0x${offset.toString(16)} that end beyond 0xff`);
  }
}

function hex4(value: number): string {
  return Number(value).toString(16).padStart(4, '0');
}
