import type { StateReader } from '@picovm/core';
import { CHUNK, SECTOR } from '../bits.ts';
import { READ, WRITE } from '../media/block-port.ts';
import { DATA_IN, DATA_OUT, DMA_IN, DMA_OUT, IDLE, MEDIA } from '../phases.ts';
import { MOST_MULTIPLE } from './identify-device.ts';

// What a disk is doing.
const NONE = 0;
export const READ_SECTORS = 1;
export const WRITE_SECTORS = 2;
export const VERIFY_SECTORS = 3;
export const FLUSHING = 4;
/** The guest reads what IDENTIFY gave. */
export const REPLY = 5;

const MOST_SECTORS = CHUNK / SECTOR;
/** After so many sectors that nothing of the guest is needed for, it has its turn. */
const BREATH = 2048;
/** No sector is tried on its own. */
const ALL = -1;

/** How far a command that moves sectors has come. It moves them in chunks, each with one operation of the backend. */
export class SectorTransfer {
  op: number = NONE;
  /** The first sector of the chunk. */
  next = 0;
  /** Sectors of the chunk. */
  count = 0;
  /** Sectors that come after it. */
  left = 0;
  /** Sectors from one DRQ to the next. */
  block = 1;
  dma = false;
  /** A 48-bit address. */
  ext = false;
  /** All is written, and with the write cache off a flush comes after it. */
  flushing = false;
  /** The sector of the chunk that is tried on its own. */
  #probe = ALL;

  clear(): void {
    this.begin(NONE, 0, 0, 1, false, false);
  }

  begin(op: number, first: number, sectors: number, block: number, ext: boolean, dma: boolean): void {
    this.op = op;
    this.next = first;
    this.count = 0;
    this.left = sectors;
    this.block = block;
    this.ext = ext;
    this.dma = dma;
    this.flushing = false;
    this.#probe = ALL;
  }

  /** The next chunk. */
  take(): void {
    this.count = Math.min(this.left, MOST_SECTORS);
    this.left -= this.count;
    this.#probe = ALL;
  }

  /** The chunk was moved. @returns whether there is more */
  advance(): boolean {
    this.next += this.count;
    this.count = 0;
    this.#probe = ALL;
    return this.left > 0;
  }

  /**
   * Whether the guest is to have its turn before this chunk. VERIFY alone needs nothing of it from end to end: a row of them,
   * by one instruction, would else keep the host for minutes.
   */
  get breathes(): boolean {
    return this.op === VERIFY_SECTORS && this.left >= BREATH && this.left % BREATH < MOST_SECTORS;
  }

  // What the backend is asked for.

  get kind(): number {
    return this.op === WRITE_SECTORS ? WRITE : READ;
  }

  get offset(): number {
    return (this.next + Math.max(this.#probe, 0)) * SECTOR;
  }

  /** Where in the buffer. */
  get at(): number {
    return Math.max(this.#probe, 0) * SECTOR;
  }

  get bytes(): number {
    return this.#probe === ALL ? this.count * SECTOR : SECTOR;
  }

  /** How many bytes of the buffer matter while the backend is at work. */
  get needed(): number {
    if (this.flushing) return 0;
    if (this.op === WRITE_SECTORS) return this.count * SECTOR;
    return this.op === READ_SECTORS ? this.at : 0;
  }

  /** The chunk failed. @returns whether its sectors are tried one by one now */
  probes(): boolean {
    if (this.#probe !== ALL || this.count === 1) return false;
    this.#probe = 0;
    return true;
  }

  /** A sector was moved on its own. @returns whether there is a next one */
  probesOn(): boolean {
    if (this.#probe === ALL || this.#probe + 1 === this.count) return false;
    this.#probe++;
    return true;
  }

  /** A sector cannot be read: the chunk ends before it. @returns whether anything is left of it */
  shorten(): boolean {
    const good = Math.max(this.#probe, 0);
    const whole = this.dma ? good : good - (good % this.block);
    if (whole === 0) return false;
    this.left += this.count - whole;
    this.count = whole;
    this.#probe = ALL;
    return true;
  }

  /**
   * The sector that failed. In the middle of a block of READ MULTIPLE it is the first of the block: drivers take what comes
   * before the sector that is named for good, and of this block nothing was moved.
   */
  get failing(): number {
    return this.op === READ_SECTORS ? this.next : this.next + Math.max(this.#probe, 0);
  }

  save(): Record<string, unknown> {
    const { op, next, count, left, block, dma, ext, flushing } = this;
    return { op, next, count, left, block, dma, ext, flushing, probe: this.#probe };
  }

  /** @returns what `load` takes. @throws VmError `ERR_DEVICE_STATE` */
  static read(reader: StateReader, phase: number, length: number, total: number): SectorTransfer {
    const read = new SectorTransfer();
    read.op = reader.integer('op', REPLY);
    read.next = reader.integer('next', total);
    read.count = reader.integer('count', Math.min(MOST_SECTORS, total - read.next));
    read.left = reader.integer('left', Math.min(65_536, total - read.next - read.count));
    read.block = reader.integer('block', MOST_MULTIPLE, 1);
    read.dma = reader.boolean('dma');
    read.ext = reader.boolean('ext');
    read.flushing = reader.boolean('flushing');
    read.#probe = reader.integer('probe', Math.max(read.count - 1, ALL), ALL);
    if (!fits(read, phase, length) || (read.block & (read.block - 1)) !== 0) {
      throw reader.error('is in the middle of no command');
    }
    return read;
  }

  load(other: SectorTransfer): void {
    this.begin(other.op, other.next, other.left, other.block, other.ext, other.dma);
    this.count = other.count;
    this.flushing = other.flushing;
    this.#probe = other.#probe;
  }
}

function fits({ op, count, dma, flushing }: SectorTransfer, phase: number, length: number): boolean {
  if (flushing && (op !== WRITE_SECTORS || phase !== MEDIA)) return false;
  switch (phase) {
    case IDLE:
      return op === NONE;
    case DATA_IN:
      return (op === REPLY && length === SECTOR) || (op === READ_SECTORS && !dma && count * SECTOR === length);
    case DMA_IN:
      return op === READ_SECTORS && dma && count * SECTOR === length;
    case DATA_OUT:
    case DMA_OUT:
      return op === WRITE_SECTORS && dma === (phase === DMA_OUT) && count * SECTOR === length;
    default:
      return op === FLUSHING || (op >= READ_SECTORS && op <= VERIFY_SECTORS && (flushing || count > 0));
  }
}
