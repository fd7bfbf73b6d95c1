import type { BiosDisk } from '@picovm/bios';
import type { Ata, AtaPosition, BlockBackend, Floppy } from '@picovm/device-disk';

/** The drives, as the built-in BIOS has them. What is in a floppy or CD-ROM drive may change. */
export function biosDisks(
  floppies: Floppy['drives'],
  ide: Ata,
  disks: readonly BlockBackend[],
  cdroms: readonly AtaPosition[],
): BiosDisk[] {
  return [
    ...floppies.map((drive) => removable('floppy', () => drive.blocks)),
    ...disks.map((blocks): BiosDisk => ({ kind: 'disk', blocks })),
    ...cdroms.map((position) => removable('cdrom', () => ide.medium(position))),
  ];
}

function removable(kind: 'floppy' | 'cdrom', medium: () => BlockBackend | undefined): BiosDisk {
  return {
    kind,
    get blocks() {
      return medium();
    },
  };
}
