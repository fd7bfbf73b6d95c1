import assert from 'node:assert';
import { test } from 'node:test';
import { FakeMachine, testDevice } from '@picovm/testkit';
import { doorbell } from './doorbell.js';

const raise = (_device, machine) => machine.writePort(0x520, machine.readPort(0x520) | 1);
const mask = (_device, machine) => machine.writePort(0x520, machine.readPort(0x520) & 1);
const unmask = (_device, machine) => machine.writePort(0x520, machine.readPort(0x520) | 2);
testDevice({ test, factory: doorbell, interrupt: { raise, mask, unmask } });

test('rings as long as both bits are set', () => {
  const machine = new FakeMachine(doorbell());
  machine.writePort(0x520, 3);
  machine.clock.advance(100);
  machine.writePort(0x520, 0);
  const levels = machine.irq(9).changes;
  assert.deepEqual(levels, [
    { level: true, at: 0 },
    { level: false, at: 100 },
  ]);
});
