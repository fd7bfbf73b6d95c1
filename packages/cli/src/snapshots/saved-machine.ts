import type { RunResult } from '@picovm/core';
import type { DevicePlan } from '../devices/device-plan.ts';
import { type GuestEnd, isGuestEnd } from '../guest-end.ts';
import type { MachinePlan } from '../machines/machine-plan.ts';
import { printable } from '../output/printable.ts';
import { UsageError } from '../usage-error.ts';

/** What a snapshot of the command says of its machine. */
export interface SavedMachine {
  readonly machine: 'pico';
  /** Bytes. */
  readonly memory: number;
  /** Which accelerator ran it, to go on with it where it can run. */
  readonly accelerator: string;
  readonly devices: readonly SavedDevice[];
  /** How the guest ended, if it did by its own will. */
  readonly end: GuestEnd | undefined;
}

interface SavedDevice {
  /** As `--device` had it: a built-in type, a package, or a path. */
  readonly name: string;
  readonly exportName: string | undefined;
  /** Numbers, booleans, strings, and byte arrays. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A machine as plain data, to be built again. @param result of the run that ends */
export function saveMachine(
  { machine, memory, devices }: MachinePlan,
  accelerator: string,
  { outcome, message }: RunResult,
): SavedMachine {
  const saved = devices.map(({ name, exportName, options }) => ({ name, exportName, options }));
  const end = { outcome, message };
  return { machine, memory, accelerator, devices: saved, end: isGuestEnd(end) ? end : undefined };
}

/**
 * The machine that a snapshot describes.
 * @param path of the snapshot, for messages
 * @param saved what `saveMachine` gave, out of a file that may come from elsewhere
 * @throws UsageError if it is no such description
 */
export function savedMachine(path: string, saved: unknown): MachinePlan & Pick<SavedMachine, 'accelerator' | 'end'> {
  const { machine, memory, accelerator, devices, end } = record(path, saved);
  if (typeof machine !== 'string') throw foreign(path);
  if (machine !== 'pico') throw foreign(path, `its machine is '${machine}', and this picovm has only pico`);
  if (typeof memory !== 'number' || typeof accelerator !== 'string' || !Array.isArray(devices)) throw foreign(path);
  return {
    machine,
    memory,
    accelerator,
    devices: devices.map((device) => savedDevice(path, device)),
    end: end === undefined ? undefined : savedEnd(path, end),
  };
}

function savedDevice(path: string, saved: unknown): DevicePlan {
  const { name, exportName, options } = record(path, saved);
  if (typeof name !== 'string' || (exportName !== undefined && typeof exportName !== 'string')) throw foreign(path);
  const text = exportName === undefined ? name : `${name}#${exportName}`;
  return { origin: `${path}: its --device ${text}`, name, exportName, options: record(path, options) };
}

function savedEnd(path: string, saved: unknown): GuestEnd {
  const { outcome, message } = record(path, saved);
  const end = { outcome, message };
  if (!isGuestEnd(end)) throw foreign(path);
  // It is printed, and the file may come from anybody.
  return { ...end, message: printable(end.message) };
}

function record(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw foreign(path);
  return value as Readonly<Record<string, unknown>>;
}

function foreign(path: string, why = 'it does not say what machine it is of'): UsageError {
  return new UsageError(`${path} is no snapshot that 'picovm run --snapshot-on-stop' wrote: ${why}`);
}
