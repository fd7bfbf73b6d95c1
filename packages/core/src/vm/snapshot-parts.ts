import type { Vcpu } from '../accelerator/accelerator.ts';
import type { MmioBus } from '../bus/mmio-bus.ts';
import type { PortBus } from '../bus/port-bus.ts';
import type { Device } from '../device/device.ts';
import type { ExitDispatcher } from '../exits/exit-dispatcher.ts';
import type { IrqLines } from '../irq/interrupt-controller.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import type { Metrics } from '../metrics.ts';
import type { RangeDescription } from '../snapshot/vm-snapshot.ts';
import type { DrivenClock } from '../time/clock.ts';
import type { RunLoop } from './run-loop.ts';

/** What snapshots are taken of. */
export interface SnapshotParts {
  readonly acceleratorName: string;
  readonly vcpu: Vcpu;
  readonly memory: GuestMemory;
  readonly ports: PortBus;
  readonly mmio: MmioBus;
  /** What the devices had claimed when all had joined. */
  readonly ranges: readonly RangeDescription[];
  readonly irqs: IrqLines;
  readonly clock: DrivenClock;
  readonly exits: ExitDispatcher;
  readonly loop: RunLoop;
  readonly devices: readonly { readonly device: Device; readonly id: string; readonly metrics: Metrics }[];
}
