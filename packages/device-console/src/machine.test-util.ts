import {
  type Device,
  type DeviceContext,
  type DrivenClock,
  IrqLines,
  Metrics,
  PortBus,
  silentLogger,
  VirtualClock,
} from '@picovm/core';

/** What a device under test is attached to: a real port bus, interrupt lines, and a clock that only moves when told. */
export interface Machine {
  readonly ports: PortBus;
  readonly irqs: IrqLines;
  readonly clock: DrivenClock;
  /** Every change of the device's interrupt lines, in order. */
  readonly levels: boolean[];
  readonly warnings: string[];
  metrics(): Record<string, number>;
  /** Lets guest time go on, in nanoseconds, with the alarms that fall into it. */
  advance(ns: number): void;
}

export function attach(device: Device): Machine {
  let now = 0;
  const clock = new VirtualClock({ nsPerInstruction: 1 });
  clock.countFrom(() => now);
  const ports = new PortBus();
  const irqs = new IrqLines();
  const levels: boolean[] = [];
  irqs.controller = { setLine: (_line, level) => levels.push(level), acknowledge: () => 0 };
  const metrics = new Metrics();
  const warnings: string[] = [];
  const context: Partial<DeviceContext> = {
    claimPorts: (range, handler) => ports.claim(range, device.id, handler),
    irq: (n) => irqs.source(n),
    clock,
    metrics,
    log: { ...silentLogger, warn: (message) => warnings.push(message) },
  };
  device.attach(context as DeviceContext);
  return {
    ports,
    irqs,
    clock,
    levels,
    warnings,
    metrics: () => metrics.values(),
    advance: (ns) => {
      const end = now + ns;
      while (clock.nextAlarm() <= end) {
        now = Math.max(now, clock.nextAlarm());
        clock.runDueAlarms();
      }
      now = end;
    },
  };
}

/** A seeded generator (mulberry32) of unsigned 32-bit numbers, so that a failure repeats. */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}
