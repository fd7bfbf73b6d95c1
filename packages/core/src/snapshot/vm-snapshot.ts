import type { VcpuState } from '../accelerator/accelerator.ts';
import type { DeviceState } from '../device/device.ts';
import type { SystemEvent } from '../exits/exit.ts';
import type { ClockDescription } from '../time/clock.ts';
import type { VmCounters } from '../vm/counters.ts';

/** The longest description, in UTF-16 units. */
export const MAX_DESCRIPTION = 10_000;

/**
 * A stopped VM as plain data: everything that its guest could tell apart, and the counters. It can be kept, posted to
 * a worker, encoded (`encodeSnapshot`), and restored into any machine of the same configuration. Host things are no part
 * of it: handlers, observers, loggers, the files and streams behind devices, the last accesses.
 */
export interface VmSnapshot {
  /** What the user calls it; may be empty. */
  readonly description: string;
  /** What wrote it: `@picovm/core 0.0.0`. */
  readonly creator: string;
  /**
   * Plain data of whoever took the snapshot, such as how to build the machine again: `{ ...vm.snapshot(), meta }`.
   * Core keeps it, and does not look at it.
   */
  readonly meta: Readonly<Record<string, unknown>>;
  /** The machine that it was taken of. */
  readonly machine: MachineDescription;
  /** The vCPU's state. */
  readonly vcpu: VcpuState;
  /** The contents of memory: an entry for each region of the machine, in the same order. */
  readonly memory: readonly MemoryPages[];
  /** The states of devices by id. Devices whose manifest says `snapshot: false` have none. */
  readonly devices: Readonly<Record<string, DeviceState>>;
  /** What the clock has counted, by the clock's own names. */
  readonly clock: Readonly<Record<string, number>>;
  /** What the run loop knows. */
  readonly run: RunState;
  /** All counters. */
  readonly counters: VmCounters;
}

/** What has to be the same where a snapshot is restored, and a little more for people. */
export interface MachineDescription {
  /** For information: the name of the accelerator. */
  readonly accelerator: string;
  /** For information: the vCPU's instruction set and model. The vCPU itself judges whether a state fits. */
  readonly cpu: {
    /** `x86`. */
    readonly arch: string;
    /** `pentium4`, `host`; empty if the vCPU does not say. */
    readonly model: string;
  };
  /** The memory regions by ascending address. Their names are for information. */
  readonly memory: readonly RegionDescription[];
  /** The devices in the order in which they were attached. */
  readonly devices: readonly DeviceDescription[];
  /** The addresses that the devices own. The machine may own more. */
  readonly ranges: readonly RangeDescription[];
  /** What measures guest time. */
  readonly clock: ClockDescription;
}

/** A memory region. */
export interface RegionDescription {
  /** Guest-physical address of the first byte. */
  readonly base: number;
  /** Bytes. */
  readonly size: number;
  /** What the address map calls it. */
  readonly name: string;
  /** Whether the guest's writes are dropped. */
  readonly readonly: boolean;
}

/** A device. */
export interface DeviceDescription {
  /** Unique in its machine. */
  readonly id: string;
  /** What kind of device it is. */
  readonly type: string;
  /** For information: the version of its state's format; null if it has no state here. */
  readonly version: number | null;
}

/** A range that a device owns. */
export interface RangeDescription {
  /** Which bus. */
  readonly space: 'port' | 'mmio';
  /** First address. */
  readonly base: number;
  /** Number of addresses. */
  readonly length: number;
  /** The device's id. */
  readonly owner: string;
}

/** The contents of one memory region: the pages of 4096 bytes that are not all zeros. */
export interface MemoryPages {
  /** The numbers of these pages in their region, ascending. */
  readonly pages: Uint32Array;
  /** Their bytes, one page behind the other. */
  readonly data: Uint8Array;
}

/** What the run loop and the interrupt lines know between two runs. */
export interface RunState {
  /** The guest waits in HLT for an interrupt. */
  readonly halted: boolean;
  /** What a device asked for, and no handler has heard of yet. */
  readonly systemEvent: SystemEvent | null;
  /** Why the next run will fail at once; null if nothing went wrong between runs. */
  readonly failure: string | null;
  /** Levels of the interrupt lines: bit n is set if line n is asserted. */
  readonly irqLines: number;
}
