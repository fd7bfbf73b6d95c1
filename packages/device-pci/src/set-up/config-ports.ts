import type { AccessSize, PortBus } from '@picovm/core';

const ADDRESS = 0xcf8;
const DATA = 0xcfc;
const ENABLE = 0x8000_0000;

/** The configuration registers of one function of bus 0, by way of the ports: all ones if there is none. */
export class ConfigPorts {
  readonly #ports: PortBus;
  readonly #address: number;

  constructor(ports: PortBus, device: number, fn: number) {
    this.#ports = ports;
    this.#address = ENABLE + device * 0x800 + fn * 0x100;
  }

  read(register: number, size: AccessSize): number {
    this.#ports.write(ADDRESS, 4, this.#address + (register & 0xfc));
    return this.#ports.read(DATA + (register & 3), size);
  }

  write(register: number, size: AccessSize, value: number): void {
    this.#ports.write(ADDRESS, 4, this.#address + (register & 0xfc));
    this.#ports.write(DATA + (register & 3), size, value);
  }
}
