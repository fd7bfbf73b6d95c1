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

/** A message lists so many differences, and so much of each side: a snapshot may be anybody's. */
const MAX_LISTED = 20;
const MAX_TEXT = 200;

/**
 * The error for a snapshot that a machine, or a part of it, cannot take: `ERR_SNAPSHOT_MISMATCH`. Its message lists both
 * sides of the differences, of the first 20 if there are more; `details.differences` has all of them as values.
 */
export function snapshotMismatch(differences: readonly SnapshotDifference[]): VmError {
  const lines = differences.slice(0, MAX_LISTED).map(({ what, snapshot, machine }) => {
    return `${short(what)}: the snapshot has ${short(snapshot)}, this machine ${short(machine)}`;
  });
  if (differences.length > MAX_LISTED) lines.push(`and ${differences.length - MAX_LISTED} more`);
  return new VmError('ERR_SNAPSHOT_MISMATCH', `the snapshot does not fit this machine: ${lines.join('; ')}`, {
    differences,
  });
}

function short(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
