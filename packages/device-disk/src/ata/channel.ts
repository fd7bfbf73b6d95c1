import type { AccessSize, IrqLine, PortHandler } from '@picovm/core';
import { BSY, DEV, DRQ, HOB, NIEN, SRST } from './bits.ts';
import type { Drive, DriveHost } from './drive.ts';
import { COMMAND, DATA, DEVICE, FEATURES } from './task-file.ts';

export const DEVICE_RESET = 0x08;
const EXECUTE_DIAGNOSTIC = 0x90;

/** What a channel tells its bus master. */
export interface ChannelListener {
  /** The interrupt line was asserted. */
  onInterrupt(): void;
  /** The selected drive wants data to be moved. */
  onDmaRequest(): void;
}

/**
 * The registers of a channel: the command block, which it answers, and the control block. Both drives take what is written;
 * the selected one is read. Where there is no drive, all registers read as 0.
 */
export class Channel implements PortHandler, DriveHost {
  readonly drives: readonly (Drive | undefined)[];
  /** 0 or 1: bit 4 of the device register. */
  selected = 0;
  /** The device control register: HOB, SRST, nIEN. */
  control = 0;
  listener: ChannelListener | undefined;
  /** Called when a drive is to be resumed. */
  onResumeLater: (() => void) | undefined;
  #line: IrqLine | undefined;
  #asserted = false;

  constructor(drives: readonly [Drive | undefined, Drive | undefined]) {
    this.drives = drives;
    for (const drive of drives) if (drive !== undefined) drive.host = this;
  }

  attach(line: IrqLine): void {
    this.#line = line;
  }

  /** The drive that is selected; undefined if it is not there. */
  get drive(): Drive | undefined {
    return this.drives[this.selected];
  }

  /** INTRQ: the selected drive's, unless nIEN is set. */
  updateIrq(): void {
    const level = this.drive?.interrupt === true && (this.control & NIEN) === 0;
    if (level === this.#asserted) return;
    this.#asserted = level;
    this.#line?.set(level);
    if (level) this.listener?.onInterrupt();
  }

  /** The line follows a state that was restored: that is no new interrupt. */
  restoreIrq(): void {
    const { listener } = this;
    this.listener = undefined;
    this.updateIrq();
    this.listener = listener;
  }

  requestDma(): void {
    this.listener?.onDmaRequest();
  }

  resumeLater(): void {
    this.onResumeLater?.();
  }

  read(offset: number, size: AccessSize): number {
    if (offset === DATA && size > 1) return this.drive?.readData(size) ?? 0;
    let value = 0;
    for (let i = 0; i < size; i++) value += this.#readRegister(offset + i) * 2 ** (8 * i);
    return value;
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (offset === DATA && size > 1) this.drive?.writeData(size, value);
    else for (let i = 0; i < size; i++) this.#writeRegister(offset + i, (value >>> (8 * i)) & 0xff);
  }

  readBlock(offset: number, size: AccessSize, out: Uint8Array): void {
    const { drive } = this;
    if (offset === DATA && size > 1 && drive !== undefined) {
      drive.readBlock(size, out);
      return;
    }
    for (let i = 0; i < out.length; i += size) {
      const value = this.read(offset, size);
      for (let byte = 0; byte < size; byte++) out[i + byte] = value >>> (8 * byte);
    }
  }

  writeBlock(offset: number, size: AccessSize, data: Uint8Array): void {
    const { drive } = this;
    if (offset === DATA && size > 1 && drive !== undefined) {
      drive.writeBlock(size, data);
      return;
    }
    for (let i = 0; i < data.length; i += size) {
      let value = 0;
      for (let byte = 0; byte < size; byte++) value += data[i + byte] * 2 ** (8 * byte);
      this.write(offset, size, value);
    }
  }

  /** The status, without what reading the status register does. */
  readAlternateStatus(): number {
    return this.drive?.status ?? 0;
  }

  /** The device control register. */
  writeControl(value: number): void {
    const changed = (value ^ this.control) & SRST;
    this.control = value & (HOB | SRST | NIEN);
    if (changed !== 0) {
      for (const drive of this.drives) drive?.hold((value & SRST) !== 0);
      this.selected = 0;
    }
    this.updateIrq();
  }

  reset(): void {
    this.control = 0;
    this.selected = 0;
    for (const drive of this.drives) drive?.reset();
    this.updateIrq();
  }

  #readRegister(offset: number): number {
    const { drive } = this;
    if (drive === undefined) return 0;
    switch (offset) {
      case DATA:
        // One byte of a register of 16 bits: nothing moves.
        return 0xff;
      case FEATURES:
        return drive.error;
      case DEVICE:
        return (drive.taskFile.device & ~DEV) | (this.selected === 0 ? 0 : DEV);
      case COMMAND: {
        const { status } = drive;
        drive.interrupt = false;
        this.updateIrq();
        return status;
      }
      default:
        return ((this.control & HOB) === 0 ? drive.taskFile.current : drive.taskFile.previous)[offset];
    }
  }

  #writeRegister(offset: number, value: number): void {
    const status = this.readAlternateStatus();
    this.control &= ~HOB;
    if (offset === DATA) return;
    // A drive that is busy, or that moves data, takes no parameters (ATA-6, 7.3 to 7.11).
    if ((status & (BSY | DRQ)) !== 0) {
      if (offset === COMMAND && value === DEVICE_RESET) this.#resetPacketDevice();
      return;
    }
    if (offset === COMMAND) {
      this.#command(value);
      return;
    }
    for (const drive of this.drives) drive?.taskFile.write(offset, value);
    if (offset !== DEVICE) return;
    this.selected = (value & DEV) === 0 ? 0 : 1;
    this.updateIrq();
  }

  #command(value: number): void {
    if (value === EXECUTE_DIAGNOSTIC) this.#diagnose();
    else this.drive?.command(value);
  }

  #resetPacketDevice(): void {
    const { drive } = this;
    if (drive?.isPacketDevice !== true) return;
    drive.sign();
    this.updateIrq();
  }

  // Both drives carry it out, and device 0 interrupts (ATA-6, 8.11); if there is none, device 1 does.
  #diagnose(): void {
    for (const drive of this.drives) drive?.sign();
    this.selected = 0;
    const [first, second] = this.drives;
    const teller = first ?? second;
    if (teller !== undefined) teller.interrupt = true;
    this.updateIrq();
  }
}
