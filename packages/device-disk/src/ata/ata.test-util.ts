import type { AccessSize } from '@picovm/core';
import { FakeMachine, type FakeMachineOptions } from '@picovm/testkit';
import { type Ata, type AtaOptions, ata, type BlockBackend, type MemoryBlocks, memoryBlocks } from '../index.ts';

const SECTOR = 512;
export const BSY = 0x80;
const DRDY = 0x40;
const DSC = 0x10;
export const DRQ = 0x08;
export const ERR = 0x01;
export const UNC = 0x40;
export const IDNF = 0x10;
export const ABRT = 0x04;
export const READY: number = DRDY | DSC;
export const DATA_READY: number = DRDY | DSC | DRQ;
export const FAILED: number = DRDY | DSC | ERR;

export const IDENTIFY = 0xec;
export const IDENTIFY_PACKET = 0xa1;
export const READ = 0x20;
export const READ_EXT = 0x24;
export const READ_DMA = 0xc8;
export const READ_DMA_EXT = 0x25;
export const WRITE = 0x30;
export const WRITE_EXT = 0x34;
export const WRITE_DMA = 0xca;
export const READ_MULTIPLE = 0xc4;
export const WRITE_MULTIPLE = 0xc5;
export const SET_MULTIPLE = 0xc6;
export const VERIFY = 0x40;
export const FLUSH = 0xe7;
export const SET_FEATURES = 0xef;

/** Bytes that tell where they are. */
export function patterned(sectors: number): Uint8Array {
  return Uint8Array.from({ length: sectors * SECTOR }, (_, i) => ((i >>> 9) * 7 + (i & 0x1ff) * 3 + (i >>> 17)) & 0xff);
}

/** A backend of which each operation waits until the test settles it. */
export class SlowBlocks implements BlockBackend {
  readonly blocks: MemoryBlocks;
  readonly readonly = false;
  /** Operations in the order in which they came, such as `write 512+1024`. */
  readonly log: string[] = [];
  readonly #waiting: { act: () => void; resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor(content: Uint8Array | number) {
    this.blocks = memoryBlocks(content);
  }

  get size(): number {
    return this.blocks.size;
  }

  /** How many operations wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  read(offset: number, out: Uint8Array): Promise<void> {
    return this.#wait(`read ${offset}+${out.length}`, () => this.blocks.read(offset, out));
  }

  write(offset: number, data: Uint8Array): Promise<void> {
    return this.#wait(`write ${offset}+${data.length}`, () => this.blocks.write(offset, data));
  }

  flush(): Promise<void> {
    return this.#wait('flush', () => {});
  }

  /** Ends the operation that waits longest, and lets the device hear of it. */
  async settle(error?: Error): Promise<void> {
    const next = this.#waiting.shift();
    if (next === undefined) throw new Error('nothing waits');
    if (error === undefined) {
      next.act();
      next.resolve();
    } else next.reject(error);
    await turn();
  }

  #wait(what: string, act: () => void): Promise<void> {
    this.log.push(what);
    return new Promise((resolve, reject) => this.#waiting.push({ act, resolve, reject }));
  }
}

/** Compares many bytes: quicker than the runner's own way. */
export function same(actual: Uint8Array, expected: Uint8Array): boolean {
  return Buffer.compare(actual, expected) === 0;
}

/** All promises that are settled are heard of. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Blocks of which some sectors cannot be read or written. */
export function failingBlocks(
  content: Uint8Array,
  bad: readonly number[],
): BlockBackend & { readonly bytes: Uint8Array } {
  const blocks = memoryBlocks(content);
  const check = (offset: number, length: number): void => {
    if (bad.some((lba) => lba * SECTOR >= offset && lba * SECTOR < offset + length)) throw new Error('bad sector');
  };
  return {
    size: blocks.size,
    readonly: false,
    bytes: blocks.bytes,
    read(offset, out) {
      check(offset, out.length);
      blocks.read(offset, out);
    },
    write(offset, data) {
      check(offset, data.length);
      blocks.write(offset, data);
    },
    flush() {},
  };
}

