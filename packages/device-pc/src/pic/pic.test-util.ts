import { FakeMachine } from '@picovm/testkit';
import { type Pic8259, pic8259 } from '../index.ts';

export const MASTER = 0x20;
export const SLAVE = 0xa0;
/** The vectors of the inputs 0 that a PC's BIOS sets. */
const MASTER_BASE = 0x08;
const SLAVE_BASE = 0x70;
export const EOI = 0x20;

/** How the chips are initialized in place of how a PC's BIOS does it. */
export interface Initialization {
  /** ICW1. Default 11h: edge triggered, cascaded, with ICW4. */
  readonly icw1?: number;
  /** ICW3 of the master. Default 04h. */
  readonly masterIcw3?: number;
  /** ICW4 of the master. Default 01h: 8086 mode. */
  readonly masterIcw4?: number;
  readonly slaveIcw3?: number;
  readonly slaveIcw4?: number;
}

/** The chips as a driver and a CPU see them. */
export interface Driver {
  readonly pic: Pic8259;
  readonly machine: FakeMachine;
  /** INTR. */
  readonly intr: boolean;
  write(port: number, value: number): void;
  read(port: number): number;
  raise(...lines: number[]): void;
  lower(...lines: number[]): void;
  /** As a CPU: acknowledges while INTR is up. @returns the vectors */
  serve(): number[];
  /** One acknowledge cycle, whatever INTR is. */
  acknowledge(): number;
  irr(chip: number): number;
  isr(chip: number): number;
}

export function driver(): Driver {
  const pic = pic8259();
  const machine = new FakeMachine(pic);
  const write = (port: number, value: number): void => machine.writePort(port, value);
  const read = (port: number): number => machine.readPort(port);
  const readRegister = (chip: number, command: number): number => {
    write(chip, command);
    return read(chip);
  };
  return {
    pic,
    machine,
    get intr() {
      return machine.intr.level;
    },
    write,
    read,
    raise: (...lines) => {
      for (const line of lines) machine.irq(line).set(true);
    },
    lower: (...lines) => {
      for (const line of lines) machine.irq(line).set(false);
    },
    serve: () => {
      const vectors = [];
      while (machine.intr.level && vectors.length < 32) vectors.push(pic.acknowledge());
      return vectors;
    },
    acknowledge: () => pic.acknowledge(),
    irr: (chip) => readRegister(chip, 0x0a),
    isr: (chip) => readRegister(chip, 0x0b),
  };
}

/** Chips with all inputs open, as a BIOS sets them up. */
export function initialized(how: Initialization = {}): Driver {
  const pic = driver();
  const { icw1 = 0x11, masterIcw3 = 0x04, masterIcw4 = 0x01, slaveIcw3 = 0x02, slaveIcw4 = 0x01 } = how;
  const words = [
    [MASTER, MASTER_BASE, masterIcw3, masterIcw4],
    [SLAVE, SLAVE_BASE, slaveIcw3, slaveIcw4],
  ];
  for (const [port, base, icw3, icw4] of words) {
    pic.write(port, icw1);
    pic.write(port + 1, base);
    if ((icw1 & 2) === 0) pic.write(port + 1, icw3);
    if ((icw1 & 1) !== 0) pic.write(port + 1, icw4);
  }
  return pic;
}
