// Overrides one exit handler: CPUID answers with a vendor of our own.
//
//   node answer-cpuid.js [ACCELERATOR]

import { chooseAccelerator, loadImage, pico } from 'picovm';

/** Four characters as CPUID packs them into a register: the first in the lowest byte. */
const pack = (text) => new DataView(new TextEncoder().encode(text).buffer).getUint32(0, true);

const { accelerator } = await chooseAccelerator(process.argv[2]);
const { vm } = pico({ accelerator });

vm.on('cpuid', function ourVendor(exit) {
  if (exit.leaf !== 0) return; // left to the handlers before: here, to the accelerator's own answer
  exit.ebx = pack('Pico');
  exit.edx = pack('VM s');
  exit.ecx = pack('ays!');
  return 'resume';
});
console.log(vm.exits.table().find(({ reason }) => reason === 'cpuid'));

// xor eax,eax / cpuid / hlt
loadImage(vm, Uint8Array.of(0x66, 0x31, 0xc0, 0x0f, 0xa2, 0xf4));
const { cpu } = await vm.run({ timeoutMs: 5000 });
const { rbx, rdx, rcx } = cpu.registers;
const vendor = new Uint8Array(Uint32Array.of(...[rbx, rdx, rcx].map(Number)).buffer);
console.log(`${accelerator.name}: vendor '${new TextDecoder().decode(vendor)}'`);
vm.dispose();
