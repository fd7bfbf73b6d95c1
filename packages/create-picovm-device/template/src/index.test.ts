import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { FakeMachine, testDevice } from '@picovm/testkit';
import { interp } from '@picovm/x86-interp';
import { $factory$ } from './index.js';

// What every device must get right. The kit cannot know how this one is made to interrupt: `interrupt` says it.
testDevice({
  test,
  factory: $factory$,
  interrupt: {
    raise: (_device, machine) => machine.writePort(0x520, 1),
    unmask: (_device, machine) => machine.writePort(0x522, 1),
    mask: (_device, machine) => machine.writePort(0x522, 0),
    acknowledge: (_device, machine) => machine.readPort(0x520),
  },
});

test('bytes come out in the order in which they went in', () => {
  const machine = new FakeMachine($factory$());
  for (const byte of [1, 2, 3]) machine.writePort(0x520, byte);
  assert.deepEqual([machine.readPort(0x520), machine.readPort(0x520), machine.readPort(0x520)], [1, 2, 3]);
  assert.equal(machine.readPort(0x520), 0);
});

test('what does not fit is dropped', () => {
  const machine = new FakeMachine($factory$({ capacity: 2 }));
  for (const byte of [1, 2, 3]) machine.writePort(0x520, byte);
  assert.equal(machine.readPort(0x521), 0b11);
  assert.deepEqual([machine.readPort(0x520), machine.readPort(0x520), machine.readPort(0x520)], [1, 2, 0]);
});

test('it interrupts for as long as there is a byte to read, once that is enabled', () => {
  const machine = new FakeMachine($factory$({ irq: 7 }));
  machine.writePort(0x520, 0x55);
  assert.equal(machine.irq(7).level, false);
  machine.writePort(0x522, 1);
  assert.equal(machine.irq(7).level, true);
  machine.readPort(0x520);
  assert.equal(machine.irq(7).level, false);
});

test('a guest uses it', async () => {
  // mov dx,0x520 / mov al,1 / out dx,al / mov al,2 / out dx,al / in al,dx / mov bl,al / in al,dx / mov bh,al / hlt
  const program = Uint8Array.of(
    ...[0xba, 0x20, 0x05, 0xb0, 1, 0xee, 0xb0, 2, 0xee],
    ...[0xec, 0x88, 0xc3, 0xec, 0x88, 0xc7, 0xf4],
  );
  const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 4096 }], devices: [$factory$()] });
  vm.memory.write(0, program);
  enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
  const { outcome, cpu } = await vm.run({ timeoutMs: 5000 });
  vm.dispose();
  assert.equal(outcome, 'halted');
  assert.equal(cpu.registers.rbx & 0xffffn, 0x0201n);
});
