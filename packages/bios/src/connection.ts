import type { Vm } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';

/** Where the bytes of a disk are: the `BlockBackend` of `@picovm/device-disk`, repeated structurally. */
export interface BiosBlocks {
  /** Bytes, a multiple of 512. */
  readonly size: number;
  /** Whether writes are refused. */
  readonly readonly: boolean;
  /** Fills `out` from a byte offset on. A backend that answers at once gives no promise. */
  read(offset: number, out: Uint8Array): void | Promise<void>;
  /** Writes at a byte offset. */
  write(offset: number, data: Uint8Array): void | Promise<void>;
}

/** Cylinders, heads and sectors of a drive. */
export interface DiskGeometry {
  /** 1 to 1024 for programs that use cylinders; a disk may be larger. */
  readonly cylinders: number;
  /** 1 to 255. */
  readonly heads: number;
  /** Sectors of a track, 1 to 63. */
  readonly sectors: number;
}

/** A drive as INT 13h has it. */
export interface BiosDisk {
  /** What it is. Sectors of CD-ROMs have 2048 bytes, all others 512. */
  readonly kind: 'floppy' | 'disk' | 'cdrom';
  /** Its number in DL. Default: the next free one from 00h (floppies), 80h (disks) or E0h (CD-ROMs). */
  readonly number?: number;
  /** Its bytes; none: an empty drive. Looked at by each call, so that a getter may say what is in a drive now. */
  readonly blocks?: BiosBlocks;
  /** Default: by its size. */
  readonly geometry?: DiskGeometry;
}

/** A range of physical memory as INT 15h, AX=E820h tells it. */
export interface BiosMemoryRange {
  /** Physical address. */
  readonly base: number;
  /** Bytes. */
  readonly length: number;
  /** 1 free, 2 reserved, 3 ACPI tables, 4 ACPI non-volatile, 5 bad. */
  readonly type: number;
}

/** What the BIOS needs of a VM. */
export type BiosVm = Pick<Vm<X86Vcpu>, 'memory' | 'ports' | 'mmio' | 'vcpu'>;

/** What a device cannot see by itself: given to `Bios.connect`. */
export interface BiosConnection {
  /** The machine. */
  readonly vm: BiosVm;
  /** Its drives. Default: none. */
  readonly disks?: readonly BiosDisk[];
  /** Bytes of RAM from address 0 on. Default: as many as there are without a gap at 0 and at 1 MiB. */
  readonly memoryBytes?: number;
  /** The whole map for E820. Default: made of `memoryBytes`. At most 64 ranges count. */
  readonly memoryMap?: readonly BiosMemoryRange[];
  /** Base ports of the serial ports, at most four. Default: none. */
  readonly serialPorts?: readonly number[];
  /** Physical address of the VBE adapter's linear frame buffer. Default E0000000h. */
  readonly frameBuffer?: number;
  /** In which order drives are tried. Default: floppies, disks, CD-ROMs. */
  readonly bootOrder?: readonly BiosDisk['kind'][];
  /** Whether POST calls option ROMs between C8000h and EFFFFh. Default false. */
  readonly optionRoms?: boolean;
}
