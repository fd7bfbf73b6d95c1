import type { AccessSize } from '@picovm/core';
import { pciBus } from '@picovm/device-pci';
import { FakeMachine, type FakeMachineOptions } from '@picovm/testkit';
import type { AtaOptions } from '../../index.ts';
import { Driver } from '../ata.test-util.ts';

export const PORTS = 0xc000;
export const START = 0x01;
export const TO_MEMORY = 0x08;
export const ACTIVE = 0x01;
export const ERROR = 0x02;
export const INTERRUPT = 0x04;
const END_OF_TABLE = 0x8000;

/** A controller on a PCI bus, with its bus masters at port 0xC000. */
export class DmaDriver extends Driver {
  readonly #ports: number;

  constructor(options: AtaOptions, secondary = false, machine: FakeMachineOptions = {}) {
    const pci = pciBus();
    super({ ...options, pci }, secondary, {}, new FakeMachine(pci, { memory: 0x40_0000, ...machine }));
    this.#ports = secondary ? PORTS + 8 : PORTS;
    this.setConfig(0x20, 4, PORTS);
    this.setConfig(0x04, 2, 0x05);
  }

  config(register: number, size: AccessSize): number {
    this.machine.writePort(0xcf8, 0x8000_0900 + (register & 0xfc), 4);
    return this.machine.readPort(0xcfc + (register & 3), size);
  }

  setConfig(register: number, size: AccessSize, value: number): void {
    this.machine.writePort(0xcf8, 0x8000_0900 + (register & 0xfc), 4);
    this.machine.writePort(0xcfc + (register & 3), value, size);
  }

  get masterStatus(): number {
    return this.machine.readPort(this.#ports + 2);
  }

  set masterStatus(value: number) {
    this.machine.writePort(this.#ports + 2, value);
  }

  get master(): number {
    return this.machine.readPort(this.#ports);
  }

  set master(value: number) {
    this.machine.writePort(this.#ports, value);
  }

  get table(): number {
    return this.machine.readPort(this.#ports + 4, 4);
  }

  /** Where the table is, without writing one. */
  set table(address: number) {
    this.machine.writePort(this.#ports + 4, address, 4);
  }

  /** Writes a table of regions (address, bytes) at `address`, the last of which ends it, and says where it is. */
  regions(address: number, regions: readonly (readonly [number, number])[], end = true): void {
    regions.forEach(([at, bytes], i) => {
      const last = end && i === regions.length - 1;
      this.machine.memory.writeU32(address + 8 * i, at);
      this.machine.memory.writeU32(address + 8 * i + 4, (bytes & 0xffff) | (last ? END_OF_TABLE * 0x10000 : 0));
    });
    this.table = address;
  }
}
