// A PC boots a floppy that asks for a name with INT 16h, and greets with INT 10h. Somebody types the name.
//
//   node pc-greets.js [NAME]

import { memoryBlocks } from '@picovm/device-disk';
import { renderText } from '@picovm/device-vga';
import { pc } from '@picovm/machine-pc';
import { chooseAccelerator } from 'picovm';

const [name = 'guest'] = process.argv.slice(2);

// A BIOS loads the boot sector to 0000:7C00. Its texts are behind its code: the question at 7C3B, the greeting at 7C4F.
const code = Uint8Array.of(
  ...[0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0], // xor ax,ax / mov ds,ax / mov es,ax
  ...[0xbe, 0x3b, 0x7c, 0xe8, 0x23, 0x00], // mov si,question / call print
  ...[0xbf, 0x00, 0x06], // mov di,0x600
  ...[0x30, 0xe4, 0xcd, 0x16], // key: xor ah,ah / int 16h: waits for a key
  ...[0xb4, 0x0e, 0xcd, 0x10], // mov ah,0eh / int 10h: shows it
  ...[0x3c, 0x0d, 0x74, 0x03, 0xaa, 0xeb, 0xf1], // cmp al,enter / je done / stosb / jmp key
  ...[0x30, 0xc0, 0xaa], // done: xor al,al / stosb
  ...[0xbe, 0x4f, 0x7c, 0xe8, 0x08, 0x00], // mov si,greeting / call print
  ...[0xbe, 0x00, 0x06, 0xe8, 0x02, 0x00], // mov si,0x600 / call print
  ...[0xfa, 0xf4], // cli / hlt
  ...[0xac, 0x84, 0xc0, 0x74, 0x06, 0xb4, 0x0e, 0xcd, 0x10, 0xeb, 0xf5, 0xc3], // print: lodsb, int 10h, until a 0
);
const floppy = memoryBlocks(1440 * 1024);
floppy.bytes.set(code);
floppy.bytes.set(new TextEncoder().encode('What is your name? \0\nHello, \0'), code.length);
floppy.bytes.set([0x55, 0xaa], 510);

const { accelerator } = await chooseAccelerator();
const { vm, vga, input } = pc({ accelerator, memory: 4 << 20, floppies: [floppy] });
input.keyboard.type(`${name}\n`);
const { message } = await vm.run({ timeoutMs: 20_000 });
console.log(renderText(vga.screen()).join('\n').trimEnd());
console.log(`${message} (on ${vm.acceleratorName})`);
vm.dispose();
