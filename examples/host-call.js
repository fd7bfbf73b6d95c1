// A guest calls a function of this program, and prints the answer. The guest is 16-bit code; what it calls, and with
// which data, is in a block of its memory.
//
//   node host-call.js [ACCELERATOR]

import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { ConsoleLog, debugConsole } from '@picovm/device-console';
import { hostCalls } from '@picovm/device-hostcall';
import { chooseAccelerator } from 'picovm';

const log = new ConsoleLog();
const host = hostCalls({
  functions: {
    greet: (request) => `hello, ${new TextDecoder().decode(request)}`,
    // What takes longer returns a promise. The guest goes on meanwhile: this one looks at the status again and again.
    greetLater: async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return `sorry for the delay, ${new TextDecoder().decode(request)}`;
    },
  },
});

// The guest's memory: its code at 0, and the call block, the name, the request and the response buffer behind it.
const [BLOCK, NAME, REQUEST, RESPONSE] = [0x100, 0x140, 0x180, 0x200];
const code = Uint8Array.of(
  ...[0xba, 0x80, 0x05], //       mov dx, 0x580         ; the address of the block, as two words
  ...[0xb8, 0x00, 0x01], //       mov ax, BLOCK
  ...[0xef], //                   out dx, ax
  ...[0xba, 0x82, 0x05], //       mov dx, 0x582
  ...[0x31, 0xc0], //             xor ax, ax
  ...[0xef], //                   out dx, ax
  ...[0xba, 0x84, 0x05], //       mov dx, 0x584         ; the call
  ...[0xee], //                   out dx, al
  ...[0xa0, 0x1c, 0x01], // wait: mov al, [BLOCK+0x1c]  ; the status: 1 is pending
  ...[0x3c, 0x01], //             cmp al, 1
  ...[0x74, 0xf9], //             je wait
  ...[0xbe, 0x00, 0x02], //       mov si, RESPONSE
  ...[0x8b, 0x0e, 0x18, 0x01], // mov cx, [BLOCK+0x18]  ; the length of the response
  ...[0xba, 0xe9, 0x00], //       mov dx, 0xE9
  ...[0xf3, 0x6e], //             rep outsb
  ...[0xf4], //                   hlt
);

const { accelerator } = await chooseAccelerator(process.argv[2]);
const devices = [host, debugConsole({ output: log.output })];
const vm = new Vm({ accelerator, memory: [{ base: 0, size: 0x1000 }], devices });
const text = new TextEncoder();
for (const name of ['greet', 'greetLater', 'greetNobody']) {
  const block = Uint32Array.of(NAME, name.length, REQUEST, 5, RESPONSE, 64);
  vm.memory.write(0, code);
  vm.memory.write(BLOCK, new Uint8Array(block.buffer));
  vm.memory.write(NAME, text.encode(name));
  vm.memory.write(REQUEST, text.encode('guest'));
  enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
  const before = log.text.length;
  await vm.run({ timeoutMs: 5000 });
  console.log(`${name}: status ${vm.memory.readU32(BLOCK + 0x1c)}, printed '${log.text.slice(before)}'`);
}
console.log(vm.counters().devices.hostcall.metrics);
vm.dispose();
