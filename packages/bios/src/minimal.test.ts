import { Vm } from '@picovm/core';
import { renderText, vga } from '@picovm/device-vga';
import { interp } from '@picovm/x86-interp';
import { expect, it } from 'vitest';
import { bios } from './index.ts';
import { bootFloppy } from './pc.test-util.ts';

/** mov ax, 0E48h / int 10h / mov al, 'i' / int 10h / cli / hlt */
const HI = [0xb8, 0x48, 0x0e, 0xcd, 0x10, 0xb0, 0x69, 0xcd, 0x10, 0xfa, 0xf4];
const MEMORY = [
  { base: 0, size: 0xa0000 },
  { base: 0xc0000, size: 0x40000 },
  { base: 0xffff0000, size: 0x10000, readonly: true },
];

it('boots with no chips but a VGA, as the README shows', async () => {
  const [screen, firmware] = [vga(), bios()];
  const vm = new Vm({ accelerator: interp(), memory: MEMORY, devices: [screen, firmware] });
  vm.memory.write(0xf0000, firmware.rom);
  vm.memory.write(0xffff0000, firmware.rom);
  firmware.connect({ vm, disks: [{ kind: 'floppy', blocks: bootFloppy(HI) }] });
  expect((await vm.run({ timeoutMs: 10_000 })).outcome).toBe('halted');
  const shown = screen.screen();
  expect('cells' in shown && renderText(shown).slice(0, 4)).toEqual([
    'Picovm BIOS',
    '',
    'Booting from floppy...',
    'Hi',
  ]);
});

it('boots with nothing at all, and does not even need a screen', async () => {
  const firmware = bios();
  const vm = new Vm({ accelerator: interp(), memory: MEMORY, devices: [firmware] });
  vm.memory.write(0xf0000, firmware.rom);
  vm.memory.write(0xffff0000, firmware.rom);
  firmware.connect({ vm, disks: [{ kind: 'floppy', blocks: bootFloppy(HI) }] });
  expect((await vm.run({ timeoutMs: 10_000 })).outcome).toBe('halted');
  expect(vm.memory.readU16(0x450)).toBe(0x0302);
});

it.each([
  [
    'two drives with one number',
    {
      disks: [
        { kind: 'floppy', number: 1 },
        { kind: 'floppy', number: 1 },
      ],
    },
  ],
  ['a number of another kind', { disks: [{ kind: 'disk', number: 1 }] }],
  ['a geometry that there is not', { disks: [{ kind: 'disk', geometry: { cylinders: 10, heads: 256, sectors: 63 } }] }],
])('connect refuses %s', (_what, wrong) => {
  const firmware = bios();
  const vm = new Vm({ accelerator: interp(), memory: MEMORY, devices: [firmware] });
  const refused = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
  expect(() => firmware.connect({ vm, ...(wrong as object) })).toThrow(refused);
  expect(() => bios().connect({ vm })).toThrow(refused);
});
