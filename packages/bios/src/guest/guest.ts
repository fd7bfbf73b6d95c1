import type { AccessSize, Clock, Logger, PortBus, SystemEvent } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import type { BiosConnection } from '../connection.ts';
import { DriveTable } from '../disk/drives.ts';
import { Transfers } from '../disk/transfers.ts';
import { LinearMemory } from './linear-memory.ts';
import { Registers } from './registers.ts';

const CARRY = 0x01;
const ZERO = 0x40;
/** On the stack of a stub: the service number and what it waits for, IP, CS, FLAGS. */
const FRAME = { service: 0, token: 1, ip: 2, cs: 4, flags: 6 } as const;

/** What the host lends to the BIOS. */
export interface Host {
  /** Guest time. */
  readonly clock: Clock;
  /** Where to report. */
  readonly log: Logger;
  /** Power-off and reset. */
  systemEvent(event: SystemEvent): void;
}

/** The guest as a service sees it. */
export class Guest {
  /** What the host told of the machine. */
  readonly connection: BiosConnection;
  /** Guest time, log, system events. */
  readonly host: Host;
  /** Memory by the guest's addresses. */
  readonly memory: LinearMemory;
  /** The registers during this call. */
  readonly registers: Registers;
  /** What INT 13h reaches. */
  readonly drives: DriveTable;
  /** Reads and writes that are not done yet. */
  readonly transfers: Transfers = new Transfers();
  readonly #ports: PortBus;
  readonly #vcpu: X86Vcpu;
  #waits = false;
  #hostFailed = false;

  /** @param connection of which the drives are looked at now */
  constructor(connection: BiosConnection, host: Host) {
    const { vm, disks = [] } = connection;
    this.connection = connection;
    this.host = host;
    this.#ports = vm.ports;
    this.#vcpu = vm.vcpu;
    this.memory = new LinearMemory(vm.memory, vm.mmio);
    this.registers = new Registers(vm.vcpu);
    this.drives = new DriveTable(disks);
  }

  /** The guest called: registers are read. @returns the number of the service */
  enter(): number {
    this.registers.load();
    this.#waits = false;
    this.memory.translateBy({ special: this.registers.special, a20: this.a20 });
    return this.memory.read8(this.registers.stack(FRAME.service));
  }

  /** The service is done, or waits: registers are put back. */
  leave(): void {
    this.registers.store(this.#waits);
  }

  /** A byte from a port. */
  in8(port: number): number {
    return this.#ports.read(port, 1);
  }

  /** A byte to a port. */
  out8(port: number, value: number): void {
    this.#ports.write(port, 1, value & 0xff);
  }

  /** A word from a port. */
  in16(port: number): number {
    return this.#ports.read(port, 2 satisfies AccessSize);
  }

  /** A word to a port. */
  out16(port: number, value: number): void {
    this.#ports.write(port, 2, value & 0xffff);
  }

  /** The host failed: said once, since a guest tries again as often as it likes. */
  hostFailed(error: unknown): void {
    if (!this.#hostFailed) this.host.log.warn(`the host failed to read or write a disk: ${error}`);
    this.#hostFailed = true;
  }

  /** Bits of the flags that the program gets back. */
  get flags(): number {
    return this.memory.read16(this.registers.stack(FRAME.flags));
  }

  /** Sets or clears the carry flag that the program gets back. */
  set carry(carry: boolean) {
    this.#setFlag(CARRY, carry);
  }

  /** Sets or clears the zero flag that the program gets back. */
  set zero(zero: boolean) {
    this.#setFlag(ZERO, zero);
  }

  /** Lets the program go on elsewhere. */
  set returnTo({ segment, offset }: { readonly segment: number; readonly offset: number }) {
    this.memory.write16(this.registers.stack(FRAME.ip), offset);
    this.memory.write16(this.registers.stack(FRAME.cs), segment);
  }

  /** What an earlier round of this call waits for: 0 in the first round. Eight bits in the guest's stack: its to forge. */
  get token(): number {
    return this.memory.read8(this.registers.stack(FRAME.token));
  }

  /** Whether address line A20 is driven; accelerators without such a line drive it always. */
  get a20(): boolean {
    const { a20 = true } = this.#vcpu as { readonly a20?: boolean };
    return a20;
  }

  /** Does something with address line A20 driven. */
  withA20<T>(action: () => T): T {
    const { special } = this.registers;
    this.memory.translateBy({ special, a20: true });
    const result = action();
    this.memory.translateBy({ special, a20: this.a20 });
    return result;
  }

  /** The stub halts until an interrupt comes, and calls again. @param token what it then waits for, 0 to 255 */
  wait(token: number): void {
    this.#waits = true;
    this.memory.write8(this.registers.stack(FRAME.token), token);
  }

  /** The wait is over. */
  goOn(): void {
    this.memory.write8(this.registers.stack(FRAME.token), 0);
  }

  #setFlag(bit: number, value: boolean): void {
    const at = this.registers.stack(FRAME.flags);
    const flags = this.memory.read16(at);
    this.memory.write16(at, value ? flags | bit : flags & ~bit);
  }
}

/** Does what one interrupt is for. */
export type Service = (guest: Guest) => void;
