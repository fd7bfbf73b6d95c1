import type { Device, DeviceContext, Metrics, MmioHandler, PortHandler } from '@picovm/core';
import { FakeMachine } from '@picovm/testkit';
import { type PciBus, type PciBusHost, type PciFunction, type PciFunctionSpec, pciBus } from '../index.ts';

/** What tests need not say of a function. */
const SPEC = { vendorId: 0x1234, deviceId: 0x5678, classCode: 0xff0000 } as const;

/** Answers a constant. */
export function constant(value: number): PortHandler & MmioHandler {
  return { read: () => value, write: () => {} };
}

/** A device that is nothing but its function. */
export class Plugged implements Device {
  readonly type = 'plugged';
  readonly id: string;
  readonly #pci: PciBus;
  readonly #spec: Partial<PciFunctionSpec> & { readonly device: number };
  function!: PciFunction;

  constructor(pci: PciBus, spec: Partial<PciFunctionSpec> & { readonly device: number }, id = `slot${spec.device}`) {
    this.id = id;
    this.#pci = pci;
    this.#spec = spec;
  }

  attach(context: DeviceContext): void {
    this.function = this.#pci.plug({ name: this.id, ...SPEC, ...this.#spec }, context);
  }
}

export interface Board {
  readonly machine: FakeMachine;
  readonly bus: PciBusHost;
  readonly functions: readonly PciFunction[];
  /** The counters of each device. */
  readonly metrics: readonly Metrics[];
}

/** A machine with a bus, and a function for each spec. */
export function board(...specs: readonly (Partial<PciFunctionSpec> & { readonly device: number })[]): Board {
  const bus = pciBus({ irqs: [10, 11, 12, 15] });
  const machine = new FakeMachine(bus, { memory: 0x20_0000 });
  const devices = specs.map((spec, i) => new Plugged(bus, spec, `card${i}`));
  const metrics = devices.map((device) => machine.attach(device));
  return { machine, bus, metrics, functions: devices.map((device) => device.function) };
}
