import type { PcFile, PcPlan, PcRole } from '../machines/pc/pc-plan.ts';
import { type SavedRun, savedRun } from './saved-machine.ts';
import { savedBoolean, savedList, savedNumber, savedRecord, savedString, savedWord } from './saved-value.ts';

const DRIVES = ['floppy', 'disk', 'cdrom'] as const;
const ROLES: readonly PcRole[] = [...DRIVES, 'kernel', 'initrd', 'bios', 'vga-bios'];

/** The `pc` that a snapshot describes. @param path of the snapshot @throws UsageError if it does not say all of it */
export function savedPc(path: string, saved: unknown): PcPlan & SavedRun {
  const { memory, append, kernelEntry, bootOrder, reboot, files } = savedRecord(path, saved);
  return {
    machine: 'pc',
    memory: savedNumber(path, memory),
    append: append === undefined ? undefined : savedString(path, append),
    kernelEntry: savedWord(path, kernelEntry, ['auto', 'direct', '32-bit', '16-bit']),
    bootOrder: savedList(path, bootOrder, (drive) => savedWord(path, drive, DRIVES)),
    reboot: savedBoolean(path, reboot),
    files: savedList(path, files, (file) => savedFile(path, file)),
    ...savedRun(path, saved),
  };
}

function savedFile(path: string, saved: unknown): PcFile {
  const file = savedRecord(path, saved);
  return {
    role: savedWord(path, file.role, ROLES),
    path: savedString(path, file.path),
    size: savedNumber(path, file.size),
    readonly: savedBoolean(path, file.readonly),
  };
}
