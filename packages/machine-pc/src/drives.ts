import { VmError } from '@picovm/core';
import type { AtaDrive, AtaDrives, AtaPosition, BlockBackend } from '@picovm/device-disk';

const POSITIONS: readonly AtaPosition[] = ['primaryMaster', 'primarySlave', 'secondaryMaster', 'secondarySlave'];

/** The drives on two IDE channels. */
export interface PlacedDrives {
  readonly drives: AtaDrives;
  /** Where the CD-ROM drives are, in their order. */
  readonly cdroms: readonly AtaPosition[];
}

/**
 * Where hard disks and CD-ROM drives are on two IDE channels: disks from the first place on, CD-ROM drives from the third on, and what
 * does not fit there in the places that are left.
 * @throws VmError `ERR_INVALID_ARGUMENT` for more than four
 */
export function placeDrives(
  disks: readonly BlockBackend[],
  cdroms: readonly (BlockBackend | undefined)[],
): PlacedDrives {
  if (disks.length + cdroms.length > POSITIONS.length) {
    throw new VmError(
      'ERR_INVALID_ARGUMENT',
      `pc(): there are ${disks.length} disks and ${cdroms.length} CD-ROM drives, but two IDE channels have four places`,
    );
  }
  const drives: { [P in AtaPosition]?: AtaDrive } = {};
  const place = (order: readonly AtaPosition[], drive: AtaDrive): AtaPosition => {
    const position = order.find((free) => drives[free] === undefined) as AtaPosition;
    drives[position] = drive;
    return position;
  };
  for (const blocks of disks) place(POSITIONS, { kind: 'disk', blocks });
  const fromThird = [...POSITIONS.slice(2), ...POSITIONS.slice(0, 2)];
  return { drives, cdroms: cdroms.map((blocks) => place(fromThird, { kind: 'cdrom', ...(blocks && { blocks }) })) };
}
