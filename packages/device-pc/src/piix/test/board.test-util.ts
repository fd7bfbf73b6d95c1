import { type AccessSize, type Device, type DeviceContext, type DeviceState, StateReader } from '@picovm/core';
import { i440fx, type PciBusHost, type PciFunction, pciBus } from '@picovm/device-pci';
import { FakeMachine } from '@picovm/testkit';
import type { PciBus, PciFunctionSpec } from '../pci.ts';

/** A machine with a PCI bus, its host bridge, and what is made for it. */
export function board<T extends readonly Device[]>(make: (pci: PciBusHost) => T): { machine: FakeMachine; devices: T } {
  const pci = pciBus();
  const machine = new FakeMachine(pci);
  machine.attach(i440fx({ pci }));
  const devices = make(pci);
  for (const device of devices) machine.attach(device);
  return { machine, devices };
}

type Ports = Pick<FakeMachine, 'readPort' | 'writePort'>;

/** The configuration registers of a function of slot 1, or of another slot. */
export function config(ports: Ports, fn: number, slot = 1) {
  const select = (register: number) => {
    ports.writePort(0xcf8, (0x8000_0000 | (slot << 11) | (fn << 8) | (register & 0xfc)) >>> 0, 4);
    return 0xcfc + (register & 3);
  };
  return {
    read: (register: number, size: AccessSize = 1) => ports.readPort(select(register), size),
    write: (register: number, value: number, size: AccessSize = 1) => ports.writePort(select(register), value, size),
  };
}

/** A card with nothing but an interrupt pin. */
export class Card implements Device {
  readonly id: string;
  readonly type = 'card';
  readonly #pci: PciBusHost;
  readonly #slot: number;
  #function!: PciFunction;
  #level = false;

  constructor(pci: PciBusHost, slot: number) {
    this.id = `card${slot}`;
    this.#pci = pci;
    this.#slot = slot;
  }

  attach(context: DeviceContext): void {
    const ids = { vendorId: 0x1234, deviceId: this.#slot, classCode: 0xff0000 };
    this.#function = this.#pci.plug({ device: this.#slot, interruptPin: 1, ...ids }, context);
  }

  set(level: boolean): void {
    this.#level = level;
    this.#function.intx.set(level);
  }

  reset(): void {
    this.#function.reset();
    this.set(false);
  }

  snapshot(): DeviceState {
    return { version: 1, pci: this.#function.snapshot(), level: this.#level };
  }

  restore(state: DeviceState): void {
    const level = new StateReader(this.id, state, 1).boolean('level');
    this.#function.restore(state.pci);
    this.set(level);
  }
}

/** A bus and a device on it as one, for the test kit. */
export function onBus(make: (pci: PciBusHost) => readonly Device[]): Device & { readonly parts: readonly Device[] } {
  const bus = pciBus();
  const parts = [bus, ...make(bus)];
  return {
    parts,
    id: 'on-bus',
    type: 'on-bus',
    attach: (context) => {
      for (const part of parts) part.attach(context);
    },
    reset: () => {
      for (const part of parts) part.reset?.();
    },
    snapshot: () => ({ version: 1, ...Object.fromEntries(parts.map((part) => [part.id, part.snapshot?.()])) }),
    restore: (state) => {
      new StateReader('on-bus', state, 1);
      const before = parts.map((part) => part.snapshot?.() as DeviceState);
      try {
        for (const part of parts) part.restore?.(state[part.id] as DeviceState);
      } catch (error) {
        parts.forEach((part, i) => {
          part.restore?.(before[i]);
        });
        throw error;
      }
    },
    dispose: () => {
      for (const part of parts) part.dispose?.();
    },
  };
}

/** Gives each function that is plugged in a bus and a machine of its own, so that a device can be tested alone. */
export class LoneBus implements PciBus {
  /** Where the configuration ports of the last one are. */
  ports!: FakeMachine;

  plug(spec: PciFunctionSpec, context: DeviceContext): ReturnType<PciBus['plug']> {
    const bus = pciBus();
    this.ports = new FakeMachine(bus, { memory: 0 });
    return bus.plug(spec, context);
  }

  connectPirqs(): void {}
}
