import type {
  AccessSize,
  AccessWidths,
  DeviceContext,
  DeviceState,
  IrqLine,
  MmioHandler,
  PortHandler,
} from '@picovm/core';

/** What all ranges say that are placed by a guest. */
export interface PlacedByGuest {
  /** Widths that the handler takes. Default 1 to 4 bytes. */
  readonly width?: AccessWidths;
  /** What the range is for, in address maps. Default: the device's id alone. */
  readonly label?: string;
  /** The handler need not see writes at once: see core's `RangeSpec`. Default false. */
  readonly coalesced?: boolean;
}

/** Where the accesses to a range go: ports, or physical addresses. */
export type PciSpace =
  | { readonly space: 'port'; readonly handler: PortHandler }
  | { readonly space: 'mmio'; readonly handler: MmioHandler };

/** A base address register: how many addresses the function decodes, and what answers them. */
export type PciBarSpec = PlacedByGuest &
  PciSpace & {
    /** A power of two: ports 4 to 65,536; physical addresses 16 to 2^31 (PCI 3.0, section 6.2.5.1). */
    readonly size: number;
    /** Reads have no side effects: bit 3 of the register of a range of physical addresses. Default false. */
    readonly prefetchable?: boolean;
  };

/** A range whose place registers of the device's own say, such as the PMBASE of a PIIX4. */
export type PciRangeSpec = PlacedByGuest &
  PciSpace & {
    /** Addresses, at least 1. */
    readonly size: number;
  };

/** A range that is answered where it was placed last. */
export interface PciRange {
  /** Moves it to `base`; undefined: nobody answers. Where something else is already, nobody answers either. */
  place(base: number | undefined): void;
}

/** Configuration registers that only this kind of function has. */
export interface PciRegisters {
  /** The first: 0x40 to 0xFF. */
  readonly offset: number;
  /** Their values after a reset. */
  readonly initial: Uint8Array;
  /** As long as `initial`: the bits that a guest can write. */
  readonly writable: Uint8Array;
}

/** What a device says of a function that it plugs in. */
export interface PciFunctionSpec {
  /** Who it is in messages; the id of the device. Default: vendor and device id. */
  readonly name?: string;
  /** Slot on the bus, 0 to 31. */
  readonly device: number;
  /** 0 to 7. Default 0. */
  readonly function?: number;
  /** 16 bits. */
  readonly vendorId: number;
  /** 16 bits. */
  readonly deviceId: number;
  /** 24 bits: base class, sub-class, programming interface, as in `0x010180` for an IDE controller. */
  readonly classCode: number;
  /** 8 bits. Default 0. */
  readonly revision?: number;
  /** 16 bits. Default 0. */
  readonly subsystemVendorId?: number;
  /** 16 bits. Default 0. */
  readonly subsystemId?: number;
  /** 1 to 4 for INTA# to INTD#. Default: it has none. */
  readonly interruptPin?: 1 | 2 | 3 | 4;
  /** Bit 7 of the header type is set although no other function is in the slot. Default: only if one is. */
  readonly multifunction?: boolean;
  /** The command register after a reset. Default 0. */
  readonly command?: number;
  /** The index is the number of the register, 0 to 5. */
  readonly bars?: readonly (PciBarSpec | undefined)[];
  /** What the expansion ROM holds, at most 16 MiB; it is filled up to a power of two from 2 KiB on with 0xFF. */
  readonly expansionRom?: Uint8Array;
  /** Where in `registers` the list of capabilities begins, 0x40 to 0xFC. Default: there is none. */
  readonly capabilities?: number;
  /** Configuration registers 0x40 to 0xFF; where there are none, reads give 0 and writes do nothing. */
  readonly registers?: PciRegisters | readonly PciRegisters[];
  /** Called after a guest has written configuration registers, with the first and how many. */
  onConfigWrite?(offset: number, length: number): void;
}

/** A function on the bus, as the device sees it that plugged it in. */
export interface PciFunction {
  /** Its interrupt pin. Without one, a line that leads nowhere. */
  readonly intx: IrqLine;
  /** Whether it may read and write memory: bit 2 of the command register. */
  readonly busMaster: boolean;
  /** What a guest reads. @param offset 0 to 0xFF, with `size` bytes from there */
  readConfig(offset: number, size: AccessSize): number;
  /**
   * Changes configuration registers as the chip itself does: any bit from 0x40 on, and below that those that a guest can
   * set or clear.
   */
  writeConfig(offset: number, size: AccessSize, value: number): void;
  /** A further range, whose place other registers say than the base address registers. Once each, in `attach`. */
  range(spec: PciRangeSpec): PciRange;
  /** RST#: all configuration registers as after `plug`. Ranges of `range` stay for the device to place. */
  reset(): void;
  /** The configuration registers, as a part of the state of the device that plugged it in. */
  snapshot(): DeviceState;
  /**
   * Takes what `snapshot` gave, and goes to where its registers say. Call it after all other fields were read, and before
   * anything is changed.
   * @throws VmError `ERR_DEVICE_STATE` if it cannot be a state of this function; nothing was changed then
   */
  restore(state: unknown): void;
}

/** Told when one of the four interrupt lines of the bus changes: 0 to 3 for PIRQA# to PIRQD#. */
export type PirqListener = (pirq: number, level: boolean) => void;

/** The bus, as devices and the chipset see it. */
export interface PciBus {
  /**
   * Puts a function into its slot. Called from the `attach` of the device that it belongs to; the bus comes before that in
   * the VM's `devices`.
   * @throws VmError `ERR_INVALID_ARGUMENT` if the place is taken, a part of the spec is out of its range, or the bus is in
   *   no VM yet
   */
  plug(spec: PciFunctionSpec, context: DeviceContext): PciFunction;
  /**
   * Connects a chipset, which leads the four lines on to interrupt lines of the machine. It is told at once which are
   * asserted.
   * @throws VmError `ERR_INVALID_ARGUMENT` if they lead somewhere already
   */
  connectPirqs(listener: PirqListener): void;
}
