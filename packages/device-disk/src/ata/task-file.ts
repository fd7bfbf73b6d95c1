import type { StateReader } from '@picovm/core';

// Offsets of the command block registers.
export const DATA = 0;
export const FEATURES = 1;
export const COUNT = 2;
export const LBA_LOW = 3;
export const LBA_MID = 4;
export const LBA_HIGH = 5;
export const DEVICE = 6;
export const COMMAND = 7;

const REGISTERS = 6;
const ALWAYS_ONE = 0xa0;

/**
 * The registers that parameters of a command are written to. Those from features to LBA high are two deep: what was in them
 * before the last write are the upper halves of a 48-bit address and of a 16-bit count (ATA-6, 6.20).
 */
export class TaskFile {
  /** By offset; those of the data and the device register are not used. */
  readonly current: Uint8Array = new Uint8Array(REGISTERS);
  /** What was written before. */
  readonly previous: Uint8Array = new Uint8Array(REGISTERS);
  /** The device register; bits 7 and 5 read as ones, as they did when they had to be written so. */
  device: number = ALWAYS_ONE;

  write(offset: number, value: number): void {
    if (offset === DEVICE) {
      this.device = value | ALWAYS_ONE;
    } else {
      this.previous[offset] = this.current[offset];
      this.current[offset] = value;
    }
  }

  /** Sets a register as a drive does, which leaves nothing of before. */
  put(offset: number, value: number, upper = 0): void {
    this.current[offset] = value;
    this.previous[offset] = upper;
  }

  /** Sets sector count and LBA to what tells a drive's kind (ATA-6, 9.12). */
  sign(isPacketDevice: boolean): void {
    this.put(COUNT, 1);
    this.put(LBA_LOW, 1);
    this.put(LBA_MID, isPacketDevice ? 0x14 : 0);
    this.put(LBA_HIGH, isPacketDevice ? 0xeb : 0);
    this.device = ALWAYS_ONE;
  }

  /** As after power-on, but for the signature. */
  reset(): void {
    this.current.fill(0);
    this.previous.fill(0);
    this.device = ALWAYS_ONE;
  }

  /** All registers, for a snapshot. */
  bytes(): Uint8Array {
    return Uint8Array.of(...this.current, ...this.previous, this.device);
  }

  /** @returns what {@link load} takes. @throws VmError `ERR_DEVICE_STATE` */
  static read(reader: StateReader): Uint8Array {
    const bytes = reader.bytes('taskFile', 2 * REGISTERS + 1, 2 * REGISTERS + 1);
    if (bytes[0] !== 0 || bytes[REGISTERS] !== 0 || (bytes[2 * REGISTERS] & ALWAYS_ONE) !== ALWAYS_ONE) {
      throw reader.error('has bits in taskFile that no register has');
    }
    return bytes;
  }

  load(bytes: Uint8Array): void {
    this.current.set(bytes.subarray(0, REGISTERS));
    this.previous.set(bytes.subarray(REGISTERS, 2 * REGISTERS));
    this.device = bytes[2 * REGISTERS];
  }
}
