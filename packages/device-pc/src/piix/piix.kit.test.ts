import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { piix3Isa } from './piix3-isa.ts';
import { piix4Pm } from './piix4-pm.ts';
import { Card, config, LoneBus, onBus } from './test/board.test-util.ts';

const PM = 0x600;

// Alone, for what its manifest says. Of the bridge, nothing but a bus can raise an interrupt.
const pci = new LoneBus();
testDevice({
  test,
  factory: piix4Pm,
  options: { pci },
  backend: () => ({ pci }),
  interrupt: {
    raise: (device) => device.powerButton(),
    mask: (_device, machine) => machine.writePort(PM + 2, 0, 2),
    unmask: (_device, machine) => {
      config(pci.ports, 3).write(0x40, PM, 2);
      config(pci.ports, 3).write(0x80, 1);
      machine.writePort(PM + 4, 1, 2);
      machine.writePort(PM + 2, 0x100, 2);
    },
    acknowledge: (_device, machine) => machine.writePort(PM, 0x100, 2),
  },
});

// On their bus, for what a guest does.
testDevice({
  test,
  name: 'pci-bus with piix4-pm',
  factory: () => onBus((pci) => [piix4Pm({ pci, pmBase: PM })]),
  interrupt: {
    raise: (_device, machine) => {
      machine.clock.advance(3e9);
    },
    mask: (_device, machine) => machine.writePort(PM + 2, 0, 2),
    unmask: (_device, machine) => {
      machine.writePort(PM + 4, 1, 2);
      machine.writePort(PM + 2, 1, 2);
    },
    acknowledge: (_device, machine) => machine.writePort(PM, 1, 2),
  },
  exercise: (_device, machine, random) => {
    const regs = config(machine, 3);
    regs.write(random() & 0xff, random(), 4);
    regs.write(0x40, (random() & 3) * 0x40 + PM, 2);
    regs.write(0x90, (random() & 3) * 0x10 + 0x700, 2);
    regs.write(0x80, random() & 1);
    regs.write(0xd2, random() & 1);
    machine.writePort(PM + 2, random() & 1, 2);
    machine.writePort(0xb2, 0xf0 + (random() & 1));
  },
});

testDevice({
  test,
  name: 'pci-bus with piix3-isa',
  factory: () => onBus((pci) => [new Card(pci, 2), piix3Isa({ pci })]),
  interrupt: {
    irq: 11,
    raise: ({ parts }) => {
      for (const part of parts) if (part instanceof Card) part.set(true);
    },
    mask: (_device, machine) => config(machine, 0).write(0x61, 0x80),
    unmask: (_device, machine) => config(machine, 0).write(0x61, 11),
    acknowledge: ({ parts }) => {
      for (const part of parts) if (part instanceof Card) part.set(false);
    },
  },
  exercise: ({ parts }, machine, random) => {
    config(machine, 0).write(0x60 + (random() & 3), random());
    config(machine, 0).write(random() & 0xff, random(), 4);
    for (const part of parts) if (part instanceof Card) part.set((random() & 1) === 1);
  },
});
