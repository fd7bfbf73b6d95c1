import type { DeviceContext, PortHandler } from '@picovm/core';

/** What a PCI bus is told of the controller: the part of `PciFunctionSpec` of `@picovm/device-pci` that it uses. */
export interface IdeFunctionSpec {
  /** Who it is in messages. */
  readonly name?: string;
  /** Slot, 0 to 31. */
  readonly device: number;
  /** 0 to 7. */
  readonly function: number;
  /** 16 bits. */
  readonly vendorId: number;
  /** 16 bits. */
  readonly deviceId: number;
  /** 24 bits. */
  readonly classCode: number;
  /** By number: only base address register 4 is there. */
  readonly bars: readonly (
    | { readonly space: 'port'; readonly size: number; readonly handler: PortHandler; readonly label: string }
    | undefined
  )[];
  /** The timing registers. */
  readonly registers: { readonly offset: number; readonly initial: Uint8Array; readonly writable: Uint8Array };
  /** Called after a guest has written configuration registers. */
  onConfigWrite(offset: number, length: number): void;
}

/** The controller's place on the bus. */
export interface IdeFunction {
  /** Bit 2 of the command register. */
  readonly busMaster: boolean;
  /** All configuration registers as they were at first. */
  reset(): void;
  /** The configuration registers, as a part of the controller's state. */
  snapshot(): unknown;
  /** Takes what `snapshot` gave. @throws VmError `ERR_DEVICE_STATE` */
  restore(state: unknown): void;
}

/** A PCI bus, as far as the controller needs one: `pciBus()` of `@picovm/device-pci` makes one. */
export interface IdePciBus {
  /** Puts a function into its slot. @throws VmError `ERR_INVALID_ARGUMENT` */
  plug(spec: IdeFunctionSpec, context: DeviceContext): IdeFunction;
}
