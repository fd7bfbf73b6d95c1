// Runs the hello kernel on the interpreter, and prints its screen. With types for what a user may want to name.

import { readFileSync } from 'node:fs';
import { type Device, type DeviceContext, Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { debugConsole } from '@picovm/device-console';
import { renderText, vgaText } from '@picovm/device-vga';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';

class Counter implements Device {
  readonly id = 'counter';
  readonly type = 'counter';
  reads = 0;

  attach(context: DeviceContext): void {
    context.claimPorts(
      { base: 0x510, length: 1 },
      {
        read: () => ++this.reads,
        write: () => {},
      },
    );
  }
}

const vga = vgaText();
const vm = new Vm({
  accelerator: interp(),
  memory: [{ base: 0, size: 4096 }],
  devices: [vga, debugConsole({ output: (bytes: Uint8Array) => process.stdout.write(bytes) }), new Counter()],
});
vm.memory.write(0, readFileSync('hello.bin'));
enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
const result = await vm.run({ timeoutMs: 10_000 });
const rows: readonly string[] = renderText(vga.screen());
console.log(rows.join('\n'));
console.log(result.message);
vm.dispose();

const probe = await kvm().probe();
console.log(probe.available ? 'kvm: available' : `kvm: ${probe.code}: ${probe.reason}`);
