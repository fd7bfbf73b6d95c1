import type { VmSnapshot } from '@picovm/core';
import { chooseAccelerator } from '../choose-accelerator.ts';
import type { GuestEnd } from '../guest-end.ts';
import type { Machine } from '../machines/machine.ts';
import type { MachineKind } from '../machines/machine-kind.ts';
import type { RunSettings } from '../options/run-settings.ts';
import { runMachine } from '../run-machine.ts';
import { restoreSnapshot } from './read-snapshot.ts';
import type { SavedRun } from './saved-machine.ts';

/** A snapshot as it was read. */
export interface Resumed {
  /** Of its file. */
  readonly path: string;
  readonly snapshot: VmSnapshot;
  /** What it says of its run. */
  readonly saved: SavedRun;
}

/**
 * Builds the machine, puts it into the state of a snapshot, and goes on with its guest.
 * @param saysAccel whether the command line says what to run it on
 * @returns the exit status of the command
 */
export async function resumeRun<M extends Machine>(
  kind: MachineKind<M>,
  settings: RunSettings,
  { path, snapshot, saved }: Resumed,
  saysAccel: boolean,
): Promise<number> {
  const accel = saysAccel ? settings.accel : await accelThatWas(saved.accelerator);
  const { end }: { end: GuestEnd | undefined } = saved;
  if (end !== undefined)
    console.error(`picovm: ${path}: it does not go on, because the guest had ended: ${end.message}`);
  return runMachine(
    kind,
    { ...settings, accel, cpu: cpuThatWas(snapshot, path) },
    ({ vm }) => restoreSnapshot(vm, snapshot, path),
    end,
  );
}

// The processor that the guest knows; after KVM, the default one, which takes what the guest used, or says what is missing.
function cpuThatWas({ machine }: VmSnapshot, path: string): RunSettings['cpu'] {
  const { model } = machine.cpu;
  return model === 'host' ? undefined : { model, origin: path };
}

// The guest may use what only that accelerator has.
async function accelThatWas(name: string): Promise<RunSettings['accel']> {
  if (name !== 'kvm' && name !== 'interp') return 'auto';
  return chooseAccelerator(name).then(
    () => name,
    () => 'auto',
  );
}
