import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { i440fx, pciBus } from './index.ts';
import { adderCard } from './test/adder-card.test-util.ts';
import { loneBus } from './test/lone-bus.test-util.ts';
import { onBus } from './test/on-bus.test-util.ts';
import { BAR0, BAR1, COMMAND, IO, MEMORY, PciGuest } from './test/pci-guest.test-util.ts';

// It calls nothing of the host.
testDevice({ test, factory: pciBus, backend: () => ({}) });

// Alone, for what the manifest says.
testDevice({ test, factory: i440fx, options: { pci: loneBus }, backend: () => ({ pci: loneBus }) });
testDevice({ test, factory: adderCard, options: { pci: loneBus }, backend: () => ({ pci: loneBus }) });

// On their bus, for what a guest does.

testDevice({
  test,
  name: 'pci-bus with i440fx',
  factory: () => onBus((pci) => i440fx({ pci })),
  exercise: (_device, machine, random) => {
    new PciGuest(machine, 0).write(random() & 0xff, random());
  },
});

const ADDER = 0xc000;

testDevice({
  test,
  name: 'pci-bus with adder-card',
  factory: () => onBus((pci) => adderCard({ pci }), { irqs: [10, 11, 10, 11] }),
  interrupt: {
    irq: 11,
    raise: (_device, machine) => {
      const pci = new PciGuest(machine, 4);
      pci.write(BAR0, ADDER);
      pci.write(COMMAND, pci.read(COMMAND, 2) | IO, 2);
      machine.writePort(ADDER, 0);
    },
    mask: (_device, machine) => new PciGuest(machine, 4).write(COMMAND, 0x400 | IO, 2),
    unmask: (_device, machine) => new PciGuest(machine, 4).write(COMMAND, IO, 2),
    acknowledge: (_device, machine) => machine.writePort(ADDER + 1, 0),
  },
  exercise: (_device, machine, random) => {
    const pci = new PciGuest(machine, 4);
    pci.write(COMMAND, random() & (IO | MEMORY), 2);
    pci.write(BAR0, 0xc000 + (random() & 0x30));
    pci.write(BAR1, 0xe000_0000 + (random() & 0x70));
    if ((random() & 7) === 0) pci.write(random() & 0xff, random());
  },
});
