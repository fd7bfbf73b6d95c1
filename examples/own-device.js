// A port device of one's own, in one file and with no build step: a counter at port 0x510. Reading a byte gives how
// often it was read before; writing sets it. Any object of this shape is a device.
//
//   node own-device.js

import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { chooseAccelerator } from 'picovm';

/** @returns {import('@picovm/core').Device} */
function counter({ id = 'counter', base = 0x510 } = {}) {
  let count = 0;
  return {
    id,
    type: 'counter',
    attach(context) {
      context.claimPorts(
        { base, length: 1, width: { max: 1 } },
        {
          read: () => count++,
          write: (_offset, _size, value) => {
            count = value;
          },
        },
      );
    },
    reset() {
      count = 0;
    },
  };
}

// mov dx,0x510 / mov al,40 / out dx,al / in al,dx / in al,dx / in al,dx / hlt
const program = Uint8Array.of(0xba, 0x10, 0x05, 0xb0, 40, 0xee, 0xec, 0xec, 0xec, 0xf4);

const { accelerator } = await chooseAccelerator();
const vm = new Vm({ accelerator, memory: [{ base: 0, size: 0x1000 }], devices: [counter()] });
vm.memory.write(0, program);
enterRealMode(vm.vcpu, { segment: 0, offset: 0 });
const { cpu, counters } = await vm.run({ timeoutMs: 5000 });
console.log(`al = ${cpu.registers.rax & 0xffn}`);
console.log(`the device was read ${counters.devices.counter.reads} times`);
vm.dispose();
