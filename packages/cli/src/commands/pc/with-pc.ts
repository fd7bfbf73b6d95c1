import type { Pc } from '@picovm/machine-pc';
import { EXIT_STATUS } from '../../exit-status.ts';
import type { MachineKind } from '../../machines/machine-kind.ts';
import { PcFiles } from '../../machines/pc/pc-files.ts';
import { type PcParts, pcKind } from '../../machines/pc/pc-kind.ts';
import type { PcFileSettings } from '../../options/pc-settings.ts';
import { Progress } from '../../output/progress.ts';

/**
 * Opens the files of a `pc`, does something with the machine, and closes them, whatever came of it.
 * @returns the exit status that `use` gives, or another one if what the guest wrote is not all in its files
 */
export async function withPc(
  parts: Omit<PcParts, 'files' | 'progress'>,
  fileSettings: PcFileSettings,
  use: (kind: MachineKind<Pc>, files: PcFiles) => Promise<number>,
): Promise<number> {
  const progress = new Progress();
  const files = await PcFiles.open(fileSettings, progress);
  let status: number;
  let well: boolean;
  try {
    status = await use(pcKind({ ...parts, files, progress }), files);
  } finally {
    well = await files.close();
  }
  return well ? status : EXIT_STATUS.usage;
}
