import { type Device, type DeviceContext, type DeviceState, StateReader } from '@picovm/core';
import { pciBus } from '@picovm/device-pci';
import { type FakeMachine, testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { ata, type BlockBackend } from '../../index.ts';
import { PORTS, START, TO_MEMORY } from './bus-master.test-util.ts';

/** Sectors that never change: media are no part of a state. */
function fixed(size: number): BlockBackend {
  const read = (offset: number, out: Uint8Array): void => {
    for (let i = 0; i < out.length; i++) out[i] = (offset + i) >>> 3;
  };
  return { size, readonly: false, read, write() {}, flush() {} };
}

/** A bus, and a controller on it, as one device. */
function onBus(): Device {
  const pci = pciBus();
  const ide = ata({
    pci,
    drives: {
      primaryMaster: { kind: 'disk', blocks: fixed(512 * 4000) },
      secondaryMaster: { kind: 'cdrom', blocks: fixed(2048 * 40) },
    },
  });
  return {
    id: 'on-bus',
    type: 'on-bus',
    attach: (context: DeviceContext) => {
      pci.attach(context);
      ide.attach(context);
    },
    reset: () => {
      pci.reset();
      ide.reset();
    },
    snapshot: () => ({ version: 1, bus: pci.snapshot(), ide: ide.snapshot() }),
    restore: (state: DeviceState) => {
      new StateReader('on-bus', state, 1);
      const before = ide.snapshot();
      ide.restore(state.ide as DeviceState);
      try {
        pci.restore(state.bus as DeviceState);
      } catch (error) {
        ide.restore(before);
        throw error;
      }
    },
    dispose: () => ide.dispose(),
  };
}

function config(machine: FakeMachine, register: number, value: number): void {
  machine.writePort(0xcf8, 0x8000_0900 + register, 4);
  machine.writePort(0xcfc, value, 4);
}

/** DMA of disk sectors, and of what a CD-ROM drive tells, through tables that are mostly right. */
function exercise(_device: Device, machine: FakeMachine, random: () => number): void {
  config(machine, 0x20, PORTS);
  config(machine, 0x04, random() % 8 === 0 ? 1 : 5);
  const secondary = random() % 2;
  const base = secondary === 1 ? 0x170 : 0x1f0;
  const master = PORTS + 8 * secondary;
  for (let i = 0; i < 3; i++) {
    machine.memory.writeU32(0x1000 + 8 * i, random() % 8 === 0 ? random() : random() % 0xe000);
    machine.memory.writeU32(0x1004 + 8 * i, (i === 2 ? 0x8000_0000 : 0) + (random() % 0x1000));
  }
  machine.writePort(master, 0);
  machine.writePort(master + 4, 0x1000, 4);
  machine.writePort(base + 0x206, random() % 8 === 0 ? 4 : 0);
  for (const [register, value] of [
    [6, 0xe0],
    [1, 1],
    [2, random() % 8],
    [3, random() & 0xff],
    [4, 0],
    [5, 8],
  ]) {
    machine.writePort(base + register, value);
  }
  machine.writePort(base + 7, secondary === 1 ? 0xa0 : random() % 2 === 0 ? 0xc8 : 0xca);
  machine.ports.writeBlock(base, 2, Uint8Array.of(random() % 2 === 0 ? 0x28 : 0x12, 0, 0, 0, 20, 1, 0, 0, 2, 0, 0, 0));
  machine.writePort(master, START | (random() % 4 === 0 ? 0 : TO_MEMORY));
  if (random() % 2 === 0) machine.readPort(base + 7);
  if (random() % 2 === 0) machine.writePort(master + 2, 0x06);
}

testDevice({
  test,
  name: 'ata with DMA',
  factory: onBus,
  exercise,
  interrupt: {
    irq: 14,
    raise(_device, machine) {
      machine.writePort(0x1f6, 0xe0);
      machine.writePort(0x1f7, 0xf8);
    },
    mask: (_device, machine) => machine.writePort(0x3f6, 0x02),
    unmask: (_device, machine) => machine.writePort(0x3f6, 0x00),
    acknowledge: (_device, machine) => void machine.readPort(0x1f7),
  },
});
