// Runs the hello kernel on the interpreter, in a browser: shows its screen, what it wrote to the debug console, and why
// KVM is not used.

import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { debugConsole } from '@picovm/device-console';
import { renderRgba, renderText, vgaText } from '@picovm/device-vga';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import image from './hello.bin?url';

const show = (id, text) => {
  document.getElementById(id).textContent = text;
};

async function main() {
  const accelerator = kvm();
  const probe = await accelerator.probe();
  const lines = [`kvm: ${JSON.stringify(probe)}`];
  try {
    new Vm({ accelerator, memory: [{ base: 0, size: 4096 }] });
  } catch (error) {
    lines.push(`kvm: ${error.code}`);
  }

  const vga = vgaText();
  const vm = new Vm({
    accelerator: interp(),
    memory: [{ base: 0, size: 4096 }],
    devices: [vga, debugConsole({ output: (bytes) => lines.push(`console: ${new TextDecoder().decode(bytes)}`) })],
  });
  vm.memory.write(0, new Uint8Array(await (await fetch(image)).arrayBuffer()));
  enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
  const result = await vm.run({ timeoutMs: 10_000 });
  show('screen', renderText(vga.screen()).join('\n'));
  const { width, height } = renderRgba(vga.screen());
  lines.push(`bitmap: ${width}x${height}`, `interp: ${result.outcome}`);

  // mov al,'B' / out 0xe9,al / hlt
  vm.memory.write(0x800, Uint8Array.of(0xb0, 0x42, 0xe6, 0xe9, 0xf4));
  enterRealMode(vm.vcpu, { segment: 0, offset: 0x800 });
  await vm.run({ timeoutMs: 10_000 });
  vm.dispose();
  show('report', `${lines.join('\n')}\ndone`);
}

main().catch((error) => show('report', `failed: ${error.stack}`));
