import type { AccessSize, MmioHandler } from '@picovm/core';
import type { VgaRegisters } from '../registers/vga-registers.ts';
import { PLANE_MASKS, PLANE_SIZE, type Planes } from './planes.ts';
import type { Vbe } from './vbe.ts';

/** Where the window begins, and how long it is at most. */
export const WINDOW_BASE = 0xa0000;
export const WINDOW_SIZE = 0x20000;

/** The four memory maps of graphics register 06h, bits 2 and 3: offset in the window, and length. */
const MAPS = [
  [0, 0x20000],
  [0, 0x10000],
  [0x10000, 0x8000],
  [0x18000, 0x8000],
] as const;

const RAM_ENABLE = 0x02;
/** Sequencer register 04h. */
const CHAIN_4 = 0x08;
/** Graphics register 05h. */
const ODD_EVEN = 0x10;
const READ_MODE_1 = 0x08;

const PLANE_WORDS = PLANE_SIZE - 1;
const GENERATIONS = 0x3fffffff;

/** How an address of the window finds its byte. */
const PLANAR = 0;
const ODD_EVEN_CHAINED = 1;
const CHAINED_4 = 2;
const BANKED = 3;

/**
 * What the CPU sees from A0000h to BFFFFh: video memory through the latches, the ALU and the masks of the graphics controller
 * (IBM VGA technical reference, "Video memory read/write operation").
 */
export class Window implements MmioHandler {
  readonly #planes: Planes;
  readonly #registers: VgaRegisters;
  readonly #vbe: Vbe;
  /** What the last read left in the four latches. */
  latch = 0;
  /** Changes with every write. */
  generation = 0;
  // What follows from the registers, kept because every access needs it.
  #path = PLANAR;
  #start = 0;
  #length = 0;
  #mapMask = 0;
  #planesWritten = 0;

  constructor(planes: Planes, registers: VgaRegisters, vbe: Vbe) {
    this.#planes = planes;
    this.#registers = registers;
    this.#vbe = vbe;
    this.update();
  }

  /** To be called after a register changed. */
  update(): void {
    const { sequencer, graphics, miscOutput } = this.#registers;
    // Banks are at A0000h, whatever the VGA's own map is.
    const [start, length] = MAPS[this.#vbe.banked ? 1 : (graphics.values[6] >> 2) & 3];
    this.#start = start;
    this.#length = (miscOutput & RAM_ENABLE) === 0 ? 0 : length;
    this.#mapMask = sequencer.values[2];
    this.#planesWritten = PLANE_MASKS[this.#mapMask];
    if (this.#vbe.banked) this.#path = BANKED;
    else if ((sequencer.values[4] & CHAIN_4) !== 0) this.#path = CHAINED_4;
    else if ((graphics.values[5] & ODD_EVEN) !== 0) this.#path = ODD_EVEN_CHAINED;
    else this.#path = PLANAR;
  }

  /** Notes that something changed. */
  touch(): void {
    this.generation = (this.generation + 1) & GENERATIONS;
  }

  read(offset: number, size: AccessSize): number {
    let value = 0;
    for (let i = 0; i < size; i++) value |= this.#readByte(offset + i) << (8 * i);
    return value >>> 0;
  }

  write(offset: number, size: AccessSize, value: number): void {
    for (let i = 0; i < size; i++) this.#writeByte(offset + i, (value >>> (8 * i)) & 0xff);
    this.touch();
  }

  #readByte(offset: number): number {
    const at = offset - this.#start;
    if (at < 0 || at >= this.#length) return 0xff;
    const { bytes } = this.#planes;
    switch (this.#path) {
      case BANKED:
        return this.#vbe.readBank(at & 0xffff);
      case CHAINED_4:
        return bytes[at];
      case ODD_EVEN_CHAINED:
        return bytes[this.#oddEven(at)];
      default:
        return this.#readPlanes(at & PLANE_WORDS);
    }
  }

  #writeByte(offset: number, value: number): void {
    const at = offset - this.#start;
    if (at < 0 || at >= this.#length) return;
    switch (this.#path) {
      case BANKED:
        this.#vbe.writeBank(at & 0xffff, value);
        break;
      case CHAINED_4:
        if ((this.#mapMask & (1 << (at & 3))) !== 0) this.#planes.bytes[at] = value;
        break;
      case ODD_EVEN_CHAINED: {
        const byte = this.#oddEven(at);
        if ((this.#mapMask & (1 << (byte & 3))) !== 0) this.#planes.bytes[byte] = value;
        break;
      }
      default:
        this.#writePlanes(at & PLANE_WORDS, value);
    }
  }

  // Even addresses are plane 0 (or 2), odd ones the next plane.
  #oddEven(at: number): number {
    const plane = (this.#registers.graphics.values[4] & 2) | (at & 1);
    return ((at & 0x1fffe) << 1) | plane;
  }

  #readPlanes(at: number): number {
    const { values } = this.#registers.graphics;
    const latch = this.#planes.words[at];
    this.latch = latch;
    if ((values[5] & READ_MODE_1) === 0) return (latch >>> (8 * (values[4] & 3))) & 0xff;
    // Colour compare: a bit is set where all planes that care have the colour's bit.
    const differs = (latch ^ PLANE_MASKS[values[2]]) & PLANE_MASKS[values[7]];
    return ~(differs | (differs >>> 8) | (differs >>> 16) | (differs >>> 24)) & 0xff;
  }

  #writePlanes(at: number, value: number): void {
    const { values } = this.#registers.graphics;
    const latch = this.latch;
    const mode = values[5] & 3;
    let data = latch;
    if (mode !== 1) {
      let bits = values[8];
      if (mode === 2) {
        data = PLANE_MASKS[value & 0x0f];
      } else {
        const turn = values[3] & 7;
        const rotated = ((value >>> turn) | (value << (8 - turn))) & 0xff;
        if (mode === 3) {
          bits &= rotated;
          data = PLANE_MASKS[values[0]];
        } else {
          const setReset = PLANE_MASKS[values[1]];
          data = (spread(rotated) & ~setReset) | (PLANE_MASKS[values[0]] & setReset);
        }
      }
      const mask = spread(bits);
      data = (combine(values[3] >> 3, data, latch) & mask) | (latch & ~mask);
    }
    const { words } = this.#planes;
    words[at] = (data & this.#planesWritten) | (words[at] & ~this.#planesWritten);
  }
}

/** The same byte for all planes. */
function spread(byte: number): number {
  return byte | (byte << 8) | (byte << 16) | (byte << 24);
}

/** @param operation bits 3 and 4 of graphics register 03h: none, AND, OR, XOR with the latches */
function combine(operation: number, data: number, latch: number): number {
  switch (operation) {
    case 1:
      return data & latch;
    case 2:
      return data | latch;
    case 3:
      return data ^ latch;
    default:
      return data;
  }
}
