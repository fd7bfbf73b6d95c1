import { Vm } from '@picovm/core';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { boot, firmwareBoot, pcMemoryMap } from '../index.ts';

/** A ROM that jumps from the reset vector to its code below 1 MiB, which counts at FFF00 and at 600, and halts. */
function rom(size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(0x90);
  // jmp f000:fe00
  bytes.set([0xea, 0x00, 0xfe, 0x00, 0xf0], size - 16);
  // inc byte [cs:ff00]; inc byte [600]; hlt
  bytes.set([0x2e, 0xfe, 0x06, 0x00, 0xff, 0xfe, 0x06, 0x00, 0x06, 0xf4], size - 0x200);
  bytes[size - 0x100] = 0;
  return bytes;
}

describe('a firmware ROM', () => {
  it.each([64, 128, 256, 1024])('of %i KiB runs from the reset vector, and again after a reset', async (kib) => {
    const memory = pcMemoryMap(2 * 2 ** 20, { romBytes: kib * 1024 });
    const plan = firmwareBoot(rom(kib * 1024), { memory });
    const vm = new Vm({ accelerator: interp(), memory: memory.regions });
    for (const times of [1, 2]) {
      vm.reset();
      boot(vm, plan);
      expect(vm.vcpu.dump().location).toBe('f000:fff0');
      expect((await vm.run()).outcome).toBe('halted');
      // The copy below 1 MiB is as new at each start; the rest of memory is not.
      expect([vm.memory.readU8(0xfff00), vm.memory.readU8(0x600)]).toEqual([1, times]);
      expect(vm.memory.readU8(0xffffff00)).toBe(0);
    }
    expect(vm.memory.readU8(0xe0000)).toBe(kib === 64 ? 0 : 0x90);
  });

  it('is refused where the machine has no room, or if it is no ROM', () => {
    const memory = pcMemoryMap(2 * 2 ** 20, { romBytes: 0x10000 });
    expect(() => firmwareBoot(rom(0x20000), { memory, name: 'bios.bin' })).toThrow(
      'bios.bin needs memory at 0xfffe0000-0xffffffff: pcMemoryMap(ram, { romBytes: 131072 }) makes room for it',
    );
    expect(() => firmwareBoot(rom(0x8000), { memory })).toThrow('a ROM has whole 4 KiB');
    expect(() => firmwareBoot(new Uint8Array(0x10001), { memory })).toThrow('a ROM has whole 4 KiB');
  });
});
