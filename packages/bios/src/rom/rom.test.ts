import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { vgaFont8x16 } from '@picovm/device-vga';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: a script, which has no types
import { assembleRom, romModule } from '../../scripts/build-rom.mjs';
import { bios } from '../index.ts';
import { ROM_AT, romVectors } from './rom-image.ts';

const hasNasm = spawnSync('nasm', ['-v']).status === 0;
if (!hasNasm) console.warn('SKIPPED: nasm is not installed: src/rom/rom-code.ts is not compared with rom/bios.asm');

describe('the ROM', () => {
  it.skipIf(!hasNasm)('is what rom/bios.asm says', () => {
    const committed = readFileSync(new URL('rom-code.ts', import.meta.url), 'utf8');
    expect(romModule(assembleRom())).toBe(committed);
  });

  it('has 64 KiB, and is a copy each time', () => {
    const [a, b] = [bios().rom, bios().rom];
    expect(a).toHaveLength(0x10000);
    a[0] = 1;
    expect(b[0]).toBe(0);
  });

  it('begins with a jump at the reset vector, and says that it is of an AT', () => {
    const { rom } = bios();
    expect([...rom.subarray(0xfff0, 0xfff5)]).toEqual([0xea, 0x5b, 0xe0, 0x00, 0xf0]);
    expect(rom[0xfffe]).toBe(0xfc);
  });

  it('has its entry points where the AT has them', () => {
    const vectors = new Map(romVectors(bios().rom));
    const places = [
      [0x02, 0xe2c3],
      [0x08, 0xfea5],
      [0x09, 0xe987],
      [0x10, 0xf065],
      [0x11, 0xf84d],
      [0x12, 0xf841],
      [0x14, 0xe739],
      [0x15, 0xf859],
      [0x16, 0xe82e],
      [0x17, 0xefd2],
      [0x1a, 0xfe6e],
    ];
    for (const [vector, offset] of places)
      expect(vectors.get(vector)?.toString(16), `${vector}`).toBe(offset.toString(16));
    const { rom } = bios();
    // INT 13h and INT 19h are behind jumps.
    expect([rom[0xe3fe], rom[0xec59], rom[0xe6f2]]).toEqual([0xe9, 0xe9, 0xe9]);
  });

  it('writes to its port in no other places than these', () => {
    const { rom } = bios();
    const outs = [...rom.keys()].filter((at) => at >= 0xde00 && rom[at] === 0xe6 && rom[at + 1] === 0xe4);
    expect(outs).toHaveLength(8);
  });
});

describe('the fonts', () => {
  const { rom } = bios();
  const glyph = (at: number, height: number, code: number): number[] => [
    ...rom.subarray(at + height * code, at + height * (code + 1)),
  ];

  it('of 16 rows are those of the VGA', () => {
    expect(rom.subarray(ROM_AT.font8x16, ROM_AT.font8x16 + 4096)).toEqual(vgaFont8x16().rows);
  });

  it('of 14 rows lack the outer rows', () => {
    expect(glyph(ROM_AT.font8x14, 14, 0x41)).toEqual(glyph(ROM_AT.font8x16, 16, 0x41).slice(1, 15));
  });

  it('of 8 rows tell all characters apart that 16 rows do', () => {
    const name = (at: number, height: number, code: number): string => glyph(at, height, code).join();
    const small = new Map<string, number>();
    for (let code = 0x20; code < 0x7f; code++) {
      const key = name(ROM_AT.font8x8, 8, code);
      expect(small.get(key), `${String.fromCharCode(code)} looks like another`).toBeUndefined();
      small.set(key, code);
    }
    expect(glyph(ROM_AT.font8x8, 8, 0x20)).toEqual(Array(8).fill(0));
    expect(glyph(ROM_AT.font8x8, 8, 0xdb)).toEqual(Array(8).fill(0xff));
    expect(glyph(ROM_AT.font8x8, 8, 0xdc)).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
  });

  it('have the first 128 of the small one also where the PC had them', () => {
    expect(rom.subarray(ROM_AT.font8x8Low, ROM_AT.font8x8Low + 0x400)).toEqual(
      rom.subarray(ROM_AT.font8x8, ROM_AT.font8x8 + 0x400),
    );
  });
});
