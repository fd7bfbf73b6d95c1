import { testDevice } from '@picovm/testkit';
import { test } from 'vitest';
import { doorbell } from './doorbell.js';

testDevice({
  test,
  factory: doorbell,
  interrupt: {
    raise: (_device, machine) => machine.writePort(0x520, machine.readPort(0x520) | 1),
    mask: (_device, machine) => machine.writePort(0x520, machine.readPort(0x520) & 1),
    unmask: (_device, machine) => machine.writePort(0x520, machine.readPort(0x520) | 2),
  },
});
