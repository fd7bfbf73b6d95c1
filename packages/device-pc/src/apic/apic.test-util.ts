import type { Metrics } from '@picovm/core';
import { FakeMachine } from '@picovm/testkit';
import { ioApic, type LocalApic, type LocalApicOptions, localApic, type Pic8259, pic8259 } from '../index.ts';

export const LAPIC_BASE = 0xfee00000;
export const IOAPIC_BASE = 0xfec00000;

/** A local APIC with an I/O APIC and the two 8259A, as their driver and a CPU see them. */
export interface ApicBoard {
  readonly machine: FakeMachine;
  readonly apic: LocalApic;
  readonly pic: Pic8259;
  /** The counters of the local APIC. */
  readonly metrics: Metrics;
  /** How often there was an NMI. */
  readonly nmis: number;
  /** INTR. */
  readonly intr: boolean;
  read(offset: number): number;
  write(offset: number, value: number): void;
  /** A register of the I/O APIC, by its index. */
  readIo(index: number): number;
  writeIo(index: number, value: number): void;
  /** A redirection entry. @param high the destination, 8 bits */
  redirect(pin: number, low: number, destination?: number): void;
  /** As a CPU: acknowledges while INTR is up. @returns the vectors */
  serve(): number[];
  /** Ends the interrupt that is served. */
  end(): void;
  raise(line: number): void;
  lower(line: number): void;
}

/** As at power-on. */
export function board(options: LocalApicOptions = {}): ApicBoard {
  let nmis = 0;
  const apic = localApic({ onNmi: () => void nmis++, ...options });
  const pic = pic8259({ apic });
  const parts = [pic, ioApic({ apic }), apic];
  const machine = new FakeMachine(pic);
  machine.attach(parts[1]);
  const metrics = machine.attach(apic);
  const read = (offset: number): number => machine.readMmio(LAPIC_BASE + offset);
  const write = (offset: number, value: number): void => machine.writeMmio(LAPIC_BASE + offset, value);
  const writeIo = (index: number, value: number): void => {
    machine.writeMmio(IOAPIC_BASE, index);
    machine.writeMmio(IOAPIC_BASE + 0x10, value);
  };
  return {
    ...{ machine, metrics, apic, pic, read, write, writeIo },
    get nmis() {
      return nmis;
    },
    get intr() {
      return machine.intr.level;
    },
    readIo: (index) => {
      machine.writeMmio(IOAPIC_BASE, index);
      return machine.readMmio(IOAPIC_BASE + 0x10);
    },
    redirect: (pin, low, destination = 0) => {
      writeIo(0x11 + 2 * pin, destination << 24);
      writeIo(0x10 + 2 * pin, low);
    },
    serve: () => {
      const vectors = [];
      while (machine.intr.level && vectors.length < 32) vectors.push(apic.acknowledge());
      return vectors;
    },
    end: () => write(0xb0, 0),
    raise: (line) => machine.irq(line).set(true),
    lower: (line) => machine.irq(line).set(false),
  };
}

/** Enabled by software, with the spurious vector FFh. */
export function enabled(options?: LocalApicOptions): ApicBoard {
  const apics = board(options);
  apics.write(0xf0, 0x1ff);
  return apics;
}

/** Sends an interrupt to itself. */
export function sendSelf({ write }: ApicBoard, ...vectors: readonly number[]): void {
  for (const vector of vectors) write(0x300, 0x40000 | vector);
}

/** The 8259A as a BIOS sets them up, with all inputs open: vectors 8 and 70h. */
export function initializePic({ machine }: ApicBoard): void {
  for (const [port, base, icw3] of [
    [0x20, 0x08, 0x04],
    [0xa0, 0x70, 0x02],
  ]) {
    machine.writePort(port, 0x11);
    for (const word of [base, icw3, 1, 0]) machine.writePort(port + 1, word);
  }
}
