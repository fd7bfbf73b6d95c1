import { planDevices } from '../../machines/with-devices.ts';
import { WALK_OPTIONS } from '../../options/option-table.ts';
import { parseArgs } from '../../options/parse-args.ts';
import { pcSettings } from '../../options/pc-settings.ts';
import { runSettings } from '../../options/run-settings.ts';
import { DEFAULT_WALK_TIMEOUT, walkSettings } from '../../options/walk-settings.ts';
import { UsageError } from '../../usage-error.ts';
import { inspectGuest } from '../../walk/inspect-guest.ts';
import { printWalk } from '../../walk/print-walk.ts';
import { withImage } from './image-settings.ts';
import { withPc } from './with-pc.ts';

/** `picovm walk --machine pc`: how the CPU of a guest translates addresses. What the guest writes to its disks is dropped. */
export async function walkPc(args: readonly string[]): Promise<number> {
  const { options, operands } = parseArgs('walk', args, WALK_OPTIONS);
  const [image, ...rest] = operands;
  if (rest.length > 0) throw new UsageError(`walk takes one image, but got '${image}' and '${rest[0]}'`);
  const walk = walkSettings(options);
  const run = runSettings({ ...options, timeout: options.timeout ?? DEFAULT_WALK_TIMEOUT });
  const settings = withImage(pcSettings(options), image);
  const devices = await planDevices(settings.devices);
  const drives = settings.drives.map((drive) => ({ ...drive, overlay: !drive.readonly }));
  return withPc({ settings, devices, steps: [] }, { ...settings, drives }, (kind) =>
    inspectGuest(
      kind,
      run,
      () => {},
      (inspected) => printWalk(inspected, walk, run.json),
    ),
  );
}
