import type { StateReader } from '@picovm/core';
import type { IdentifyWords } from './identify-words.ts';

const MULTIWORD = 0x20;
const ULTRA = 0x40;
/** PIO modes up to 4, multiword DMA up to 2, Ultra DMA up to 5. */
const MOST_PIO = 4;
const MOST_MULTIWORD = 2;
const MOST_ULTRA = 5;
const DEFAULT = MULTIWORD | MOST_MULTIWORD;

/** Which way of DMA was chosen: it changes nothing but what IDENTIFY says. */
export class TransferModes {
  /** Whether there is a bus master, without which no drive has DMA. */
  hasDma = false;
  #mode = DEFAULT;

  reset(): void {
    this.#mode = DEFAULT;
  }

  /** SET FEATURES 03h (ATA-6, table 44). @returns whether there is such a mode */
  choose(value: number): boolean {
    const number = value & 0x07;
    switch (value & 0xf8) {
      case 0x00:
        return number <= 1;
      case 0x08:
        return number <= MOST_PIO;
      case MULTIWORD:
        return this.#choose(value, number <= MOST_MULTIWORD);
      case ULTRA:
        return this.#choose(value, number <= MOST_ULTRA);
      default:
        return false;
    }
  }

  /** Words 49, 53, 63 to 68, and 88. */
  describe(words: IdentifyWords): void {
    // Word 49: LBA, and IORDY; bit 8 is DMA.
    words.set(49, this.hasDma ? 0x0b00 : 0x0a00);
    words.set(53, this.hasDma ? 7 : 3);
    words.set(64, 0x03);
    // Nanoseconds of a cycle, of DMA and of PIO.
    for (let word = 65; word <= 68; word++) words.set(word, 120);
    if (!this.hasDma) return;
    words.set(63, supported(MOST_MULTIWORD) | this.#chosen(MULTIWORD));
    words.set(88, supported(MOST_ULTRA) | this.#chosen(ULTRA));
  }

  save(): number {
    return this.#mode;
  }

  /** @returns what `load` takes */
  static read(reader: StateReader): number {
    const mode = reader.integer('transferMode', 0xff);
    const most = (mode & 0xf8) === ULTRA ? MOST_ULTRA : (mode & 0xf8) === MULTIWORD ? MOST_MULTIWORD : -1;
    if ((mode & 0x07) > most) throw reader.error('has a transferMode that there is not');
    return mode;
  }

  load(mode: number): void {
    this.#mode = mode;
  }

  #choose(value: number, exists: boolean): boolean {
    const chosen = this.hasDma && exists;
    if (chosen) this.#mode = value;
    return chosen;
  }

  #chosen(kind: number): number {
    return (this.#mode & 0xf8) === kind ? 0x100 << (this.#mode & 0x07) : 0;
  }
}

function supported(most: number): number {
  return (2 << most) - 1;
}
