// A PCI card of one's own in a PC: the machine gives it a place on the bus, and a guest uses it, with interrupts.
//
//   node pc-card.js

import { VirtualClock } from '@picovm/core';
import { memoryBlocks } from '@picovm/device-disk';
import { pc } from '@picovm/machine-pc';
import { interp } from '@picovm/x86-interp';

/**
 * Ticks every millisecond once its port was written with 1, and interrupts. A write of 0 acknowledges a tick.
 * @param {import('@picovm/device-pci').PciBusHost} bus
 * @returns {import('@picovm/core').Device}
 */
function ticker(bus) {
  /** @type {import('@picovm/device-pci').PciFunction} */
  let card;
  /** @type {import('@picovm/core').Clock} */
  let clock;
  /** @type {import('@picovm/core').Alarm | undefined} */
  let alarm;
  const stop = () => {
    if (alarm !== undefined) clock.cancel(alarm);
    alarm = undefined;
  };
  const tick = () => {
    alarm = clock.alarm(clock.now() + 1e6, tick);
    card.intx.set(true);
  };
  const handler = {
    read: () => 0,
    /** @type {import('@picovm/core').PortHandler['write']} */
    write(_offset, _size, value) {
      if (value === 0) card.intx.set(false);
      else if (alarm === undefined) alarm = clock.alarm(clock.now() + 1e6, tick);
    },
  };
  return {
    id: 'ticker',
    type: 'ticker',
    attach(context) {
      clock = context.clock;
      const bar = /** @type {const} */ ({ space: 'port', size: 4, handler, width: { max: 1 }, label: 'ticks' });
      const who = /** @type {const} */ ({ vendorId: 0x1234, deviceId: 0x71c4, classCode: 0xff0000, interruptPin: 1 });
      card = bus.plug({ ...who, device: 4, bars: [bar] }, context);
    },
    reset() {
      stop();
      card.reset();
      card.intx.set(false);
    },
    dispose: stop,
  };
}

// The boot sector asks the bus where the ticks are (slot 4, register 10h), lets IRQ 11 in, where slot 4 is led to, and
// counts to 100 at 600h.
const code = Uint8Array.of(
  ...[0xfa, 0x31, 0xc0, 0x8e, 0xd8], // cli / xor ax,ax / mov ds,ax
  ...[0xc7, 0x06, 0xcc, 0x01, 0x40, 0x7c, 0x8c, 0x0e, 0xce, 0x01], // mov word [73h*4],isr / mov [73h*4+2],cs
  ...[0xba, 0xf8, 0x0c, 0x66, 0xb8, 0x10, 0x20, 0x00, 0x80, 0x66, 0xef], // mov dx,0xcf8 / mov eax,0x80002010 / out dx,eax
  ...[0xb2, 0xfc, 0xed, 0x24, 0xfc, 0x89, 0xc2], // mov dl,0xfc / in ax,dx / and al,0xfc / mov dx,ax
  ...[0xb0, 0xf7, 0xe6, 0xa1, 0xb0, 0xfb, 0xe6, 0x21], // mov al,0xf7 / out 0xa1,al / mov al,0xfb / out 0x21,al
  ...[0xb0, 0x01, 0xee, 0xfb], // mov al,1 / out dx,al / sti
  ...[0xf4, 0x80, 0x3e, 0x00, 0x06, 0x64, 0x72, 0xf8], // idle: hlt / cmp byte [600h],100 / jb idle
  ...[0xfa, 0xf4], // cli / hlt
);
// isr: push ax / inc byte [600h] / mov al,0 / out dx,al / mov al,20h / out 0xa0,al / out 0x20,al / pop ax / iret
const isr = [0x50, 0xfe, 0x06, 0x00, 0x06, 0xb0, 0x00, 0xee, 0xb0, 0x20, 0xe6, 0xa0, 0xe6, 0x20, 0x58, 0xcf];
const floppy = memoryBlocks(1440 * 1024);
floppy.bytes.set(code);
floppy.bytes.set(isr, 0x40);
floppy.bytes.set([0x55, 0xaa], 510);

const clock = new VirtualClock();
const devices = /** @param {import('@picovm/device-pci').PciBusHost} bus */ (bus) => [ticker(bus)];
const { vm } = pc({ accelerator: interp(), memory: 4 << 20, clock, floppies: [floppy], devices });
const [range] = vm.ports.map().filter(({ owner }) => owner === 'ticker');
console.log(`the card is at port 0x${range.base.toString(16)}`);
const before = clock.now();
const { message } = await vm.run({ timeoutMs: 20_000 });
console.log(`${vm.memory.readU8(0x600)} interrupts in ${Math.round((clock.now() - before) / 1e6)} ms; ${message}`);
vm.dispose();
