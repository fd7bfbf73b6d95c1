import { type TestFunction, testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { rtc } from '../index.ts';

const INDEX = 0x70;
const DATA = 0x71;

/** A clock with a battery is not as new after a reset: `reset.test.ts` has what stays and what does not. */
const withBattery: TestFunction = (name, body) => {
  if (!name.includes('is as new after a reset')) test(name, (context) => body(context));
};

testDevice({
  test: withBattery,
  factory: rtc,
  options: { date: Date.UTC(1999, 11, 31, 23, 59, 57, 500) },
  interrupt: {
    // The update-ended interrupt: the flag is set whether it is enabled or not.
    raise: (_rtc, machine) => machine.clock.advance(1.5e9),
    mask: (_rtc, machine) => {
      machine.writePort(INDEX, 0x0b);
      machine.writePort(DATA, 0x02);
    },
    unmask: (_rtc, machine) => {
      machine.writePort(INDEX, 0x0b);
      machine.writePort(DATA, 0x12);
    },
    acknowledge: (_rtc, machine) => {
      machine.writePort(INDEX, 0x0c);
      machine.readPort(DATA);
    },
  },
  exercise: (_rtc, machine, random) => {
    const set = (index: number, value: number): void => {
      machine.writePort(INDEX, index);
      machine.writePort(DATA, value);
    };
    set(0x0a, random() % 4 > 0 ? 0x20 | (random() & 15) : random());
    set(0x0b, random() % 4 > 0 ? random() & 0x7f : random());
    for (const alarm of [1, 3, 5]) set(alarm, random() % 2 === 0 ? 0xc0 : random() % 0x60);
    machine.clock.advance(random() % 2_000_000_000);
    machine.writePort(INDEX, 0x0c);
    machine.readPort(DATA);
    machine.writePort(INDEX, random() % 14);
  },
});
