// A machine of one's own: the `pico` preset (packages/cli/src/machines/pico.ts) copied and changed. It has other memory,
// with a ROM, and two serial ports: what the guest sends to the first arrives at the second.
//
//   node custom-machine.js [ACCELERATOR]

import { formatAddressMap, Vm } from '@picovm/core';
import { uart16550 } from '@picovm/device-console';
import { vgaText } from '@picovm/device-vga';
import { chooseAccelerator, loadImage } from 'picovm';

/** @param {{ accelerator: import('picovm').PicoOptions['accelerator'], onSerial: (bytes: Uint8Array) => void }} parts */
function twoPorts({ accelerator, onSerial }) {
  const vga = vgaText({ columns: 40 });
  const com2 = uart16550({ id: 'com2', base: 0x2f8, irq: 3, output: onSerial });
  const com1 = uart16550({ id: 'com1', base: 0x3f8, irq: 4, output: (bytes) => com2.receive(bytes) });
  const vm = new Vm({
    accelerator,
    memory: [
      { base: 0, size: 0x10000 },
      { base: 0xf0000, size: 0x10000, readonly: true, name: 'bios' },
    ],
    devices: [vga, com1, com2],
  });
  return { vm, vga, com1, com2 };
}

// mov dx,0x3f8 / mov al,'P' / out dx,al / mov dx,0x2fd / wait: in al,dx / test al,1 / jz wait
// mov dl,0xf8 / in al,dx / inc ax / out dx,al / hlt
const program = Uint8Array.of(
  ...[0xba, 0xf8, 0x03, 0xb0, 0x50, 0xee, 0xba, 0xfd, 0x02, 0xec, 0xa8, 0x01, 0x74, 0xfb],
  ...[0xb2, 0xf8, 0xec, 0x40, 0xee, 0xf4],
);

const { accelerator } = await chooseAccelerator(process.argv[2]);
const onSerial = (/** @type {Uint8Array} */ bytes) => console.log(`com2: ${String.fromCharCode(...bytes)}`);
const { vm } = twoPorts({ accelerator, onSerial });
console.log(formatAddressMap(vm.map()));
loadImage(vm, program, { load: 0xf0000 });
console.log((await vm.run({ timeoutMs: 5000 })).message);
vm.dispose();
