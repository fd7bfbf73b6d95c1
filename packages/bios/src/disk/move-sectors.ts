import { endWaitTick, startWaitTick } from '../clock/wait-tick.ts';
import { BDA } from '../guest/bda.ts';
import type { Guest } from '../guest/guest.ts';
import type { Drive } from './drives.ts';
import { STATUS } from './status.ts';
import type { Progress } from './transfers.ts';

/** The most sectors of one call: what fits into AL. */
export const MOST_SECTORS = 255;
const MOTOR_TICKS = 37;

/** Which sectors, and where in memory. */
export interface SectorRange {
  /** The first, as a logical block address. */
  readonly lba: number;
  /** 0 to 255. */
  readonly count: number;
  /** Linear address. */
  readonly buffer: number;
}

/**
 * Reads or writes sectors, at once or in several rounds.
 * @returns a status for AH, or undefined: the call waits
 */
export function moveSectors(guest: Guest, drive: Drive, range: SectorRange, write: boolean): number | undefined {
  const { blocks, sectorSize, total, there } = drive;
  const { lba, count, buffer } = range;
  if (blocks === undefined) return STATUS.TIMEOUT;
  if (!(lba >= 0 && lba + count <= (write ? there : total)))
    return drive.kind === 'floppy' ? STATUS.NOT_FOUND : STATUS.INVALID;
  if (write && drive.readonly) return STATUS.WRITE_PROTECTED;
  if (drive.kind === 'floppy') guest.memory.write8(BDA.FLOPPY_MOTOR_COUNT, MOTOR_TICKS);
  if (count === 0) return STATUS.OK;
  const offset = drive.start + lba * sectorSize;
  const length = Math.max(0, Math.min(count, there - lba)) * sectorSize;
  const data = write ? guest.memory.readBytes(buffer, length) : undefined;
  if (length > 0) {
    const progress = advance(guest, { blocks, offset, length, data });
    if (progress === undefined) return undefined;
    if (progress.state !== 'done') return STATUS.CONTROLLER;
    if (!write) guest.memory.writeBytes(buffer, progress.data);
  }
  const blank = count * sectorSize - length;
  if (!write && blank > 0) guest.memory.writeBytes(buffer + length, new Uint8Array(blank));
  return STATUS.OK;
}

/** One round of a transfer for the call under way. @returns undefined: the call waits */
export function advance(
  guest: Guest,
  transfer: Parameters<Guest['transfers']['advance']>[1],
): Exclude<Progress, { state: 'busy' }> | undefined {
  const before = guest.token;
  const progress = guest.transfers.advance(before, transfer);
  if (progress.state === 'busy') {
    startWaitTick(guest);
    guest.wait(progress.token);
    return undefined;
  }
  if (before !== 0) {
    endWaitTick(guest);
    guest.goOn();
  }
  if (progress.state === 'failed') guest.hostFailed(progress.error);
  return progress;
}
