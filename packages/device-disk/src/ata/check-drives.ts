import { VmError } from '@picovm/core';
import { BLOCK_SIZE, type BlockBackend } from '../block/block-backend.ts';
import type { AtaDrive, AtaDrives, AtaPosition } from './ata-types.ts';
import type { Geometry } from './disk/geometry.ts';

/** In the order of channels and devices. */
export const POSITIONS: readonly AtaPosition[] = ['primaryMaster', 'primarySlave', 'secondaryMaster', 'secondarySlave'];

/** Sectors that 48 bits can name, as far as numbers are exact. */
const MOST_BYTES = Number.MAX_SAFE_INTEGER;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** @throws VmError `ERR_INVALID_ARGUMENT`, naming the device and the option */
export function checkDrives(id: string, drives: AtaDrives): void {
  for (const position of Object.keys(drives)) {
    if (!(POSITIONS as readonly string[]).includes(position)) {
      throw wrong(`${id}: drives has no ${position}: it has ${POSITIONS.join(', ')}`);
    }
  }
  for (const position of POSITIONS) {
    const drive = drives[position];
    if (drive !== undefined) checkDrive(`${id}: drives.${position}`, drive);
  }
}

/** @param what begins the message. @throws VmError `ERR_INVALID_ARGUMENT` */
export function checkBackend(what: string, blocks: BlockBackend): void {
  const given = (blocks ?? {}) as Partial<BlockBackend>;
  const { size, read, write, flush } = given;
  if (typeof read !== 'function' || typeof write !== 'function' || typeof flush !== 'function') {
    throw wrong(`${what} must be a BlockBackend, with read, write and flush`);
  }
  if (!Number.isSafeInteger(size) || (size as number) <= 0 || (size as number) % BLOCK_SIZE !== 0) {
    throw wrong(
      `${what} has a size of ${String(size)}: it must be a multiple of ${BLOCK_SIZE} above 0, up to ${MOST_BYTES}`,
    );
  }
}

function checkDrive(what: string, drive: AtaDrive): void {
  const kind = (drive as Partial<AtaDrive> | null)?.kind;
  if (kind !== 'disk' && kind !== 'cdrom') throw wrong(`${what}.kind must be 'disk' or 'cdrom', not ${String(kind)}`);
  if (kind === 'disk' || drive.blocks !== undefined) checkBackend(`${what}.blocks`, drive.blocks as BlockBackend);
  checkText(`${what}.model`, drive.model, 40);
  checkText(`${what}.serial`, drive.serial, 20);
  if (drive.kind === 'disk' && drive.geometry !== undefined) checkGeometry(`${what}.geometry`, drive.geometry);
}

function checkText(what: string, text: string | undefined, length: number): void {
  if (text === undefined) return;
  if (typeof text !== 'string' || text.length > length || !PRINTABLE.test(text)) {
    throw wrong(`${what} must be at most ${length} printable ASCII characters`);
  }
}

function checkGeometry(what: string, geometry: Geometry): void {
  const { cylinders, heads, sectors } = (geometry ?? {}) as Geometry;
  const isCount = (value: number, max: number): boolean => Number.isInteger(value) && value >= 1 && value <= max;
  if (!isCount(cylinders, 65_535) || !isCount(heads, 16) || !isCount(sectors, 255)) {
    throw wrong(`${what} must have 1 to 65535 cylinders, 1 to 16 heads, and 1 to 255 sectors`);
  }
}

export function wrong(message: string): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', message);
}
