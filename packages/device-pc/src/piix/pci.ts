import type { AccessSize, DeviceContext, DeviceState, IrqLine, PortHandler } from '@picovm/core';

/** A range of ports that the chip's own registers place. */
export interface PciPortRange {
  /** Always ports. */
  readonly space: 'port';
  /** Ports. */
  readonly size: number;
  /** What answers them. */
  readonly handler: PortHandler;
  /** What it is for, in address maps. */
  readonly label?: string;
}

/** What the chips of the PIIX family say of a function. The types here are those of `@picovm/device-pci`, as far as it goes. */
export interface PciFunctionSpec {
  /** Who it is in messages. */
  readonly name?: string;
  /** Slot, 0 to 31. */
  readonly device: number;
  /** 0 to 7. */
  readonly function?: number;
  /** 16 bits. */
  readonly vendorId: number;
  /** 16 bits. */
  readonly deviceId: number;
  /** 24 bits. */
  readonly classCode: number;
  /** 8 bits. */
  readonly revision?: number;
  /** 16 bits. */
  readonly subsystemVendorId?: number;
  /** 16 bits. */
  readonly subsystemId?: number;
  /** 1 to 4. */
  readonly interruptPin?: 1 | 2 | 3 | 4;
  /** Whether the header says that the slot has several functions. */
  readonly multifunction?: boolean;
  /** The command register after a reset. */
  readonly command?: number;
  /** Configuration registers from 0x40 on. */
  readonly registers?: { readonly offset: number; readonly initial: Uint8Array; readonly writable: Uint8Array };
  /** Called after a guest has written configuration registers. */
  onConfigWrite?(offset: number, length: number): void;
}

/** A range that is answered where it was placed last. */
export interface PciPlace {
  /** Moves it to `base`; undefined: nobody answers. */
  place(base: number | undefined): void;
}

/** A function that is plugged in. */
export interface PciFunction {
  /** Its interrupt pin. */
  readonly intx: IrqLine;
  /** A configuration register. */
  readConfig(offset: number, size: AccessSize): number;
  /** A range that registers of its own place. */
  range(spec: PciPortRange): PciPlace;
  /** All configuration registers as at first. */
  reset(): void;
  /** All configuration registers. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` */
  restore(state: unknown): void;
}

/** The PCI bus, as `pciBus` of `@picovm/device-pci` makes it. */
export interface PciBus {
  /** Puts a function into its slot. */
  plug(spec: PciFunctionSpec, context: DeviceContext): PciFunction;
  /** Tells of the lines PIRQA# to PIRQD#, 0 to 3. */
  connectPirqs(listener: (pirq: number, level: boolean) => void): void;
}

/** Where the configuration registers of a chip of its own begin. */
export const FIRST_REGISTER = 0x40;

/** Registers 0x40 to 0xFF that hold 0 and cannot be written. */
export function noRegisters(): {
  readonly offset: number;
  readonly initial: Uint8Array;
  readonly writable: Uint8Array;
} {
  const length = 0x100 - FIRST_REGISTER;
  return { offset: FIRST_REGISTER, initial: new Uint8Array(length), writable: new Uint8Array(length) };
}
