import type { Device, DeviceState } from '@picovm/core';

/** What `rtc` takes. */
export interface RtcOptions {
  /** Unique in its VM. Default `rtc`. */
  readonly id?: string;
  /** Its interrupt line, 0 to 23. Default 8. */
  readonly irq?: number;
  /** What its calendar shows when the VM is made: milliseconds since 1970, as `Date.now()` gives them. Default: 1 January 2000. */
  readonly date?: number;
  /** Gives the same, called once when the VM is made: `Date.now`. What is none, or throws, leaves `date`. */
  readonly currentDate?: () => number;
  /** Bytes in all, registers among them: 64 or 128. Default 128. */
  readonly cmosSize?: number;
  /** Bytes of memory from address 0 on, up to 4 GiB: written to where a BIOS has it (15h to 18h, 30h, 31h, 34h, 35h). */
  readonly memorySize?: number;
  /** What the memory begins with, from byte 0 on; what is the clock's (0 to 0Dh, and 32h) is passed over. */
  readonly cmos?: Uint8Array;
}

/** The battery-backed bytes, as the host sees them. Errors are VmErrors `ERR_INVALID_ARGUMENT`. */
export interface RtcCmos {
  /** Bytes: 64 or 128. */
  readonly size: number;
  /** A byte as it is kept: registers too (C and D as 0), and reading them changes nothing. @param index 0 to size - 1 */
  read(index: number): number;
  /**
   * Sets a byte of memory, as a machine does before it starts.
   * @param index 14 to size - 1, but not 32h, the century
   * @param value 0 to 255
   */
  write(index: number, value: number): void;
}

/** The clock of a PC with its CMOS memory (Motorola MC146818). */
export interface Rtc extends Device {
  /** Always `rtc`. */
  readonly type: 'rtc';
  /** The bytes of the chip. */
  readonly cmos: RtcCmos;
  /** Bit 7 of what was last written to port 70h: on a PC it keeps the NMI from the CPU. */
  readonly nmiMasked: boolean;
  /** The RESET pin: no interrupts are enabled or pending. Time goes on, and memory stays: they have a battery. */
  reset(): void;
  /** All bytes, the flags, and how far the second is. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of a clock with so many bytes */
  restore(state: DeviceState): void;
  /** Leaves no alarm behind. */
  dispose(): void;
}
