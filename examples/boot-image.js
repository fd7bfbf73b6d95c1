// Boots a guest image and prints its screen.
//
//   node boot-image.js [IMAGE [LOAD-ADDRESS]]

import { readFile } from 'node:fs/promises';
import { renderText } from '@picovm/device-vga';
import { chooseAccelerator, loadImage, pico } from 'picovm';

const [path = new URL('../guests/hello-boot.bin', import.meta.url), load] = process.argv.slice(2);
const { accelerator } = await chooseAccelerator();
const { vm, vga } = pico({ accelerator });
loadImage(vm, await readFile(path), { load: load === undefined ? undefined : Number(load) });
const result = await vm.run({ timeoutMs: 5000 });
console.log(renderText(vga.screen()).join('\n').trimEnd());
console.log(result.message);
vm.dispose();
