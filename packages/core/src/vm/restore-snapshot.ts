import type { Vcpu } from '../accelerator/accelerator.ts';
import type { Device, DeviceState } from '../device/device.ts';
import { isVmError, messageOf, VmError } from '../errors.ts';
import { refusePromise } from '../refuse-promise.ts';
import { compareMachines } from '../snapshot/compare-machines.ts';
import { type SnapshotDifference, snapshotMismatch } from '../snapshot/difference.ts';
import { replacePages } from '../snapshot/memory-pages.ts';
import { validateSnapshot } from '../snapshot/validate-snapshot.ts';
import type { MachineDescription, VmSnapshot } from '../snapshot/vm-snapshot.ts';
import { restoreCounters } from './counters.ts';
import type { SnapshotParts } from './snapshot-parts.ts';
import { takeState } from './take-snapshot.ts';

type State = Omit<VmSnapshot, 'memory'>;

/**
 * Puts a stopped VM into the state of a snapshot. All or nothing: if a part refuses, those that took their new state
 * before it get their own state back, and the others are not touched.
 * @throws VmError `ERR_SNAPSHOT_FORMAT`, `ERR_SNAPSHOT_VERSION`, `ERR_SNAPSHOT_MISMATCH`; `ERR_DEVICE_STATE` or
 *   `ERR_DEVICE` if a device refuses its state; `ERR_UNSUPPORTED` naming a part that has no snapshots
 */
export function restoreSnapshot(parts: SnapshotParts, snapshot: VmSnapshot): void {
  const wanted = validateSnapshot(snapshot);
  const before = takeState(parts);
  const differences = [...compareMachines(wanted.machine, before.machine), ...compareStates(parts, wanted, before)];
  if (differences.length > 0) throw snapshotMismatch(differences);
  const undo: (() => void)[] = [];
  try {
    apply(parts, wanted, before, undo);
  } catch (error) {
    rollBack(parts, before, undo, error);
    throw error;
  }
  parts.exits.recent.clear();
}

// Devices that keep a state on one side only; and what the vCPU has against its own, if the rest of the machine fits.
function compareStates({ vcpu }: SnapshotParts, wanted: VmSnapshot, { machine }: State): SnapshotDifference[] {
  const here = new Map(machine.devices.map(({ id, version }) => [id, version]));
  const describe = (version: number | null): string => (version === null ? 'none' : `version ${version}`);
  const devices = wanted.machine.devices.flatMap(({ id, version }) => {
    const own = here.get(id);
    if (own === undefined || (own === null) === (version === null)) return [];
    return [{ what: `the state of ${id}`, snapshot: describe(version), machine: describe(own) }];
  });
  return [...devices, ...compareVcpu(vcpu, wanted, machine)];
}

function compareVcpu(vcpu: Vcpu, wanted: VmSnapshot, { cpu }: MachineDescription): readonly SnapshotDifference[] {
  if (wanted.vcpu.arch !== cpu.arch) {
    return [{ what: 'the instruction set', snapshot: wanted.vcpu.arch, machine: cpu.arch }];
  }
  return vcpu.differences?.(wanted.vcpu) ?? [];
}

// Memory first, because devices may look at it; then time, by which devices set their alarms. What comes after the
// devices refuses nothing. Each part says before it changes how it is put back, in the same order.
function apply(parts: SnapshotParts, wanted: VmSnapshot, before: State, undo: (() => void)[]): void {
  const { memory, clock, vcpu, irqs, devices } = parts;
  memory.regions.forEach((region, i) => {
    undo.push(replacePages(memory, region, wanted.memory[i]));
  });
  const { kind, settings } = wanted.machine.clock;
  undo.push(() => clock.restore?.({ kind, settings, counts: before.clock }));
  clock.restore?.({ kind, settings, counts: wanted.clock });
  undo.push(() => vcpu.restore(before.vcpu));
  vcpu.restore(wanted.vcpu);
  irqs.restoring(wanted.run.irqLines, () => {
    for (const { device, id } of devices) {
      if (!Object.hasOwn(wanted.devices, id)) continue;
      undo.push(() => restoreDevice(device, before.devices[id]));
      try {
        restoreDevice(device, wanted.devices[id]);
      } catch (error) {
        // It says that it left itself as it was: what it does in the host meanwhile can go on.
        if (isVmError(error) && error.code === 'ERR_DEVICE_STATE') undo.pop();
        throw error;
      }
    }
  });
  restoreCounters(wanted.counters, parts.exits, parts.ports, parts.mmio, devices);
  parts.loop.restore(wanted.run);
}

function restoreDevice(device: Device, state: DeviceState): void {
  try {
    refusePromise(device.restore?.(state));
  } catch (cause) {
    if (isVmError(cause)) throw cause;
    throw new VmError('ERR_DEVICE', `${device.id} threw in restore: ${messageOf(cause)}`, { device: device.id, cause });
  }
}

function rollBack(parts: SnapshotParts, before: State, undo: readonly (() => void)[], why: unknown): void {
  try {
    parts.irqs.restoring(before.run.irqLines, () => {
      for (const putBack of undo) putBack();
    });
    // Devices may have counted that they were restored.
    restoreCounters(before.counters, parts.exits, parts.ports, parts.mmio, parts.devices);
  } catch (cause) {
    throw new VmError(
      'ERR_DEVICE',
      `${messageOf(why)}; and the machine could not be put back as it was: ${messageOf(cause)}: dispose it`,
      { cause },
    );
  }
}
