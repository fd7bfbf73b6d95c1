import { type FakeMachine, testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { pit8254 } from '../index.ts';

function program(machine: FakeMachine, counter: number, mode: number, bcd: number, count: number): void {
  machine.writePort(0x43, (counter << 6) | 0x30 | (mode << 1) | bcd);
  machine.writePort(0x40 + counter, count & 0xff);
  machine.writePort(0x40 + counter, (count >> 8) & 0xff);
}

testDevice({
  test,
  factory: pit8254,
  interrupt: {
    // The end of a count in mode 0. There is no mask: that is the interrupt controller's.
    raise: (_pit, machine) => {
      program(machine, 0, 0, 0, 100);
      machine.clock.advance(100_000);
    },
    acknowledge: (_pit, machine) => machine.writePort(0x43, 0x30),
  },
  exercise: (_pit, machine, random) => {
    for (let counter = 0; counter < 3; counter++) {
      const bcd = random() & 1;
      const digits = random() % 4 === 0 ? random() % 6 : random();
      program(machine, counter, random() % 6, bcd, bcd === 0 ? digits : digits & 0x7777);
      machine.clock.advance(random() % 3_000_000);
    }
    machine.writePort(0x61, random() % 4);
  },
});
