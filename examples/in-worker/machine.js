// A machine with a screen and a serial port, for main.js to run in its own thread or in a worker.

import { Vm } from '@picovm/core';
import { uart16550 } from '@picovm/device-console';
import { vgaText } from '@picovm/device-vga';
import { defineMachine } from '@picovm/worker';
import { chooseAccelerator, loadImage } from 'picovm';

/** @typedef {{ image: Uint8Array, acceleratorName?: string }} Options what main.js gives: it arrives as a copy */

export default defineMachine(async (link, /** @type {Options} */ { image, acceleratorName }) => {
  const { accelerator } = await chooseAccelerator(acceleratorName);
  const vga = vgaText();
  const com1 = uart16550({ output: link.output('com1') });
  link.input('com1', (bytes) => com1.receive(bytes));
  link.screen('vga', vga);
  const vm = new Vm({ accelerator, memory: [{ base: 0, size: 0xa0000 }], devices: [vga, com1] });
  loadImage(vm, image, { load: 0x7c00 });
  return vm;
});
