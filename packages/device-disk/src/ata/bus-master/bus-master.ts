import type { DeviceState, GuestMemory, StateReader } from '@picovm/core';
import type { Channel, ChannelListener } from '../channel.ts';
import type { Drive } from '../drive.ts';
import { DMA_IN, DMA_OUT } from '../phases.ts';
import { readMemory, writeMemory } from './guest-memory.ts';
import { PrdTable } from './prd-table.ts';

// The registers of a channel.
const COMMAND = 0;
const STATUS = 2;
const TABLE = 4;
export const BUS_MASTER_PORTS = 8;

/** Command: the transfer is on. */
const START = 0x01;
/** Command: data go to memory. */
const TO_MEMORY = 0x08;

/** Status. */
const ACTIVE = 0x01;
const ERROR = 0x02;
const INTERRUPT = 0x04;
/** Firmware notes here which drives it has set up for DMA. */
const DMA_CAPABLE = 0x60;

/**
 * The bus master of one channel (82371SB PIIX3, section 2.7; Programming Interface for Bus Master IDE, revision 1.0). It
 * moves all that there is within the access that starts it, or in which a drive has data.
 */
export class BusMaster implements ChannelListener {
  /** Whether the function may use the bus: bit 2 of its PCI command register. */
  enabled: () => boolean = () => false;
  readonly #channel: Channel;
  readonly #table = new PrdTable();
  #memory: GuestMemory | undefined;
  #command = 0;
  #status = 0;
  #base = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.listener = this;
  }

  attach(memory: GuestMemory): void {
    this.#memory = memory;
  }

  /** One byte. @param offset 0 to 7 */
  read(offset: number): number {
    if (offset === COMMAND) return this.#command;
    if (offset === STATUS) return this.#status;
    return offset >= TABLE ? (this.#base >>> (8 * (offset - TABLE))) & 0xff : 0;
  }

  /** One byte. */
  write(offset: number, value: number): void {
    if (offset === COMMAND) this.#writeCommand(value & (START | TO_MEMORY));
    else if (offset === STATUS) {
      this.#status = (this.#status & ~DMA_CAPABLE & ~(value & (ERROR | INTERRUPT))) | (value & DMA_CAPABLE);
    } else if (offset >= TABLE) {
      const shift = 8 * (offset - TABLE);
      // The table begins at a multiple of four.
      this.#base = (((this.#base & ~(0xff << shift)) | (value << shift)) & ~3) >>> 0;
    }
  }

  onInterrupt(): void {
    this.#status |= INTERRUPT;
  }

  onDmaRequest(): void {
    this.serve();
  }

  /** Moves what can be moved. */
  serve(): void {
    while (this.#step()) {}
  }

  reset(): void {
    this.#command = 0;
    this.#status = 0;
    this.#base = 0;
    this.#table.begin(0);
  }

  save(): DeviceState {
    return {
      version: 1,
      command: this.#command,
      status: this.#status,
      base: this.#base,
      ...this.#table.save(),
    };
  }

  /** @returns what sets the state. @throws VmError `ERR_DEVICE_STATE` */
  readState(reader: StateReader): () => void {
    const command = reader.register('command', START | TO_MEMORY);
    const status = reader.register('status', ACTIVE | ERROR | INTERRUPT | DMA_CAPABLE);
    const base = reader.integer('base', 0xffff_ffff);
    if (base % 4 !== 0) throw reader.error('has a base that is no multiple of 4');
    const table = PrdTable.read(reader);
    return () => {
      this.#command = command;
      this.#status = status;
      this.#base = base;
      this.#table.load(table);
    };
  }

  // Writing 1 over 0 starts from the beginning of the table. Writing 0 stops for good.
  #writeCommand(value: number): void {
    const starts = (value & ~this.#command & START) !== 0;
    this.#command = value;
    if ((value & START) === 0) this.#status &= ~ACTIVE;
    if (!starts) return;
    this.#status |= ACTIVE;
    this.#table.begin(this.#base);
    this.serve();
  }

  // Moves some bytes. @returns whether it could
  #step(): boolean {
    const { drive } = this.#channel;
    const memory = this.#memory;
    if (drive === undefined || memory === undefined || (this.#status & ACTIVE) === 0 || !this.enabled()) return false;
    if (drive.phase !== ((this.#command & TO_MEMORY) === 0 ? DMA_OUT : DMA_IN)) return false;
    const table = this.#table;
    if (!table.fetch(memory)) return this.#fail(drive);
    if (table.ended) {
      // The table was too short: the drive waits on, until somebody resets it.
      this.#status &= ~ACTIVE;
      return false;
    }
    const wanted = drive.dmaBytes();
    const bytes = wanted.length <= table.left ? wanted : wanted.subarray(0, table.left);
    const { address } = table;
    const moved = drive.phase === DMA_IN ? writeMemory(memory, address, bytes) : readMemory(memory, address, bytes);
    if (!moved) return this.#fail(drive);
    table.moved(bytes.length);
    if (table.ended) this.#status &= ~ACTIVE;
    drive.dmaMoved(bytes.length);
    return true;
  }

  #fail(drive: Drive): boolean {
    this.#status = (this.#status & ~ACTIVE) | ERROR;
    drive.dmaFailed();
    return false;
  }
}
