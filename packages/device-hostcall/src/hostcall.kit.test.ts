import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { hostCalls } from './index.ts';

const PORT = 0x580;
const ENABLE = PORT + 6;
const EVENT = PORT + 5;
const BLOCK = 0x100;
const NAMES = ['echo', 'more', 'nobody'];

testDevice({
  test,
  factory: hostCalls,
  // Nothing that takes longer: another instance does not wait for what the first one waits for.
  options: { functions: { echo: (request) => request, more: () => new Uint8Array(200) } },
  // A call that was pending when the state was saved interrupts when the machine runs on: the only way without waiting.
  interrupt: {
    raise: (device, machine) => {
      device.restore({ ...device.snapshot(), pending: [BLOCK] });
      machine.clock.advance(1);
    },
    mask: (_device, machine) => machine.writePort(ENABLE, 0),
    unmask: (_device, machine) => machine.writePort(ENABLE, 1),
    acknowledge: (_device, machine) => machine.writePort(EVENT, 1),
  },
  exercise: (_device, { memory, ports }, random) => {
    const name = new TextEncoder().encode(NAMES[random() % NAMES.length]);
    memory.write(0x200, name);
    const fields = [0x200, name.length, random() % 0x1_2000, random() % 300, random() % 0x1_2000, random() % 300];
    fields.forEach((field, i) => {
      memory.writeU32(BLOCK + 4 * i, field);
    });
    ports.write(PORT, 4, BLOCK);
    ports.write(PORT + 4, 1, 0);
  },
  backend: (fn) => ({ functions: { echo: fn as () => string, more: fn as () => string }, onError: fn }),
  reportsFailures: true,
});
