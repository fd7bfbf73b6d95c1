import type { Accelerator, Vcpu } from '../accelerator/accelerator.ts';
import type { OnUnmapped } from '../bus/handler.ts';
import type { Device } from '../device/device.ts';
import type { Logger } from '../logger.ts';
import type { ArenaOptions } from '../memory/arena.ts';
import type { MemoryRegionSpec } from '../memory/region.ts';
import type { DrivenClock } from '../time/clock.ts';

/** What a VM is made of. */
export interface VmOptions<V extends Vcpu = Vcpu> extends ArenaOptions {
  /** What runs the guest. */
  readonly accelerator: Accelerator<V>;
  /** Guest-physical memory; the rest of the address space is MMIO. */
  readonly memory: readonly MemoryRegionSpec[];
  /** How many virtual CPUs it has. Default 1. */
  readonly vcpus?: number;
  /** Attached in this order; once attached, the VM disposes them, in the opposite order. Default: none. */
  readonly devices?: readonly Device[];
  /** What an access to an address that nobody owns does. Default `'float'`. */
  readonly onUnmapped?: OnUnmapped;
  /** Guest time, of this VM alone. Default: a `RealClock`. Use it through `vm.clock`, which wakes the VM for an alarm. */
  readonly clock?: DrivenClock;
  /** Where the VM and its devices report. Default: nowhere. */
  readonly logger?: Logger;
}

/** The limits of one run. Without any, it goes on until the guest ends it. */
export interface RunOptions {
  /** Ends the run with the outcome `aborted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds of host time that the guest runs before the event loop gets its turn. Above 0, finite, default 1. */
  readonly sliceMs?: number;
  /** Milliseconds of host time after which the run ends with `timeout`. Default: none. */
  readonly timeoutMs?: number;
  /**
   * Number of exits after which the run ends with `max-exits`, unless the last of them ends it. Default: none. Where the last is
   * a write that came late (see `RangeSpec.coalesced`), those that the guest has made since come, too, and count.
   */
  readonly maxExits?: number;
}

/** How a snapshot is taken. */
export interface SnapshotOptions {
  /** What the user calls it, at most 10,000 characters: it stands in the header of its file. Default: empty. */
  readonly description?: string;
}
