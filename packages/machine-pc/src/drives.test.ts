import { memoryBlocks } from '@picovm/device-disk';
import { describe, expect, it } from 'vitest';
import { placeDrives } from './drives.ts';

const disk = memoryBlocks(512);
const cd = memoryBlocks(2048);

describe('drives on two IDE channels', () => {
  it.each<[number, number, string, string]>([
    [1, 1, 'primaryMaster disk, secondaryMaster cdrom', 'secondaryMaster'],
    [
      2,
      2,
      'primaryMaster disk, primarySlave disk, secondaryMaster cdrom, secondarySlave cdrom',
      'secondaryMaster secondarySlave',
    ],
    [3, 1, 'primaryMaster disk, primarySlave disk, secondaryMaster disk, secondarySlave cdrom', 'secondarySlave'],
    [
      0,
      3,
      'secondaryMaster cdrom, secondarySlave cdrom, primaryMaster cdrom',
      'secondaryMaster secondarySlave primaryMaster',
    ],
    [4, 0, 'primaryMaster disk, primarySlave disk, secondaryMaster disk, secondarySlave disk', ''],
    [0, 0, '', ''],
  ])('%i disks and %i CD-ROM drives', (disks, cdroms, places, positions) => {
    const placed = placeDrives(new Array(disks).fill(disk), new Array(cdroms).fill(cd));
    const found = Object.entries(placed.drives).map(([position, drive]) => `${position} ${drive.kind}`);
    expect(found.join(', ')).toBe(places);
    expect(placed.cdroms.join(' ')).toBe(positions);
  });

  it('have no medium where a CD-ROM drive is empty', () => {
    expect(placeDrives([], [undefined, cd]).drives).toEqual({
      secondaryMaster: { kind: 'cdrom' },
      secondarySlave: { kind: 'cdrom', blocks: cd },
    });
  });
});
