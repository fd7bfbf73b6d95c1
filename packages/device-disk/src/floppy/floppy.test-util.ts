import { type FakeClock, FakeMachine, type RecordingIrqLine } from '@picovm/testkit';
import { type BlockBackend, type DmaChannel, type Floppy, type FloppyOptions, floppy, memoryBlocks } from '../index.ts';

/** Bytes of a 1.44 MB disk. */
export const SIZE = 1_474_560;

/** A DMA channel over a memory of its own, as a guest would program it. */
export class FakeDma {
  memory: Uint8Array = new Uint8Array(65_536);
  /** Bytes to go; 0: the channel is masked. */
  count = 0;
  at = 0;
  /** What the channel was asked for, in order. */
  readonly asked: string[] = [];
  readonly #channel: DmaChannel;

  constructor() {
    const dma = this;
    let terminalCount = false;
    const move = (length: number): number => {
      const moved = Math.min(length, dma.count);
      dma.count -= moved;
      dma.at += moved;
      terminalCount = moved > 0 && dma.count === 0;
      return moved;
    };
    this.#channel = {
      write(data) {
        dma.asked.push(`write ${data.length}`);
        const { at } = dma;
        const moved = move(data.length);
        dma.memory.set(data.subarray(0, moved), at);
        return moved;
      },
      read(out) {
        dma.asked.push(`read ${out.length}`);
        const { at } = dma;
        const moved = move(out.length);
        out.set(dma.memory.subarray(at, at + moved));
        return moved;
      },
      get terminalCount() {
        return terminalCount;
      },
    };
  }

  channel(n: number): DmaChannel {
    if (n !== 2) throw new Error(`channel ${n}`);
    return this.#channel;
  }

  /** @param count bytes until terminal count */
  program(count: number, data?: Uint8Array): void {
    this.memory.fill(0);
    if (data !== undefined) this.memory.set(data);
    this.at = 0;
    this.count = count;
  }
}

/** A controller with one disk, and its registers by name, as a driver sees them. */
export interface Driver {
  readonly machine: FakeMachine;
  readonly clock: FakeClock;
  readonly fdc: Floppy;
  readonly dma: FakeDma;
  readonly disk: Uint8Array;
  /** Interrupt line 6. */
  readonly line: RecordingIrqLine;
  readonly msr: () => number;
  dor(value: number): void;
  ccr(value: number): void;
  dir(): number;
  take(): number;
  give(byte: number): void;
  /** The bytes of a command, with the checks that a driver makes before each. */
  send(...bytes: readonly number[]): void;
  /** What the controller has to say: reads until there is no more. */
  result(): number[];
  /** A command with an execution phase: sends it, waits for the interrupt, and gives its result. */
  command(...bytes: readonly number[]): number[];
  /** A SEEK or RECALIBRATE, and what SENSE INTERRUPT STATUS says of it. */
  seek(...bytes: readonly number[]): number[];
  /** SENSE INTERRUPT STATUS. */
  sense(): number[];
  /** Lets a millisecond pass. */
  wait(): void;
}

/** Bytes of a disk, each sector other than the others. */
export function diskImage(size: number = SIZE): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let sector = 0; sector * 512 < size; sector++) {
    bytes.fill(sector & 0xff, sector * 512, sector * 512 + 512);
    bytes[sector * 512] = sector >> 8;
  }
  return bytes;
}

export function driver(options: FloppyOptions = {}, blocks?: BlockBackend): Driver {
  const dma = new FakeDma();
  const disk = diskImage();
  const fdc = floppy({ dma, drives: [{ blocks: blocks ?? memoryBlocks(disk) }, {}], ...options });
  const machine = new FakeMachine(fdc);
  const { clock } = machine;
  const line = machine.irq(6);
  const msr = (): number => machine.readPort(0x3f4);
  const take = (): number => machine.readPort(0x3f5);
  const give = (byte: number): void => machine.writePort(0x3f5, byte);
  const send = (...bytes: readonly number[]): void => {
    for (const byte of bytes) {
      if ((msr() & 0xc0) !== 0x80) throw new Error(`the controller takes no byte: ${msr().toString(16)}`);
      give(byte);
    }
  };
  const result = (): number[] => {
    const bytes: number[] = [];
    while ((msr() & 0xd0) === 0xd0 && bytes.length < 20) bytes.push(take());
    return bytes;
  };
  const wait = (): void => clock.advance(1_000_000);
  const sense = (): number[] => {
    send(0x08);
    return result();
  };
  machine.writePort(0x3f2, 0x1c);
  machine.writePort(0x3f7, 0);
  return {
    machine,
    clock,
    fdc,
    dma,
    disk,
    line,
    msr,
    dor: (value) => machine.writePort(0x3f2, value),
    ccr: (value) => machine.writePort(0x3f7, value),
    dir: () => machine.readPort(0x3f7),
    take,
    give,
    send,
    result,
    sense,
    wait,
    command(...bytes) {
      send(...bytes);
      if (line.level) throw new Error('it interrupts before it did anything');
      wait();
      if (!line.level) throw new Error('no interrupt');
      return result();
    },
    seek(...bytes) {
      send(...bytes);
      clock.advance(3_000_000);
      if (!line.level) throw new Error('no interrupt');
      return sense();
    },
  };
}
