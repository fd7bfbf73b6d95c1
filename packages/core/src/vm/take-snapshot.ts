import type { MmioBus } from '../bus/mmio-bus.ts';
import type { PortBus } from '../bus/port-bus.ts';
import type { Device, DeviceState } from '../device/device.ts';
import { messageOf, VmError } from '../errors.ts';
import { refusePromise } from '../refuse-promise.ts';
import { copyPages } from '../snapshot/memory-pages.ts';
import { copyPlain } from '../snapshot/plain-data.ts';
import type { RangeDescription, VmSnapshot } from '../snapshot/vm-snapshot.ts';
import type { ClockState } from '../time/clock.ts';
import { CORE_VERSION } from '../version.ts';
import { collectCounters } from './counters.ts';
import type { SnapshotParts } from './snapshot-parts.ts';

/**
 * The state of a stopped VM.
 * @throws VmError `ERR_UNSUPPORTED` naming a part that has no snapshots; `ERR_DEVICE` if a device threw, or gave a state
 *   that is no plain data; what the vCPU throws
 */
export function takeSnapshot(parts: SnapshotParts, description: string): VmSnapshot {
  return { ...takeState(parts, description), memory: parts.memory.regions.map(copyPages) };
}

/**
 * The same without the contents of memory, of which there may be much.
 * @throws VmError as {@link takeSnapshot}
 */
export function takeState(parts: SnapshotParts, description = ''): Omit<VmSnapshot, 'memory'> {
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
      ranges: parts.ranges.map((range) => ({ ...range })),
      clock: { kind: clock.kind, settings: { ...clock.settings } },
    },
    vcpu,
    devices,
    clock: { ...clock.counts },
    run: { ...parts.loop.snapshot(), irqLines: parts.irqs.levels },
    counters: collectCounters(exits, parts.vcpu, ports, mmio, parts.devices),
  };
}

/** Who has which addresses, as of now. */
export function describeRanges(ports: PortBus, mmio: MmioBus): RangeDescription[] {
  return [...ports.map(), ...mmio.map()].map(({ space, base, length, owner }) => {
    return { space: space === 'port' ? space : 'mmio', base, length, owner };
  });
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
    const state = copyPlain(refusePromise(device.snapshot?.()), 'it') as DeviceState | undefined;
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