/** A channel of a controller in a machine, as a driver sees it. */
export class Driver {
  readonly ata: Ata;
  readonly machine: FakeMachine;
  readonly #base: number;
  readonly #control: number;
  readonly #irq: number;

  constructor(options: AtaOptions, secondary = false, machine: FakeMachineOptions = {}, wrap?: FakeMachine) {
    this.ata = ata(options);
    if (wrap === undefined) this.machine = new FakeMachine(this.ata, machine);
    else {
      this.machine = wrap;
      wrap.attach(this.ata);
    }
    this.#base = secondary ? 0x170 : 0x1f0;
    this.#control = secondary ? 0x376 : 0x3f6;
    this.#irq = secondary ? 15 : 14;
  }

  get irq(): boolean {
    return this.machine.irq(this.#irq).level;
  }

  in(register: number, size: AccessSize = 1): number {
    return this.machine.readPort(this.#base + register, size);
  }

  out(register: number, value: number, size: AccessSize = 1): void {
    this.machine.writePort(this.#base + register, value, size);
  }

  /** The status, and the interrupt is acknowledged. */
  get status(): number {
    return this.in(7);
  }

  get alternateStatus(): number {
    return this.machine.readPort(this.#control);
  }

  set control(value: number) {
    this.machine.writePort(this.#control, value);
  }

  get error(): number {
    return this.in(1);
  }

  /** LBA low, mid and high, with the lower bits of the device register. */
  get lba(): number {
    return this.in(3) + this.in(4) * 0x100 + this.in(5) * 0x10000 + (this.in(6) & 0x0f) * 0x1000000;
  }

  /** Gives a command with a 28-bit address. */
  command(opcode: number, lba = 0, count = 1, features = 0, slave = false): void {
    this.out(6, 0xe0 | (slave ? 0x10 : 0) | ((lba >>> 24) & 0x0f));
    this.out(1, features);
    this.out(2, count & 0xff);
    this.out(3, lba & 0xff);
    this.out(4, (lba >>> 8) & 0xff);
    this.out(5, (lba >>> 16) & 0xff);
    this.out(7, opcode);
  }

  /** Gives a command with a 48-bit address and a 16-bit count. */
  commandExt(opcode: number, lba: number, count: number): void {
    const upper = Math.floor(lba / 2 ** 24);
    this.out(6, 0x40);
    for (const [register, high, low] of [
      [2, count >>> 8, count],
      [3, upper, lba],
      [4, upper >>> 8, lba >>> 8],
      [5, upper >>> 16, lba >>> 16],
    ]) {
      this.out(register, high & 0xff);
      this.out(register, low & 0xff);
    }
    this.out(7, opcode);
  }

  /** Reads so many bytes of data. */
  data(bytes: number): Uint8Array {
    const out = new Uint8Array(bytes);
    this.machine.ports.readBlock(this.#base, 2, out);
    return out;
  }

  /** Writes data. */
  send(bytes: Uint8Array): void {
    this.machine.ports.writeBlock(this.#base, 2, bytes);
  }

  /** The words that IDENTIFY gives. */
  identify(slave = false, opcode: number = IDENTIFY): Uint16Array {
    this.command(opcode, 0, 0, 0, slave);
    return new Uint16Array(this.data(SECTOR).buffer);
  }

  metrics(): Record<string, number> {
    return this.machine.metrics.values();
  }
}

/** Text of IDENTIFY. */
export function textOf(words: Uint16Array, first: number, count: number): string {
  return [...words.subarray(first, first + count)].map((word) => String.fromCharCode(word >>> 8, word & 0xff)).join('');
}

/** A driver of a machine with one disk. */
export function diskDriver(blocks: BlockBackend, options: AtaOptions = {}): Driver {
  return new Driver({ drives: { primaryMaster: { kind: 'disk', blocks } }, ...options });
}
