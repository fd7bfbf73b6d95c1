import type { Vcpu } from '../accelerator/accelerator.ts';
import type { MmioBus } from '../bus/mmio-bus.ts';
import type { PortBus } from '../bus/port-bus.ts';
import type { ExitReason } from '../exits/exit.ts';
import type { ExitDispatcher } from '../exits/exit-dispatcher.ts';
import type { Metrics } from '../metrics.ts';

/** Counters that are always on, since the VM was made. */
export interface VmCounters {
  /** All exits but the host's own (`slice-end`, `kicked`). */
  readonly totalExits: number;
  /** Exits by reason. */
  readonly exits: Readonly<Record<ExitReason, number>>;
  /** Instructions retired; 0 if the accelerator does not count them. */
  readonly instructions: number;
  /** Accesses that nobody owned. */
  readonly unmapped: UnmappedCounters;
  /** By device id. */
  readonly devices: Readonly<Record<string, DeviceCounters>>;
}

/** Accesses that nobody owned, by bus. */
export interface UnmappedCounters {
  /** To ports. */
  readonly port: AccessCounts;
  /** To physical addresses. */
  readonly mmio: AccessCounts;
}

/** Reads and writes. */
export interface AccessCounts {
  /** Reads; each element of a string instruction counts. */
  readonly reads: number;
  /** Writes; each element of a string instruction counts. */
  readonly writes: number;
}

/** What a device was asked, and what it counts itself. */
export interface DeviceCounters extends AccessCounts {
  /** Its own counters, by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Gathers the counters from where they are counted. */
export function collectCounters(
  exits: ExitDispatcher,
  vcpu: Vcpu,
  ports: PortBus,
  mmio: MmioBus,
  devices: readonly { readonly id: string; readonly metrics: Metrics }[],
): VmCounters {
  const accesses = new Map(devices.map(({ id }) => [id, { reads: 0, writes: 0 }]));
  for (const bus of [ports, mmio]) {
    for (const { owner, reads, writes } of bus.accessCounts()) {
      const sum = accesses.get(owner);
      if (sum === undefined) continue;
      sum.reads += reads;
      sum.writes += writes;
    }
  }
  return {
    totalExits: exits.total,
    exits: exits.counts,
    instructions: vcpu.instructions,
    unmapped: { port: { ...ports.unmapped }, mmio: { ...mmio.unmapped } },
    devices: Object.fromEntries(
      devices.map(({ id, metrics }) => [id, { ...(accesses.get(id) as AccessCounts), metrics: metrics.values() }]),
    ),
  };
}

/** Sets the counters to what a snapshot has; the vCPU's own is a part of its state. */
export function restoreCounters(
  counters: VmCounters,
  exits: ExitDispatcher,
  ports: PortBus,
  mmio: MmioBus,
  devices: readonly { readonly id: string; readonly metrics: Metrics }[],
): void {
  exits.restoreCounts(counters.exits, counters.totalExits);
  const owners = new Map(Object.entries(counters.devices).map(([id, { reads, writes }]) => [id, { reads, writes }]));
  ports.restoreCounts(owners, counters.unmapped.port);
  mmio.restoreCounts(owners, counters.unmapped.mmio);
  mmio.restoreGone(owners);
  for (const { id, metrics } of devices) metrics.restore(counters.devices[id]?.metrics ?? {});
}
