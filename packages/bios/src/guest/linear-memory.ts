import type { AccessSize, GuestMemory, MmioBus } from '@picovm/core';
import { CR0, walkPageTables, type X86SpecialRegisters } from '@picovm/core/x86';

const A20 = 0x10_0000;
const PAGE = 0x1000;
const PAGE_MASK = PAGE - 1;

/** How addresses are translated during a call. */
export interface Translation {
  /** Control registers. */
  readonly special: X86SpecialRegisters;
  /** Whether address line A20 is driven. */
  readonly a20: boolean;
}

/**
 * Memory as the guest's own instructions would see it: through A20 and, where a monitor runs real-mode programs in
 * virtual-8086 mode, its page tables; RAM, read-only memory and MMIO such as the screen. All addresses are the guest's: what
 * leads nowhere reads as ones and takes no writes, and nothing throws.
 */
export class LinearMemory {
  readonly #memory: GuestMemory;
  readonly #mmio: MmioBus;
  #translation: Translation | undefined;

  /** @param memory RAM and ROM @param mmio what is no memory */
  constructor(memory: GuestMemory, mmio: MmioBus) {
    this.#memory = memory;
    this.#mmio = mmio;
  }

  /** How addresses are translated from now on. */
  translateBy(translation: Translation): void {
    this.#translation = translation;
  }

  /** One byte. */
  read8(address: number): number {
    return this.#read(address, 1);
  }

  /** Two bytes, little-endian. */
  read16(address: number): number {
    return this.#inPage(address, 2) ? this.#read(address, 2) : this.read8(address) | (this.read8(address + 1) << 8);
  }

  /** Four bytes, little-endian, unsigned. */
  read32(address: number): number {
    if (this.#inPage(address, 4)) return this.#read(address, 4);
    return (this.read16(address) | (this.read16(address + 2) << 16)) >>> 0;
  }

  /** One byte: the lowest of `value`. */
  write8(address: number, value: number): void {
    this.#write(address, 1, value);
  }

  /** Two bytes. */
  write16(address: number, value: number): void {
    if (this.#inPage(address, 2)) this.#write(address, 2, value);
    else {
      this.write8(address, value);
      this.write8(address + 1, value >>> 8);
    }
  }

  /** Four bytes. */
  write32(address: number, value: number): void {
    if (this.#inPage(address, 4)) this.#write(address, 4, value);
    else {
      this.write16(address, value);
      this.write16(address + 2, value >>> 16);
    }
  }

  /** A copy of some bytes. */
  readBytes(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length).fill(0xff);
    this.#forEachPart(address, length, (physical, at, size) => {
      if (this.#memory.contiguous(physical) >= size) this.#memory.readInto(physical, bytes.subarray(at, at + size));
      else for (let i = 0; i < size; i++) bytes[at + i] = this.#readPhysical(physical + i, 1);
    });
    return bytes;
  }

  /** Writes some bytes. */
  writeBytes(address: number, bytes: Uint8Array): void {
    this.#forEachPart(address, bytes.length, (physical, at, size) => {
      const region = this.#memory.regionAt(physical);
      if (region !== undefined && physical + size <= region.end) {
        if (!region.readonly) this.#memory.write(physical, bytes.subarray(at, at + size));
      } else for (let i = 0; i < size; i++) this.#writePhysical(physical + i, 1, bytes[at + i]);
    });
  }

  /** Copies within the guest; overlapping ranges come out right if `to` is below `from`, else if `down` is set. */
  copy(to: number, from: number, length: number, down = false): void {
    const step = ((to | from | length) & 3) === 0 ? 4 : ((to | from | length) & 1) === 0 ? 2 : 1;
    for (let at = 0; at < length; at += step) {
      const offset = down ? length - step - at : at;
      if (step === 4) this.write32(to + offset, this.read32(from + offset));
      else if (step === 2) this.write16(to + offset, this.read16(from + offset));
      else this.write8(to + offset, this.read8(from + offset));
    }
  }

  /** Fills with a word. @param length bytes, even */
  fill16(address: number, value: number, length: number): void {
    let at = 0;
    if ((address & 3) === 0) {
      const double = (value | (value << 16)) >>> 0;
      for (; at + 4 <= length; at += 4) this.write32(address + at, double);
    }
    for (; at + 2 <= length; at += 2) this.write16(address + at, value);
  }

  /** A physical address. -1: there is no page. */
  #physical(address: number): number {
    const translation = this.#translation;
    if (translation === undefined) return address;
    const { special, a20 } = translation;
    let physical = address >>> 0;
    if ((special.cr0 & BigInt(CR0.PG)) !== 0n) {
      const walk = walkPageTables(this.#memory, special, BigInt(physical));
      if (walk.physical === undefined) return -1;
      physical = walk.physical;
    }
    return a20 || (physical & A20) === 0 ? physical : physical - A20;
  }

  #inPage(address: number, size: number): boolean {
    return (address & PAGE_MASK) <= PAGE - size;
  }

  #read(address: number, size: AccessSize): number {
    const physical = this.#physical(address);
    return physical < 0 ? 2 ** (8 * size) - 1 : this.#readPhysical(physical, size);
  }

  #write(address: number, size: AccessSize, value: number): void {
    const physical = this.#physical(address);
    if (physical >= 0) this.#writePhysical(physical, size, value);
  }

  #readPhysical(address: number, size: AccessSize): number {
    const region = this.#memory.regionAt(address);
    if (region === undefined) return this.#mmio.read(address, size);
    const { bytes, base } = region;
    const at = address - base;
    if (size === 1) return bytes[at];
    const low = bytes[at] | (bytes[at + 1] << 8);
    return size === 2 ? low : (low | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
  }

  #writePhysical(address: number, size: AccessSize, value: number): void {
    const region = this.#memory.regionAt(address);
    if (region === undefined) this.#mmio.write(address, size, value);
    else if (!region.readonly) {
      const { bytes, base } = region;
      for (let i = 0; i < size; i++) bytes[address - base + i] = value >>> (8 * i);
      this.#memory.markDirty(address, size);
    }
  }

  #forEachPart(address: number, length: number, use: (physical: number, at: number, size: number) => void): void {
    for (let at = 0; at < length; ) {
      const here = (address + at) >>> 0;
      const size = Math.min(length - at, PAGE - (here & PAGE_MASK));
      const physical = this.#physical(here);
      if (physical >= 0) use(physical, at, size);
      at += size;
    }
  }
}
