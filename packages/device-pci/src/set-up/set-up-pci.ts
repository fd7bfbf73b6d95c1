import { type PortBus, VmError } from '@picovm/core';
import {
  BAR_PORTS,
  BAR0,
  BARS,
  COMMAND,
  COMMAND_IO,
  COMMAND_MEMORY,
  HEADER_TYPE,
  INTERRUPT_LINE,
  INTERRUPT_PIN,
  MULTIFUNCTION,
  VENDOR_ID,
} from '../config/header.ts';
import { ConfigPorts } from './config-ports.ts';

/** Where things are put, unless said otherwise. */
export interface SetUpPciOptions {
  /** The first port that is given away, from 0x1000 on. Default 0xC000. */
  readonly ports?: number;
  /** The first physical address that is given away, behind the end of memory. Default 0xE0000000. */
  readonly memory?: number;
  /** The interrupt lines of PIRQA# to PIRQD#: what a PIIX3 is told to lead them to, and functions to be at. Default 10, 10, 11, 11. */
  readonly irqs?: readonly [number, number, number, number];
}

/** Interrupt controllers and firmware have what is above. */
const MEMORY_END = 0xfec0_0000;
const PORTS_END = 0x1_0000;
const PIIX3 = 0x7000_8086;
const PIIX4_PM = 0x7113_8086;
const PIRQRC = 0x60;
/** The system control interrupt of a PIIX4 has a line of its own. */
const SCI = 9;
/** The edge/level control registers of the interrupt controllers: PCI interrupts are levels. */
const ELCR = 0x4d0;

/**
 * Does for the functions on the bus what firmware does when a PC is turned on, for machines whose firmware does not: gives
 * ports and addresses to all base address registers, enables them, routes the interrupts if there is a PIIX3, and writes down
 * in each function which line it is at. Expansion ROMs stay off. Call it after the VM was made, and after each reset.
 * @param ports `vm.ports`
 * @throws VmError `ERR_INVALID_ARGUMENT` if there is no room for all of it
 */
export function setUpPci(ports: PortBus, options: SetUpPciOptions = {}): void {
  const { irqs = [10, 10, 11, 11], ports: firstPort = 0xc000, memory = 0xe000_0000 } = options;
  const room = { port: { next: firstPort, end: PORTS_END }, mmio: { next: memory, end: MEMORY_END } };
  for (let device = 0; device < 32; device++) {
    for (let fn = 0; fn < 8; fn++) {
      const config = new ConfigPorts(ports, device, fn);
      if (config.read(VENDOR_ID, 2) === 0xffff) {
        if (fn === 0) break;
        continue;
      }
      const id = config.read(VENDOR_ID, 4);
      placeAll(config, room, id);
      if (id === PIIX3) route(config, ports, irqs);
      const pin = config.read(INTERRUPT_PIN, 1);
      // PIRQ (slot - 1 + pin - 1) mod 4.
      if (pin > 0) config.write(INTERRUPT_LINE, 1, id === PIIX4_PM ? SCI : irqs[(device + pin + 2) % 4]);
      if (fn === 0 && (config.read(HEADER_TYPE, 1) & MULTIFUNCTION) === 0) break;
    }
  }
}

interface Room {
  readonly port: { next: number; readonly end: number };
  readonly mmio: { next: number; readonly end: number };
}

function placeAll(config: ConfigPorts, room: Room, id: number): void {
  const command = config.read(COMMAND, 2);
  // What is being sized is nowhere.
  config.write(COMMAND, 2, command & ~(COMMAND_IO | COMMAND_MEMORY));
  let enable = command;
  for (let n = 0; n < BARS; n++) {
    const register = BAR0 + 4 * n;
    config.write(register, 4, 0xffff_ffff);
    const value = config.read(register, 4);
    if (value === 0) continue;
    const ports = (value & BAR_PORTS) !== 0;
    const size = (~(value & (ports ? ~3 : ~15)) + 1) >>> 0;
    const { [ports ? 'port' : 'mmio']: space } = room;
    const base = Math.ceil(space.next / size) * size;
    if (base + size > space.end) {
      const name = `${hex4(id & 0xffff)}:${hex4(id >>> 16)}`;
      throw new VmError('ERR_INVALID_ARGUMENT', `there is no room for BAR ${n} of the PCI function ${name}`, {
        bar: n,
        size,
      });
    }
    space.next = base + size;
    config.write(register, 4, base);
    enable |= ports ? COMMAND_IO : COMMAND_MEMORY;
  }
  config.write(COMMAND, 2, enable);
}

function route(config: ConfigPorts, ports: PortBus, irqs: readonly number[]): void {
  for (const [pirq, irq] of irqs.entries()) {
    config.write(PIRQRC + pirq, 1, irq);
    const port = ELCR + (irq >> 3);
    ports.write(port, 1, (ports.read(port, 1) | (1 << (irq & 7))) & 0xff);
  }
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}
