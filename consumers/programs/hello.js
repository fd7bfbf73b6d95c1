// Runs the hello kernel on the interpreter, and prints its screen.

import { readFileSync } from 'node:fs';
import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { renderText, vgaText } from '@picovm/device-vga';
import { interp } from '@picovm/x86-interp';

const vga = vgaText();
const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 4096 }], devices: [vga] });
vm.memory.write(0, readFileSync('hello.bin'));
enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
const result = await vm.run({ timeoutMs: 10_000 });
console.log(renderText(vga.screen()).join('\n'));
console.log(result.message);
vm.dispose();
