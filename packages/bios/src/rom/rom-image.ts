import { vgaFont8x16 } from '@picovm/device-vga';
import { ROM_CODE } from './rom-code.ts';
import { font8x8, font8x14 } from './small-fonts.ts';

/** Segment of the ROM. */
export const ROM_SEGMENT = 0xf000;
/** Physical address of the ROM below 1 MiB. */
export const ROM_BASE = 0xf0000;
/** Bytes. */
const ROM_SIZE = 0x10000;

/** Offsets in the ROM of what the host puts there or has to know. */
export const ROM_AT = {
  /** 256 glyphs of 8 rows. */
  font8x8: 0xb800,
  /** 256 glyphs of 16 rows. */
  font8x16: 0xc000,
  /** 256 glyphs of 14 rows. */
  font8x14: 0xd000,
  /** Pairs of interrupt number and offset, ended by FFFFh. */
  vectors: 0xde00,
  /** Configuration table of INT 15h, AH=C0h. */
  configuration: 0xe6f5,
  /** Parameters of a 1.44 MB drive. */
  disketteParameters: 0xefc7,
  /** Registers of the 6845. */
  videoParameters: 0xf0a4,
  /** What INT 10h, AH=1Bh points to. */
  videoFunctionality: 0xf100,
  /** What 40:A8 points to. */
  savePointers: 0xf120,
  /** The first 128 glyphs of 8 rows, where the PC had them. */
  font8x8Low: 0xfa6e,
  /** An IRET. */
  dummy: 0xff53,
} as const;

let image: Uint8Array | undefined;

/** The 64 KiB of the ROM: code, tables, fonts. A copy. */
export function romImage(): Uint8Array {
  image ??= build();
  return image.slice();
}

function build(): Uint8Array {
  const rom = new Uint8Array(ROM_SIZE);
  for (const [at, hex] of ROM_CODE) {
    for (let i = 0; i < hex.length; i += 2) rom[at + i / 2] = Number.parseInt(hex.slice(i, i + 2), 16);
  }
  rom.set(font8x8(), ROM_AT.font8x8);
  rom.set(vgaFont8x16().rows, ROM_AT.font8x16);
  rom.set(font8x14(), ROM_AT.font8x14);
  rom.set(font8x8().subarray(0, 0x400), ROM_AT.font8x8Low);
  return rom;
}

/** The interrupt vectors that the ROM has handlers for: numbers and offsets. */
export function romVectors(rom: Uint8Array): [number, number][] {
  const word = (at: number): number => rom[at] | (rom[at + 1] << 8);
  const vectors: [number, number][] = [];
  for (let at = ROM_AT.vectors; word(at) !== 0xffff; at += 4) vectors.push([word(at), word(at + 2)]);
  return vectors;
}
