import type { MmioBus } from '../bus/mmio-bus.ts';
import type { PortBus } from '../bus/port-bus.ts';
import type { Device, DeviceContext } from '../device/device.ts';
import { VmError } from '../errors.ts';
import type { SystemEvent } from '../exits/exit.ts';
import type { IrqLines } from '../irq/interrupt-controller.ts';
import type { IrqLine } from '../irq/irq-line.ts';
import { type Logger, prefixLogger } from '../logger.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { Metrics } from '../metrics.ts';
import type { Clock } from '../time/clock.ts';

/** The parts of a VM that its devices meet. */
export interface DeviceHost {
  readonly ports: PortBus;
  readonly mmio: MmioBus;
  readonly irqs: IrqLines;
  readonly clock: Clock;
  readonly memory: GuestMemory;
  readonly logger: Logger;
  /** The CPU's INTR pin. */
  readonly intr: IrqLine;
  systemEvent(event: SystemEvent): void;
}

/** The context of one device in one VM. */
export function deviceContext(device: Device, host: DeviceHost): DeviceContext {
  return {
    claimPorts: (range, handler) => host.ports.claim(range, device.id, handler),
    claimMmio: (range, handler) => host.mmio.claim(range, device.id, handler),
    irq: (n) => host.irqs.source(n),
    claimInterrupts: (controller) => {
      if (host.irqs.controller !== undefined) {
        throw new VmError('ERR_INVALID_ARGUMENT', `${device.id} wants to be a second interrupt controller`, {
          device: device.id,
        });
      }
      host.irqs.controller = controller;
      return host.intr;
    },
    clock: host.clock,
    memory: host.memory,
    log: prefixLogger(host.logger, device.id),
    metrics: new Metrics(),
    systemEvent: (event) => host.systemEvent(event),
  };
}
