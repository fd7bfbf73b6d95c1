import type { AccessSize } from '@picovm/core';
import type { FakeMachine } from '@picovm/testkit';

export const ADDRESS = 0xcf8;
export const DATA = 0xcfc;
/** Configuration registers. */
export const COMMAND = 0x04;
export const STATUS = 0x06;
export const BAR0 = 0x10;
export const BAR1 = 0x14;
export const ROM = 0x30;
export const LINE = 0x3c;
export const IO = 1;
export const MEMORY = 2;

type Ports = Pick<FakeMachine, 'readPort' | 'writePort'>;

/** Configuration accesses of one function, as a driver makes them. */
export class PciGuest {
  readonly #ports: Ports;
  readonly #base: number;

  constructor(ports: Ports, device: number, fn = 0, bus = 0) {
    this.#ports = ports;
    this.#base = (0x8000_0000 | (bus << 16) | (device << 11) | (fn << 8)) >>> 0;
  }

  read(register: number, size: AccessSize = 4): number {
    this.#select(register);
    return this.#ports.readPort(DATA + (register & 3), size);
  }

  write(register: number, value: number, size: AccessSize = 4): void {
    this.#select(register);
    this.#ports.writePort(DATA + (register & 3), value, size);
  }

  /** Writes all ones, and puts back what was there. @returns what was read in between */
  sizeOf(register: number): number {
    const before = this.read(register);
    this.write(register, 0xffff_ffff);
    const ones = this.read(register);
    this.write(register, before);
    return ones;
  }

  #select(register: number): void {
    this.#ports.writePort(ADDRESS, (this.#base | (register & 0xfc)) >>> 0, 4);
  }
}
