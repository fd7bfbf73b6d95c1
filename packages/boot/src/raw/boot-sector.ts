import { checkNames, hex } from '@picovm/core';
import { ImageReader } from '../image/image-reader.ts';
import { type MemoryLike, memoryMapOf } from '../memory/memory-map.ts';
import type { BootPlan } from '../plan/boot-plan.ts';
import { checkNumber } from '../plan/check-number.ts';
import { Placement } from '../plan/placement.ts';

/** How a boot sector is started. */
export interface BootSectorOptions {
  /** The memory of the VM. */
  readonly memory: MemoryLike;
  /** The drive that it is told to come from, in DL: 0 is the first floppy, 80h the first hard disk. Default 0. */
  readonly drive?: number;
  /** Whether it must end in 55 AA, as for a BIOS. Default true. */
  readonly check?: boolean;
  /** What the file is called in messages. Default `the boot sector`. */
  readonly name?: string;
}

const LOAD = 0x7c00;
const SECTOR = 512;

/**
 * Plans the start of a boot sector as a BIOS does it (BIOS Boot Specification 1.01, section 6.5.1): the first 512 bytes at 0000:7C00,
 * which is also where it begins, with DL the drive. SP is 7C00, the segments are 0, interrupts are off, the other registers are 0.
 * What it calls (INT 10h, 13h, …) is the BIOS's: the machine must have one, or the sector do without.
 * @param image a sector, or a disk of which it is the first
 * @throws VmError `ERR_INVALID_ARGUMENT`
 */
export function bootSector(image: Uint8Array, options: BootSectorOptions): BootPlan {
  checkNames('bootSector()', options, ['memory', 'drive', 'check', 'name']);
  const { drive = 0, check = true, name = 'the boot sector' } = options;
  checkNumber('the drive of bootSector()', drive, 0xff);
  const reader = new ImageReader(image, name);
  if (check) {
    const signature = reader.u16(SECTOR - 2, 'the signature');
    if (signature !== 0xaa55) {
      const found = `it ends in ${hex(signature & 0xff, 2)} ${hex(signature >> 8, 2)} where boot sectors have 55 AA`;
      reader.refuse(SECTOR - 2, found, 'it is none; with `check: false` it is started nevertheless');
    }
  }
  const placement = new Placement(memoryMapOf(options.memory), name);
  placement.put('boot sector', LOAD, image.subarray(0, SECTOR));
  const registers = { rdx: BigInt(drive) };
  const cpu = { mode: 'real', segment: 0, offset: LOAD, dataSegment: 0, stack: LOAD, registers } as const;
  return { protocol: 'boot-sector', segments: placement.segments, cpu };
}
