import type { DriveArgument } from '../../options/drive-argument.ts';
import type { RunSettings } from '../../options/run-settings.ts';
import { UsageError } from '../../usage-error.ts';

/** A snapshot has no disks in it: it goes on with what the guest wrote to them. @throws UsageError if that is dropped */
export function checkNoOverlay(
  { snapshotOnStop }: Pick<RunSettings, 'snapshotOnStop'>,
  drives: readonly DriveArgument[],
): void {
  const one = snapshotOnStop === undefined ? undefined : drives.find(({ overlay }) => overlay);
  if (one === undefined) return;
  throw new UsageError(
    `--snapshot-on-stop: what the guest writes to --${one.option} ${one.file} is dropped (overlay), ` +
      'and a snapshot cannot go on without it: leave out overlay, and work on a copy',
  );
}
