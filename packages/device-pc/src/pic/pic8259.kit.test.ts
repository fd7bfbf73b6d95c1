import { type FakeMachine, testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { pic8259 } from '../index.ts';

const ICW1 = [0x11, 0x19, 0x13, 0x10, 0x12];
const ICW4 = [0x01, 0x03, 0x11, 0x13, 0x0d, 0x00];

// What random accesses hardly come by: initialization in order, and inputs that take part.
function initialize(machine: FakeMachine, random: () => number): void {
  const pick = <T>(values: readonly T[]): T => values[random() % values.length];
  for (const [port, base, icw3] of [
    [0x20, 0x08, 0x04],
    [0xa0, 0x70, 0x02],
  ]) {
    const icw1 = random() % 4 > 0 ? 0x11 : pick(ICW1);
    machine.writePort(port, icw1);
    machine.writePort(port + 1, base);
    if ((icw1 & 2) === 0) machine.writePort(port + 1, random() % 4 > 0 ? icw3 : random());
    if ((icw1 & 1) !== 0) machine.writePort(port + 1, random() % 4 > 0 ? 0x01 : pick(ICW4));
    machine.writePort(port + 1, random() % 2 === 0 ? 0 : random());
  }
  machine.writePort(0x4d0, random(), 2);
}

testDevice({ test, factory: pic8259, exercise: (_pic, machine, random) => initialize(machine, random) });
