import type { AccessSize, GuestMemory, StateReader } from '@picovm/core';
import type { Planes } from './planes.ts';

/** Registers of the Bochs display interface, by their indices. */
const ID = 0;
const X_RESOLUTION = 1;
const Y_RESOLUTION = 2;
const BITS_PER_PIXEL = 3;
const ENABLE = 4;
const BANK = 5;
const VIRTUAL_WIDTH = 6;
const VIRTUAL_HEIGHT = 7;
const X_OFFSET = 8;
const Y_OFFSET = 9;
const MEMORY_64K = 10;
const REGISTERS = 11;

/** Bits of ENABLE; 40h is the linear frame buffer, which is always there. */
const ENABLED = 0x01;
const GET_CAPABILITIES = 0x02;
const DAC_8_BITS = 0x20;
const KEEP_MEMORY = 0x80;
const ENABLE_BITS = 0xe3;

/** The newest version of the interface: it has the linear frame buffer and tells how much memory there is. */
const NEWEST_ID = 0xb0c5;
const OLDEST_ID = 0xb0c0;

const MAX_WIDTH = 2560;
const MAX_HEIGHT = 1600;
const MAX_DEPTH = 32;
const BANK_SIZE = 0x10000;
const DEPTHS = [4, 8, 15, 16, 24, 32];

/** A graphics mode of the Bochs display interface. */
export interface VbeMode {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** 4, 8, 15, 16, 24 or 32; 4 lies in the planes of the VGA. */
  readonly bitsPerPixel: number;
  /** Bytes from row to row. Of 4 bits: in each plane. */
  readonly stride: number;
  /** The first byte of the picture. Of 4 bits: in each plane. */
  readonly start: number;
  /** Pixels to skip in that byte: only of 4 bits. */
  readonly skip: number;
}

/** The Bochs display interface: 16-bit registers behind an index (1CEh) and a data port (1CFh), and memory for them. */
export class Vbe {
  /** Its memory. */
  readonly bytes: Uint8Array;
  readonly #registers = new Uint16Array(REGISTERS);
  #index = 0;
  /** What it tells that it is. */
  #id = NEWEST_ID;
  readonly #base: number;
  /** Set if the memory is guest memory: then others want to know what is written. */
  readonly #memory: GuestMemory | undefined;
  readonly #planes: Planes;
  readonly #onSwitch: (mode: 'on' | 'off') => void;
  #inRow = false;
  #clearsLater = false;

  /**
   * @param bytes its memory
   * @param base guest-physical address of the memory
   * @param memory given if that is guest memory
   * @param planes where pictures of 4 bits lie
   * @param onSwitch called when it is switched on or off, and when the width of the DAC may have changed
   */
  constructor(
    bytes: Uint8Array,
    base: number,
    memory: GuestMemory | undefined,
    planes: Planes,
    onSwitch: (mode: 'on' | 'off') => void,
  ) {
    this.bytes = bytes;
    this.#base = base;
    this.#memory = memory;
    this.#planes = planes;
    this.#onSwitch = onSwitch;
  }

