import { type DeviceContext, Vm } from '@picovm/core';
import { enterProtectedMode, enterRealMode } from '@picovm/core/x86';
import { expect, test } from 'vitest';
import { accelerators } from './harness/accelerators.ts';

const CODE = 0x1000;
const COUNT = 0x500;

// inc byte [0x500]; sti; mov al, 0xfe; out 0x64, al; hlt
const PULSES = [0xfe, 0x06, 0x00, 0x05, 0xfb, 0xb0, 0xfe, 0xe6, 0x64, 0xf4];
// In protected mode, with no interrupt table: inc byte [0x500]; int3
const FAULTS = [0xfe, 0x05, 0x00, 0x05, 0x00, 0x00, 0xcc];

const CASES = accelerators.flatMap((accelerator) => [
  { name: accelerator.name, accelerator, how: 'asks for it', code: PULSES, mode: 'real' },
  { name: accelerator.name, accelerator, how: 'faults three times', code: FAULTS, mode: 'protected' },
]);

test.for(CASES)(
  'on $name a guest that $how is reset by a handler, and starts anew',
  async ({ accelerator, code, mode }, context) => {
    const probe = await accelerator.probe();
    if (!probe.available) context.skip(`${accelerator.name}: ${probe.reason}`);
    const ports = {
      id: 'keyboard',
      type: 'keyboard',
      attach: ({ claimPorts, systemEvent }: DeviceContext): void => {
        claimPorts({ base: 0x64, length: 1 }, { read: () => 0, write: () => systemEvent('reset') });
      },
    };
    using vm = new Vm({ accelerator, memory: [{ base: 0, size: 0x10000 }], devices: [ports] });
    vm.memory.write(CODE, Uint8Array.from(code));
    const start = (): void => {
      if (mode === 'real') enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
      else enterProtectedMode(vm.vcpu, { entry: BigInt(CODE), stack: 0x8000n });
    };
    const again = (): 'resume' | 'stop' => {
      if (vm.memory.readU8(COUNT) === 3) return 'stop';
      vm.reset();
      start();
      return 'resume';
    };
    vm.on('system-event', again);
    vm.on('shutdown', again);
    start();
    const result = await vm.run({ timeoutMs: 10_000 });
    // A host without VT-x or SVM may give up on delivering the fault.
    if (mode === 'protected' && result.exit?.reason === 'internal-error') context.skip(result.message);
    expect(result.outcome).toBe('stopped');
    expect(vm.memory.readU8(COUNT)).toBe(3);
  },
);
