import { VmError } from '../errors.ts';

/** Something that a snapshot and the machine to restore it into do not have in common. */
export interface SnapshotDifference {
  /** What differs: `memory at 0x0`, `device uart`, `the CPU model`. */
  readonly what: string;
  /** What the snapshot has, in words. */
  readonly snapshot: string;
  /** What the machine has, in words. */
  readonly machine: string;
}

/**
 * The error for a snapshot that a machine, or a part of it, cannot take: `ERR_SNAPSHOT_MISMATCH`. Its message lists both
 * sides of every difference; `details.differences` has them as values.
 */
export function snapshotMismatch(differences: readonly SnapshotDifference[]): VmError {
  const lines = differences.map(({ what, snapshot, machine }) => {
    return `${what}: the snapshot has ${snapshot}, this machine ${machine}`;
  });
  return new VmError('ERR_SNAPSHOT_MISMATCH', `the snapshot does not fit this machine: ${lines.join('; ')}`, {
    differences,
  });
}
