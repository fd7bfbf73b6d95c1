import { FakeMachine } from '@picovm/testkit';
import { i8042 } from './i8042.ts';
import type { I8042, I8042Options } from './i8042-types.ts';

const DATA = 0x60;
const STATUS = 0x64;
const OUTPUT_FULL = 0x01;
const AUX = 0x20;
const MS = 1e6;
/** Milliseconds that a driver waits for a byte. */
const PATIENCE = 200;

/** A byte from the controller; of the mouse if bit 8 is set. */
export const FROM_MOUSE = 0x100;

/** What a guest does with a keyboard controller. */
export interface Driver {
  readonly device: I8042;
  readonly machine: FakeMachine;
  /** Writes port 64h. */
  command(byte: number): void;
  /** Writes port 60h. */
  data(byte: number): void;
  /** Writes to the mouse. */
  aux(byte: number): void;
  status(): number;
  /** Waits for a byte and reads it. @returns it, with `FROM_MOUSE` as status bit 5 said; -1 if none came */
  read(): number;
  /** Reads bytes until none comes. */
  readAll(): number[];
  /** Sends a byte to the keyboard, and reads what it answers. */
  keyboard(...bytes: number[]): number[];
  /** Sends bytes to the mouse, and reads what it answers to each of them. */
  mouse(...bytes: number[]): number[];
}

export function driver(options: I8042Options = {}): Driver {
  const device = i8042(options);
  const machine = new FakeMachine(device);
  const d: Driver = {
    device,
    machine,
    command: (byte) => machine.writePort(STATUS, byte),
    data: (byte) => machine.writePort(DATA, byte),
    aux: (byte) => {
      d.command(0xd4);
      d.data(byte);
    },
    status: () => machine.readPort(STATUS),
    read: () => {
      for (let i = 0; i < 10 * PATIENCE; i++) {
        const status = d.status();
        if ((status & OUTPUT_FULL) !== 0) return machine.readPort(DATA) | ((status & AUX) !== 0 ? FROM_MOUSE : 0);
        machine.clock.advance(MS / 10);
      }
      return -1;
    },
    readAll: () => {
      const bytes: number[] = [];
      for (let byte = d.read(); byte >= 0; byte = d.read()) bytes.push(byte);
      return bytes;
    },
    keyboard: (...bytes) =>
      bytes.flatMap((byte) => {
        d.data(byte);
        return d.readAll();
      }),
    mouse: (...bytes) =>
      bytes.flatMap((byte) => {
        d.aux(byte);
        return d.readAll().map((answer) => answer & ~FROM_MOUSE);
      }),
  };
  return d;
}
