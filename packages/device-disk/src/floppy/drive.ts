import { BlockPort } from '../ata/media/block-port.ts';
import type { BlockBackend } from '../block/block-backend.ts';
import { SECTOR } from './bits.ts';
import type { FloppyDriveInfo } from './floppy-types.ts';
import { CMOS_TYPES, driveTypeFor, type FloppyDriveType, type FloppyGeometry } from './geometry.ts';

/** The head stops here, as those of real drives do a little behind cylinder 79. */
export const LAST_CYLINDER = 85;

/** A disk in a drive. */
export class Disk {
  readonly port: BlockPort;
  /** How many sectors the image has. */
  readonly sectors: number;
  /** Known when the boot sector was read. */
  geometry: FloppyGeometry | undefined;
  /** What is moved to and from the backend: one sector. */
  buffer: Uint8Array = new Uint8Array(SECTOR);

  constructor(blocks: BlockBackend) {
    this.port = new BlockPort(blocks);
    this.sectors = Math.floor(blocks.size / SECTOR);
  }

  /** Nobody waits for what the backend does any more. */
  cancel(): void {
    // What it still writes to must not be anything that is used again.
    if (this.port.cancel()) this.buffer = new Uint8Array(SECTOR);
  }
}

/** The mechanics of a drive. */
export class FloppyDrive implements FloppyDriveInfo {
  readonly type: FloppyDriveType;
  disk: Disk | undefined;
  /** Where the heads are: 0 to {@link LAST_CYLINDER}. */
  cylinder = 0;
  /** The disk was changed, and the heads have not moved since. */
  changed = true;

  constructor(blocks: BlockBackend | undefined, type: FloppyDriveType | undefined) {
    this.disk = blocks && new Disk(blocks);
    this.type = type ?? (this.disk === undefined ? '1.44M' : driveTypeFor(this.disk.sectors));
  }

  get cmosType(): number {
    return CMOS_TYPES[this.type];
  }

  get blocks(): BlockBackend | undefined {
    return this.disk?.port.backend;
  }

  /** As new, with the disk that is in it. */
  reset(): void {
    this.cylinder = 0;
    this.changed = true;
    if (this.disk !== undefined) this.disk.geometry = undefined;
  }

  /** Steps the heads. @param by cylinders; below 0: outwards */
  step(by: number): void {
    if (by === 0) return;
    this.cylinder = Math.max(0, Math.min(LAST_CYLINDER, this.cylinder + by));
    this.changed = false;
  }

  /** @returns what was in it */
  exchange(blocks: BlockBackend | undefined): BlockBackend | undefined {
    const before = this.disk;
    before?.cancel();
    this.disk = blocks && new Disk(blocks);
    this.changed = true;
    return before?.port.backend;
  }
}