  /** Whether it shows its picture, in place of the VGA's. */
  get enabled(): boolean {
    return (this.#registers[ENABLE] & ENABLED) !== 0;
  }

  /** Whether the window at A0000h shows a bank of its memory. */
  get banked(): boolean {
    return this.enabled && this.#registers[BITS_PER_PIXEL] !== 4;
  }

  /** Whether colours have 8 bits a component. */
  get wideDac(): boolean {
    return (this.#registers[ENABLE] & DAC_8_BITS) !== 0;
  }

  reset(): void {
    this.#registers.fill(0);
    this.#index = 0;
    this.#id = NEWEST_ID;
    if (this.#memory === undefined) this.bytes.fill(0);
    this.#onSwitch('off');
  }

  /** Reads the index (0) or the selected register (1, 2: programs of long ago have it at 1D0h). */
  read(offset: number, _size: AccessSize): number {
    return offset === 0 ? this.#index : this.#readRegister(this.#index);
  }

  /** Writes a row of words by one instruction: memory is cleared once, at its end, however often the row switches it on. */
  writeBlock(offset: number, data: Uint8Array): void {
    this.#inRow = true;
    for (let i = 0; i < data.length; i += 2) this.write(offset, data[i] | (data[i + 1] << 8));
    this.#inRow = false;
    if (this.#clearsLater) this.#clear();
    this.#clearsLater = false;
  }

  write(offset: number, value: number): void {
    if (offset === 0) this.#index = value;
    else this.#writeRegister(this.#index, value);
  }

  readBank(at: number): number {
    const byte = this.#registers[BANK] * BANK_SIZE + at;
    return byte < this.bytes.length ? this.bytes[byte] : 0xff;
  }

  writeBank(at: number, value: number): void {
    const byte = this.#registers[BANK] * BANK_SIZE + at;
    if (byte >= this.bytes.length) return;
    this.bytes[byte] = value;
    this.#memory?.markDirty(this.#base + byte, 1);
  }

  /** What is to be shown; undefined while it is off. */
  mode(): VbeMode | undefined {
    if (!this.enabled) return undefined;
    const r = this.#registers;
    const bitsPerPixel = r[BITS_PER_PIXEL];
    const stride = this.#stride();
    const bytesPerPixel = (bitsPerPixel + 7) >> 3;
    const skip = bitsPerPixel === 4 ? r[X_OFFSET] & 7 : 0;
    const start = r[Y_OFFSET] * stride + (bitsPerPixel === 4 ? r[X_OFFSET] >> 3 : r[X_OFFSET] * bytesPerPixel);
    return { width: r[X_RESOLUTION], height: r[Y_RESOLUTION], bitsPerPixel, stride, start, skip };
  }

  save(): Record<string, unknown> {
    return { vbe: Array.from(this.#registers), vbeIndex: this.#index, vbeId: this.#id };
  }

  /** @returns what sets the registers. @throws VmError `ERR_DEVICE_STATE` */
  readState(reader: StateReader): () => void {
    const values = reader.integers('vbe', REGISTERS, 0xffff);
    const index = reader.integer('vbeIndex', 0xffff);
    const id = reader.integer('vbeId', NEWEST_ID, OLDEST_ID);
    const saved = Uint16Array.from(values);
    if (values.length !== REGISTERS || (saved[ENABLE] & ~ENABLE_BITS) !== 0 || !this.#fits(saved)) {
      throw reader.error("its field 'vbe' is no mode of this device");
    }
    return () => {
      this.#registers.set(saved);
      this.#index = index;
      this.#id = id;
      this.#onSwitch(this.enabled ? 'on' : 'off');
    };
  }

  #readRegister(index: number): number {
    const r = this.#registers;
    const asks = (r[ENABLE] & GET_CAPABILITIES) !== 0;
    switch (index) {
      case ID:
        return this.#id;
      case X_RESOLUTION:
        return asks ? MAX_WIDTH : r[index];
      case Y_RESOLUTION:
        return asks ? MAX_HEIGHT : r[index];
      case BITS_PER_PIXEL:
        return asks ? MAX_DEPTH : r[index];
      case VIRTUAL_HEIGHT:
        return this.enabled ? Math.min(0xffff, Math.floor(this.#room() / Math.max(1, this.#stride()))) : r[index];
      case MEMORY_64K:
        return this.bytes.length / BANK_SIZE;
      default:
        return index < REGISTERS ? r[index] : 0;
    }
  }

  #writeRegister(index: number, value: number): void {
    const r = this.#registers;
    switch (index) {
      case ID:
        if (value >= OLDEST_ID && value <= NEWEST_ID) this.#id = value;
        break;
      case X_RESOLUTION:
        // A multiple of 8, as the CRT controller counts.
        if (!this.enabled && value <= MAX_WIDTH) r[index] = value & ~7;
        break;
      case Y_RESOLUTION:
        if (!this.enabled && value <= MAX_HEIGHT) r[index] = value;
        break;
      case BITS_PER_PIXEL: {
        const depth = value === 0 ? 8 : value;
        if (!this.enabled && DEPTHS.includes(depth)) r[index] = depth;
        break;
      }
      case ENABLE:
        this.#enable(value & ENABLE_BITS);
        break;
      case BANK:
        r[index] = value % (this.bytes.length / BANK_SIZE);
        break;
      case VIRTUAL_WIDTH:
      case X_OFFSET:
      case Y_OFFSET:
        this.#place(index, value);
        break;
    }
  }

  // A picture is in memory as a whole, or the register keeps what it had.
  #place(index: number, value: number): void {
    const wanted = this.#registers.slice();
    wanted[index] = index === VIRTUAL_WIDTH ? Math.max(value & ~7, wanted[X_RESOLUTION]) : value;
    if (this.#fits(wanted)) this.#registers.set(wanted);
  }

  #enable(value: number): void {
    const r = this.#registers;
    const was = this.enabled;
    if ((value & ENABLED) === 0) {
      r[ENABLE] = value;
      if (was) r[BANK] = 0;
    } else if (was) {
      r[ENABLE] = value;
    } else {
      const wanted = r.slice();
      wanted[ENABLE] = value;
      wanted[VIRTUAL_WIDTH] = r[X_RESOLUTION];
      wanted[X_OFFSET] = 0;
      wanted[Y_OFFSET] = 0;
      wanted[BANK] = 0;
      // A mode that is none, or that there is not enough memory for, is not switched on.
      if (!this.#fits(wanted)) return;
      r.set(wanted);
      if ((value & KEEP_MEMORY) === 0) this.#clear();
    }
    this.#onSwitch(this.enabled ? 'on' : 'off');
  }

  #clear(): void {
    this.#clearsLater = this.#inRow;
    if (this.#inRow) return;
    const used = Math.min(this.#room(), this.#stride() * this.#registers[Y_RESOLUTION]);
    if (this.#registers[BITS_PER_PIXEL] === 4) {
      this.#planes.words.fill(0, 0, used);
      return;
    }
    this.bytes.fill(0, 0, used);
    if (used > 0) this.#memory?.markDirty(this.#base, used);
  }

  #fits(r: Uint16Array): boolean {
    if ((r[ENABLE] & ENABLED) === 0) return true;
    const [depth, width, height] = [r[BITS_PER_PIXEL], r[X_RESOLUTION], r[Y_RESOLUTION]];
    if (!DEPTHS.includes(depth) || width === 0 || height === 0 || width > MAX_WIDTH || height > MAX_HEIGHT)
      return false;
    const across = Math.max(r[VIRTUAL_WIDTH], width);
    if (r[X_OFFSET] + width > across) return false;
    return (r[Y_OFFSET] + height) * strideOf(across, depth) <= (depth === 4 ? PLANE : this.bytes.length);
  }

  #room(): number {
    return this.#registers[BITS_PER_PIXEL] === 4 ? PLANE : this.bytes.length;
  }

  #stride(): number {
    const r = this.#registers;
    return strideOf(Math.max(r[VIRTUAL_WIDTH], r[X_RESOLUTION]), r[BITS_PER_PIXEL]);
  }
}

/** Bytes of a plane of the VGA. */
const PLANE = 0x10000;

function strideOf(pixels: number, depth: number): number {
  return depth === 4 ? pixels >> 3 : pixels * ((depth + 7) >> 3);
}
