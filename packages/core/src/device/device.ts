import type { MmioHandler, PortHandler, RangeSpec } from '../bus/handler.ts';
import type { SystemEvent } from '../exits/exit.ts';
import type { InterruptController } from '../irq/interrupt-controller.ts';
import type { IrqLine } from '../irq/irq-line.ts';
import type { Logger } from '../logger.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { Metrics } from '../metrics.ts';
import type { Clock } from '../time/clock.ts';
import type { DeviceManifest } from './manifest.ts';

/** The state of a device as plain data: numbers, strings, booleans, bigints, byte arrays, and lists and records of them. */
export interface DeviceState {
  /** Of this device's state format, from 1. A device restores all versions that it ever wrote. */
  readonly version: number;
  readonly [field: string]: unknown;
}

/** What a device gets when it joins a VM. */
export interface DeviceContext {
  /**
   * Answers a range of ports from now on, or until the result is disposed: guests move what is on a PCI bus. Disposing it
   * again is harmless, and at the end of the VM there is no need to.
   * @throws VmError `ERR_BUS_OVERLAP` naming both owners, `ERR_BUS_RANGE`
   */
  claimPorts(range: RangeSpec, handler: PortHandler): Disposable;
  /**
   * Answers a range of physical addresses from now on, or until the result is disposed.
   * @throws VmError `ERR_BUS_OVERLAP` naming both owners (memory among them), `ERR_BUS_RANGE`
   */
  claimMmio(range: RangeSpec, handler: MmioHandler): Disposable;
  /** A new source on interrupt line `n`, 0 to 23. @throws VmError `ERR_INVALID_ARGUMENT` */
  irq(n: number): IrqLine;
  /**
   * Makes this device the VM's interrupt controller: all interrupt lines lead to it.
   * @returns the line to the CPU's INTR pin
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is one already
   */
  claimInterrupts(controller: InterruptController): IrqLine;
  /** Guest time. Devices never ask the host's clock. */
  readonly clock: Clock;
  /** Guest-physical memory, for devices that do DMA. */
  readonly memory: GuestMemory;
  /** Prefixed with the device's id. */
  readonly log: Logger;
  /** The device's own counters, always on. */
  readonly metrics: Metrics;
  /** Ends the run: the machine powers off, restarts, or has crashed. */
  systemEvent(event: SystemEvent): void;
}

/**
 * A device. Any object of this shape is one: there is nothing to inherit from. Its methods are done when they return: a
 * promise from one of them is refused with `ERR_DEVICE`.
 */
export interface Device {
  /** Unique in its VM and stable: the key in snapshots and metrics. */
  readonly id: string;
  /** What kind of device it is: `uart16550`. */
  readonly type: string;
  /** The device type as data: devices made by the factories of `defineDevice` have it. */
  readonly manifest?: DeviceManifest;
  /** Joins a VM: called once, when the VM is made. A device never joins a second one. */
  attach(context: DeviceContext): void;
  /**
   * The RESET pin: everything as it was right after `attach`, but for what the real thing keeps over it, as a clock with a battery
   * keeps its time.
   */
  reset?(): void;
  /** The state that a guest could tell apart. Host resources are no part of it. */
  snapshot?(): DeviceState;
  /**
   * Takes a state that `snapshot` gave. If a later device of the VM refuses its own, this one is called once more, with the
   * state from before: what the device was doing in the host and in no state is lost then.
   * @throws VmError `ERR_DEVICE_STATE` if it is none: nothing was changed then, and the device goes on. After anything else
   *   that it throws, it is given the state from before
   */
  restore?(state: DeviceState): void;
  /** Leaves the VM for good: frees timers and files. */
  dispose?(): void;
}
