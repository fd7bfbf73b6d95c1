import type { Vcpu } from '../accelerator/accelerator.ts';
import type { MmioBus } from '../bus/mmio-bus.ts';
import type { PortBus } from '../bus/port-bus.ts';
import type { Device, DeviceState } from '../device/device.ts';
import { isVmError, messageOf, VmError } from '../errors.ts';
import type { ExitDispatcher } from '../exits/exit-dispatcher.ts';
import type { IrqLines } from '../irq/interrupt-controller.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { Metrics } from '../metrics.ts';
import { checkSnapshot } from '../snapshot/check-snapshot.ts';
import { compareMachines } from '../snapshot/compare-machines.ts';
import { type SnapshotDifference, snapshotMismatch } from '../snapshot/difference.ts';
import { copyPages, restorePages } from '../snapshot/memory-pages.ts';
import { copyPlain } from '../snapshot/plain-data.ts';
import type { MachineDescription, VmSnapshot } from '../snapshot/vm-snapshot.ts';
import type { ClockState, DrivenClock } from '../time/clock.ts';
import { CORE_VERSION } from '../version.ts';
import { collectCounters, restoreCounters } from './counters.ts';
import type { RunLoop } from './run-loop.ts';

/** What snapshots are taken of. */
export interface SnapshotParts {
  readonly acceleratorName: string;
  readonly vcpu: Vcpu;
  readonly memory: GuestMemory;
  readonly ports: PortBus;
  readonly mmio: MmioBus;
  readonly irqs: IrqLines;
  readonly clock: DrivenClock;
  readonly exits: ExitDispatcher;
  readonly loop: RunLoop;
  readonly devices: readonly { readonly device: Device; readonly id: string; readonly metrics: Metrics }[];
}

/**
 * The state of a stopped VM.
 * @throws VmError `ERR_UNSUPPORTED` naming a part that has no snapshots; `ERR_DEVICE` if a device threw, or gave a state
 *   that is no plain data; what the vCPU throws
 */
export function takeSnapshot(parts: SnapshotParts, description: string): VmSnapshot {
  checkDevicesCan(parts);
  // First of all, because completing an instruction may move bytes through devices and memory.
  const vcpu = parts.vcpu.snapshot();
  const devices = Object.fromEntries(
    parts.devices
      .filter(({ device }) => hasState(device))
      .map(({ id, device }): [string, DeviceState] => [id, stateOf(device)]),
  );
  const clock = clockOf(parts);
  const { exits, ports, mmio } = parts;
  return {
    description,
    creator: `@picovm/core ${CORE_VERSION}`,
    meta: {},
    machine: {
      accelerator: parts.acceleratorName,
      cpu: { arch: vcpu.arch, model: typeof vcpu.model === 'string' ? vcpu.model : '' },
      memory: parts.memory.regions.map(({ base, size, name, readonly }) => ({ base, size, name, readonly })),
      devices: parts.devices.map(({ id, device: { type } }) => ({ id, type, version: devices[id]?.version ?? null })),
      ranges: [...ports.map(), ...mmio.map()].map(({ space, base, length, owner }) => {
        return { space: space === 'port' ? space : 'mmio', base, length, owner };
      }),
      clock: { kind: clock.kind, settings: { ...clock.settings } },
    },
    vcpu,
    memory: parts.memory.regions.map(copyPages),
    devices,
    clock: { ...clock.counts },
    run: { ...parts.loop.snapshot(), irqLines: parts.irqs.levels },
    counters: collectCounters(exits, parts.vcpu, ports, mmio, parts.devices),
  };
}

/**
 * Puts a stopped VM into the state of a snapshot. All or nothing.
 * @throws VmError `ERR_SNAPSHOT_FORMAT`, `ERR_SNAPSHOT_VERSION`, `ERR_SNAPSHOT_MISMATCH`; `ERR_DEVICE_STATE` or
 *   `ERR_DEVICE` if a device refuses its state; `ERR_UNSUPPORTED` naming a part that has no snapshots
 */
export function restoreSnapshot(parts: SnapshotParts, snapshot: VmSnapshot): void {
  const wanted = checkSnapshot(snapshot);
  const before = takeSnapshot(parts, '');
  const differences = [...compareMachines(wanted.machine, before.machine), ...compareStates(parts, wanted, before)];
  if (differences.length > 0) throw snapshotMismatch(differences);
  try {
    apply(parts, wanted);
  } catch (error) {
    rollBack(parts, before, error);
    throw error;
  }
  parts.exits.recent.clear();
}

// Devices that keep a state on one side only; and what the vCPU has against its own, if the rest of the machine fits.
function compareStates({ vcpu }: SnapshotParts, wanted: VmSnapshot, { machine }: VmSnapshot): SnapshotDifference[] {
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

// Memory first, because devices may look at it; then time, by which devices set their alarms.
function apply(parts: SnapshotParts, snapshot: VmSnapshot): void {
  const { memory, clock, vcpu, irqs, devices } = parts;
  memory.regions.forEach((region, i) => {
    restorePages(memory, region, snapshot.memory[i]);
  });
  const { kind, settings } = snapshot.machine.clock;
  clock.restore?.({ kind, settings, counts: snapshot.clock });
  vcpu.restore(snapshot.vcpu);
  irqs.restoring(snapshot.run.irqLines, () => {
    for (const { device, id } of devices) {
      if (Object.hasOwn(snapshot.devices, id)) restoreDevice(device, snapshot.devices[id]);
    }
  });
  restoreCounters(snapshot.counters, parts.exits, parts.ports, parts.mmio, devices);
  parts.loop.restore(snapshot.run);
}

function restoreDevice(device: Device, state: DeviceState): void {
  try {
    device.restore?.(state);
  } catch (cause) {
    if (isVmError(cause)) throw cause;
    throw new VmError('ERR_DEVICE', `${device.id} threw in restore: ${messageOf(cause)}`, { device: device.id, cause });
  }
}

function rollBack(parts: SnapshotParts, before: VmSnapshot, why: unknown): void {
  try {
    apply(parts, before);
  } catch (cause) {
    throw new VmError(
      'ERR_DEVICE',
      `${messageOf(why)}; and the machine could not be put back as it was: ${messageOf(cause)}: dispose it`,
      { cause },
    );
  }
}

function hasState({ manifest }: Device): boolean {
  return manifest?.supports.snapshot !== false;
}

function checkDevicesCan({ devices }: SnapshotParts): void {
  for (const { device, id } of devices) {
    if (!hasState(device) || (device.snapshot !== undefined && device.restore !== undefined)) continue;
    throw new VmError(
      'ERR_UNSUPPORTED',
      `${id} has no snapshots: give the device snapshot() and restore(), or say in its definition that it keeps no ` +
        'state that matters (supports: { snapshot: false })',
      { device: id },
    );
  }
}

function stateOf(device: Device): DeviceState {
  try {
    const state = copyPlain(device.snapshot?.(), 'it') as DeviceState | undefined;
    if (!Number.isSafeInteger(state?.version) || (state?.version as number) < 1) {
      throw new TypeError('it has no version from 1 on');
    }
    return state as DeviceState;
  } catch (cause) {
    throw new VmError('ERR_DEVICE', `${device.id} gave no state that can be kept: ${messageOf(cause)}`, {
      device: device.id,
      cause,
    });
  }
}

function clockOf({ clock }: SnapshotParts): ClockState {
  if (clock.snapshot === undefined || clock.restore === undefined) {
    throw new VmError('ERR_UNSUPPORTED', 'the clock has no snapshots: give it snapshot() and restore()');
  }
  return clock.snapshot();
}
