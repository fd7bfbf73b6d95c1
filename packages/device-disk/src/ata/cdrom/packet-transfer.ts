import type { StateReader } from '@picovm/core';
import { CD_SECTOR, CHUNK } from '../bits.ts';
import { DATA_IN, DATA_OUT, DMA_IN, IDLE, MEDIA } from '../phases.ts';
import { PACKET_LENGTH } from './opcodes.ts';
import { REPLY_LENGTH } from './replies.ts';

// What a CD-ROM drive is doing.
const NONE = 0;
/** The guest writes a packet. */
export const PACKET = 1;
/** The guest reads a reply. */
export const REPLY = 2;
/** Sectors are read. */
export const READING = 3;
/** The guest reads what IDENTIFY PACKET DEVICE gave. */
export const IDENTIFYING = 4;

const MOST_SECTORS = CHUNK / CD_SECTOR;

/** How far a packet command has come. Sectors are of 2048 bytes, and move in chunks of one operation of the backend each. */
export class PacketTransfer {
  op: number = NONE;
  dma = false;
  /** The byte count limit: of data from one DRQ to the next (ATA-6, 9.8). */
  limit = 0;
  /** The first sector of the chunk, its sectors, and those that come after it. */
  next = 0;
  count = 0;
  left = 0;
  /** So many sectors are read one by one, because together they could not be. */
  singles = 0;

  clear(): void {
    this.op = NONE;
    this.dma = false;
    this.limit = 0;
    this.read(0, 0);
  }

  /** @param first sector */
  read(first: number, sectors: number): void {
    this.next = first;
    this.count = 0;
    this.left = sectors;
    this.singles = 0;
  }

  take(): void {
    this.count = Math.min(this.left, this.singles > 0 ? 1 : MOST_SECTORS);
    this.left -= this.count;
  }

  /** @returns whether there is more */
  advance(): boolean {
    this.next += this.count;
    this.count = 0;
    return this.left > 0;
  }

  /** The chunk failed. @returns whether its sectors are to be tried one by one */
  split(): boolean {
    if (this.count === 1) return false;
    this.singles = this.count;
    this.left += this.count;
    this.take();
    return true;
  }

  /** Bytes from one DRQ to the next, of `length` that there are: even, unless they are the last ones. */
  block(length: number): number {
    return length <= this.limit ? length : Math.max(2, this.limit & 0xfffe);
  }

  save(): Record<string, unknown> {
    const { op, dma, limit, next, count, left, singles } = this;
    return { op, dma, limit, next, count, left, singles };
  }

  /** @param sectors of the medium. @returns what `load` takes. @throws VmError `ERR_DEVICE_STATE` */
  static read(reader: StateReader, phase: number, length: number, sectors: number): PacketTransfer {
    const read = new PacketTransfer();
    read.op = reader.integer('op', IDENTIFYING);
    read.dma = reader.boolean('dma');
    read.limit = reader.integer('limit', 0xffff);
    read.next = reader.integer('next', sectors);
    read.count = reader.integer('count', Math.min(MOST_SECTORS, sectors - read.next));
    read.left = reader.integer('left', sectors - read.next - read.count);
    read.singles = reader.integer('singles', MOST_SECTORS);
    if (!fits(read, phase, length)) throw reader.error('is in the middle of no packet command');
    return read;
  }

  load(other: PacketTransfer): void {
    Object.assign(this, other);
  }
}

function fits({ op, dma, count }: PacketTransfer, phase: number, length: number): boolean {
  switch (phase) {
    case IDLE:
      return op === NONE;
    case DATA_OUT:
      return op === PACKET && length === PACKET_LENGTH;
    case DATA_IN:
    case DMA_IN:
      if (dma !== (phase === DMA_IN)) return false;
      if (op === IDENTIFYING) return !dma && length === 512;
      return (op === REPLY && length <= REPLY_LENGTH) || (op === READING && length === count * CD_SECTOR);
    default:
      return phase === MEDIA && op === READING && count > 0;
  }
}
