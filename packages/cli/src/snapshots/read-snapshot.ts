import { isVmError, type Vm, type VmErrorCode, type VmSnapshot } from '@picovm/core';
import { readSnapshotFile } from '@picovm/core/node';
import { UsageError } from '../usage-error.ts';

/** What to do about a snapshot that cannot be used. */
const HINTS: Partial<Record<VmErrorCode, string>> = {
  ERR_SNAPSHOT_FORMAT: "give a file that 'picovm run --snapshot-on-stop' wrote",
  ERR_SNAPSHOT_TRUNCATED: 'copy or take it once more',
  ERR_SNAPSHOT_CORRUPT: 'copy or take it once more',
  ERR_SNAPSHOT_VERSION: 'update picovm',
  ERR_SNAPSHOT_MISMATCH: 'go on with the devices, and on the accelerator, that it was taken with',
};

/** Reads a snapshot. @throws UsageError (as a rejection) naming the file, what is wrong with it, and what to do */
export async function readSnapshot(path: string): Promise<VmSnapshot> {
  try {
    return await readSnapshotFile(path);
  } catch (error) {
    if (isVmError(error)) throw new UsageError(withHint(error.message, error.code));
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`${path}: no such file`);
    if (code === 'EISDIR') throw new UsageError(`${path} is a directory: give the file of a snapshot`);
    throw new UsageError(message);
  }
}

/** Puts a machine into the state of a snapshot. @throws UsageError naming the file, if the machine is none for it */
export function restoreSnapshot(vm: Vm, snapshot: VmSnapshot, path: string): void {
  try {
    vm.restore(snapshot);
  } catch (error) {
    if (!isVmError(error)) throw error;
    throw new UsageError(withHint(`${path}: ${error.message}`, error.code));
  }
}

function withHint(message: string, code: VmErrorCode): string {
  const hint = HINTS[code];
  return hint === undefined ? message : `${message}; ${hint}`;
}
