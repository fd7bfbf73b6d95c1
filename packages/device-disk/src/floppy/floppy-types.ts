import type { Device, DeviceState } from '@picovm/core';
import type { BlockBackend } from '../block/block-backend.ts';
import type { FloppyDriveType } from './geometry.ts';

/** A channel of a DMA controller, as its device sees it. That of `dma8237` is one. */
export interface DmaChannel {
  /** From the device to memory. @returns bytes moved: fewer when the count ends, none if the channel is masked */
  write(data: Uint8Array): number;
  /** From memory to the device. @returns bytes moved: fewer when the count ends, none if the channel is masked */
  read(out: Uint8Array): number;
  /** Whether the last call reached the end of the count. */
  readonly terminalCount: boolean;
}

/** What has the channel. */
export interface DmaController {
  /** A channel. @param n 0 to 3, 5 to 7 */
  channel(n: number): DmaChannel;
}

/** A drive as it is at first. */
export interface FloppyDriveOptions {
  /** The disk in it. Default: none. */
  readonly blocks?: BlockBackend | undefined;
  /** Default: what the disk was made for, or 1.44M. */
  readonly type?: FloppyDriveType | undefined;
}

/** What `floppy` takes. */
export interface FloppyOptions {
  /** Unique in its VM. Default `fdc`. */
  readonly id?: string;
  /** The first of six ports, 0 to 0xFFFA. Default 0x3F0. */
  readonly base?: number;
  /** The port of DIR and CCR, 0 to 0xFFFF. Default 0x3F7. */
  readonly dirPort?: number;
  /** Its interrupt line, 0 to 23. Default 6. */
  readonly irq?: number;
  /** The DMA controller. Without one, guests that use DMA get overruns. */
  readonly dma?: DmaController;
  /** Its channel, 0 to 7. Default 2. */
  readonly dmaChannel?: number;
  /** One to four drives. Default: one, 1.44M, with no disk in it. */
  readonly drives?: readonly FloppyDriveOptions[];
  /** Whether READ and WRITE seek by themselves until the guest's CONFIGURE says otherwise. Default true. */
  readonly impliedSeek?: boolean;
}

/** A drive as its host sees it. */
export interface FloppyDriveInfo {
  /** What disks it is for. It does not change with the disk. */
  readonly type: FloppyDriveType;
  /** The number of the type in the CMOS memory of a PC: 1 to 5. */
  readonly cmosType: number;
  /** The disk in it. */
  readonly blocks: BlockBackend | undefined;
}

/** A floppy disk controller: an Intel 82077AA as a PC AT wires it. */
export interface Floppy extends Device {
  /** Always `floppy`. */
  readonly type: 'floppy';
  /** The drives, `A:` first. */
  readonly drives: readonly FloppyDriveInfo[];
  /**
   * Puts a disk into a drive, in place of the one in it. The guest sees the disk-change line.
   * @param drive 0 to 3
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no such drive, or the disk is larger than 4,128 KiB
   */
  insert(drive: number, blocks: BlockBackend): void;
  /**
   * Takes the disk out. A command in the middle of it fails; what the backend has in hand goes on.
   * @returns what was in the drive. It is not closed
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no such drive
   */
  eject(drive: number): BlockBackend | undefined;
  /** The RESET pin: all registers; heads over cylinder 0. Disks stay. */
  reset(): void;
  /** All registers, the phase, the heads, and how far a command is. Not what is on the disks. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of such a controller with disks of these sizes */
  restore(state: DeviceState): void;
  /** Leaves no alarm behind. Disks are not closed. */
  dispose(): void;
}
