// A machine of one's own, without a preset: memory, an accelerator, two devices, and the CPU put where the program is.
//
//   node compose-by-hand.js

import { formatAddressMap, Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { debugConsole } from '@picovm/device-console';
import { renderText, vgaText } from '@picovm/device-vga';
import { interp } from '@picovm/x86-interp';

// mov ax,0xb800 / mov ds,ax / mov word [0],0x0a41 / mov al,'B' / out 0xe9,al / hlt
const program = Uint8Array.of(
  ...[0xb8, 0x00, 0xb8, 0x8e, 0xd8, 0xc7, 0x06, 0x00, 0x00, 0x41, 0x0a, 0xb0, 0x42, 0xe6, 0xe9, 0xf4],
);

const vga = vgaText();
const console0 = debugConsole({ output: (bytes) => console.log(`debug console: ${String.fromCharCode(...bytes)}`) });
const vm = new Vm({
  accelerator: interp(),
  memory: [{ base: 0, size: 0x1000 }],
  devices: [vga, console0],
});
vm.memory.write(0x100, program);
enterRealMode(vm.vcpu, { segment: 0, offset: 0x100 });

console.log(formatAddressMap(vm.map()));
const result = await vm.run({ timeoutMs: 5000 });
console.log(`screen: ${renderText(vga.screen()).join('\n').trimEnd()}`);
console.log(`${result.outcome} after ${result.counters.totalExits} exits: ${result.message}`);
vm.dispose();
