import type { Device, DeviceState } from '@picovm/core';
import type { BlockBackend } from '../block/block-backend.ts';
import type { IdePciBus } from './bus-master/pci-types.ts';
import type { Geometry } from './disk/geometry.ts';

/** The places of drives: two channels with a master (device 0) and a slave (device 1) each. */
export type AtaPosition = 'primaryMaster' | 'primarySlave' | 'secondaryMaster' | 'secondarySlave';

/** An ATA disk. */
export interface AtaDisk {
  /** A disk. */
  readonly kind: 'disk';
  /** What holds its sectors: at least one, fewer than 2^48. If it is read-only, the guest's writes are refused. */
  readonly blocks: BlockBackend;
  /** What IDENTIFY DEVICE calls it: at most 40 printable ASCII characters. Default `PICOVM HARDDISK`. */
  readonly model?: string;
  /** At most 20 printable ASCII characters. Default `PV00001` to `PV00004` by position. */
  readonly serial?: string;
  /** Default: 16 heads and 63 sectors a track, with as many cylinders as that makes, 16,383 at most. */
  readonly geometry?: Geometry;
}

/** An ATAPI CD-ROM drive. */
export interface AtaCdrom {
  /** A CD-ROM drive. */
  readonly kind: 'cdrom';
  /** The medium, sectors of 2048 bytes: an ISO image. Default: the tray is empty. */
  readonly blocks?: BlockBackend;
  /** As of disks. Default `PICOVM CD-ROM`. */
  readonly model?: string;
  /** As of disks. */
  readonly serial?: string;
}

/** What is in one position. */
export type AtaDrive = AtaDisk | AtaCdrom;

/** The drives by position; where there is none, none is found. */
export type AtaDrives = { readonly [P in AtaPosition]?: AtaDrive | undefined };

/** Told that the tray of a CD-ROM drive has opened or closed, by the guest, the host, or a reset. */
export type OnTray = (position: AtaPosition, open: boolean) => void;

/** What `ata` takes. */
export interface AtaOptions {
  /** Unique in its VM. Default `ide`. */
  readonly id?: string;
  /** Default: none. */
  readonly drives?: AtaDrives;
  /** The PCI bus that it plugs into as the IDE function of a PIIX3. Default: none, and no DMA. */
  readonly pci?: IdePciBus;
  /** Its slot there, 0 to 31. Default 1. */
  readonly pciDevice?: number;
  /** Its function in the slot, 0 to 7. Default 1. */
  readonly pciFunction?: number;
  /** First of the eight ports of the primary channel's command block. Default 0x1F0. */
  readonly primaryBase?: number;
  /** The port of its control block. Default 0x3F6. */
  readonly primaryControl?: number;
  /** Its interrupt line, 0 to 23. Default 14. */
  readonly primaryIrq?: number;
  /** Default 0x170. */
  readonly secondaryBase?: number;
  /** Default 0x376. */
  readonly secondaryControl?: number;
  /** Default 15. */
  readonly secondaryIrq?: number;
  /** Told of trays. What it throws, or rejects with, is logged. */
  readonly onTray?: OnTray;
}

/** How the tray of a CD-ROM drive is. */
export interface TrayState {
  /** Whether it is out. */
  readonly open: boolean;
  /** Whether the guest prevents that the medium is taken out. */
  readonly locked: boolean;
  /** Whether a medium lies in it. */
  readonly loaded: boolean;
}

/** An IDE controller with up to four drives. */
export interface Ata extends Device {
  /** Always `ata`. */
  readonly type: 'ata';
  /**
   * Opens the tray of a CD-ROM drive, and takes the medium out. What the guest is reading from it fails.
   * @param options `force`: also if the guest has locked it. Else it is only told that somebody wants it (default)
   * @returns whether it is out
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no CD-ROM drive at `position`
   */
  eject(position: AtaPosition, options?: { readonly force?: boolean }): boolean;
  /**
   * Puts a medium into a CD-ROM drive and closes the tray. What was in it is taken out first, locked or not. The guest is
   * told: its next command ends with a unit attention.
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no CD-ROM drive at `position`, or `blocks` is no backend
   */
  insert(position: AtaPosition, blocks: BlockBackend): void;
  /** @throws VmError `ERR_INVALID_ARGUMENT` if there is no CD-ROM drive at `position` */
  tray(position: AtaPosition): TrayState;
  /**
   * What a CD-ROM drive reads: undefined if it is empty, or its tray is out.
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no CD-ROM drive at `position`
   */
  medium(position: AtaPosition): BlockBackend | undefined;
  /** As after power-on; trays are drawn in. What backends have in hand goes on, and what they answer is dropped. */
  reset(): void;
  /** All registers and buffers. Of a command whose backend is at work, what is needed to ask it again. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of a controller with the same drives and media */
  restore(state: DeviceState): void;
  /** Leaves no alarm behind. Backends stay open: they are their maker's. */
  dispose(): void;
}
