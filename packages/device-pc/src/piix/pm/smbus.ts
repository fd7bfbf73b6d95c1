import type { PortHandler } from '@picovm/core';

/** Offsets from SMBBA (82371AB data sheet, section 7.3). */
const HOST_STATUS = 0;
const HOST_CONTROL = 2;

/** Of the host status: the errors and "done", each cleared by writing a 1. */
const STATUS_BITS = 0x1e;
const DEVICE_ERROR = 0x04;
const FAILED = 0x10;
/** Of the host control. START is not kept. */
const START = 0x40;
const KILL = 0x02;

/** The bits that each register keeps: host control, command, address, data 0 and 1, block data; the slave's from 8 on. */
export const SMBUS_MASKS: readonly number[] = [STATUS_BITS, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0xff, 0xff, 0xff];
/** Ports; behind the registers, they read 0. */
export const SMBUS_PORTS = 16;

/** The SMBus controller of the PIIX4, with nobody on the bus: every transaction ends at once, and nobody answered. */
export class Smbus implements PortHandler {
  readonly registers: Uint8Array = new Uint8Array(SMBUS_MASKS.length);

  read(offset: number): number {
    return offset < this.registers.length ? this.registers[offset] : 0;
  }

  write(offset: number, _size: number, value: number): void {
    if (offset >= this.registers.length) return;
    if (offset === HOST_STATUS) this.registers[HOST_STATUS] &= ~value;
    else this.registers[offset] = value & SMBUS_MASKS[offset];
    if (offset !== HOST_CONTROL) return;
    if ((value & KILL) !== 0) this.registers[HOST_STATUS] |= FAILED;
    else if ((value & START) !== 0) this.registers[HOST_STATUS] |= DEVICE_ERROR;
  }
}
