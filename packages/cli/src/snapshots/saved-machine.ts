import type { RunResult } from '@picovm/core';
import type { DevicePlan } from '../devices/device-plan.ts';
import { type GuestEnd, isGuestEnd } from '../guest-end.ts';
import type { MachinePlan, PicoPlan } from '../machines/machine-plan.ts';
import type { MachineName } from '../options/machine-name.ts';
import { printable } from '../output/printable.ts';
import { foreignSnapshot, savedNumber, savedRecord, savedString } from './saved-value.ts';

/** How a machine was run, and how its guest ended. */
export interface SavedRun {
  /** Which accelerator ran it, to go on with it where it can run. */
  readonly accelerator: string;
  /** How the guest ended, if it did by its own will. */
  readonly end: GuestEnd | undefined;
}

/** What a snapshot of the command says of its machine. */
type SavedMachine = SavedRun & { readonly devices: readonly SavedDevice[] } & Omit<MachinePlan, 'devices'>;

interface SavedDevice {
  /** As `--device` had it: a built-in type, a package, or a path. */
  readonly name: string;
  readonly exportName: string | undefined;
  /** Numbers, booleans, strings, and byte arrays. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A machine as plain data, to be built again. @param result of the run that ends */
export function saveMachine(
  { devices, ...plan }: MachinePlan,
  accelerator: string,
  { outcome, message }: RunResult,
): SavedMachine {
  const saved = devices.map(({ name, exportName, options }) => ({ name, exportName, options }));
  const end = { outcome, message };
  return { ...plan, accelerator, devices: saved, end: isGuestEnd(end) ? end : undefined };
}

/**
 * Of which machine a snapshot is.
 * @param path of the snapshot, for messages
 * @param saved what `saveMachine` gave, out of a file that may come from elsewhere
 * @throws UsageError if it is no such description
 */
export function savedMachineName(path: string, saved: unknown): MachineName {
  const { machine } = savedRecord(path, saved);
  if (typeof machine !== 'string') throw foreignSnapshot(path);
  if (machine === 'pico' || machine === 'pc') return machine;
  throw foreignSnapshot(path, `its machine is '${printable(machine)}', and this picovm has only pico and pc`);
}

/** The `pico` machine that a snapshot describes. @throws UsageError if it does not say all of it */
export function savedPico(path: string, saved: unknown): PicoPlan & SavedRun {
  const memory = savedNumber(path, savedRecord(path, saved).memory);
  return { machine: 'pico', memory, ...savedRun(path, saved) };
}

/** What a snapshot of any machine says. @throws UsageError if it does not */
export function savedRun(path: string, saved: unknown): SavedRun & { readonly devices: readonly DevicePlan[] } {
  const { accelerator, devices, end } = savedRecord(path, saved);
  if (!Array.isArray(devices)) throw foreignSnapshot(path);
  return {
    accelerator: savedString(path, accelerator),
    devices: devices.map((device) => savedDevice(path, device)),
    end: end === undefined ? undefined : savedEnd(path, end),
  };
}

function savedDevice(path: string, saved: unknown): DevicePlan {
  const { name, exportName, options } = savedRecord(path, saved);
  if (typeof name !== 'string' || (exportName !== undefined && typeof exportName !== 'string'))
    throw foreignSnapshot(path);
  const text = exportName === undefined ? name : `${name}#${exportName}`;
  return { origin: `${path}: its --device ${text}`, name, exportName, options: savedRecord(path, options) };
}

function savedEnd(path: string, saved: unknown): GuestEnd {
  const { outcome, message } = savedRecord(path, saved);
  const end = { outcome, message };
  if (!isGuestEnd(end)) throw foreignSnapshot(path);
  // It is printed, and the file may come from anybody.
  return { ...end, message: printable(end.message) };
}
