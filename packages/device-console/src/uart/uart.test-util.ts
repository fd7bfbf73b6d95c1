import type { PortBus } from '@picovm/core';
import { type FakeClock, FakeMachine, type RecordingIrqLine } from '@picovm/testkit';
import { type Uart16550, type Uart16550Options, uart16550 } from '../index.ts';

/** A UART at 0x3F8 on line 4, with its registers by name, as a driver sees them. */
export interface Driver {
  readonly uart: Uart16550;
  readonly ports: PortBus;
  readonly clock: FakeClock;
  /** Interrupt line 4. */
  readonly line: RecordingIrqLine;
  readonly sent: number[];
  read(register: number): number;
  write(register: number, value: number): void;
  /** The level of the line. */
  irq(): boolean;
  /** The levels to which the line changed, in order. */
  levels(): boolean[];
  metrics(): Record<string, number>;
  /** Lets guest time go on, in nanoseconds, with the alarms that fall into it. */
  advance(nanoseconds: number): void;
  receive(text: string): number;
}

export const RBR = 0;
export const THR = 0;
export const DLL = 0;
export const IER = 1;
export const DLM = 1;
export const IIR = 2;
export const FCR = 2;
export const LCR = 3;
export const MCR = 4;
export const LSR = 5;
export const MSR = 6;
export const SCR = 7;

/** OUT2, which a PC needs for interrupts. */
export const OUT2 = 0x08;
export const LOOPBACK = 0x10;
/** FIFOs on, with trigger levels. */
export const FIFO_1 = 0x01;
export const FIFO_4 = 0x41;
export const FIFO_8 = 0x81;
export const FIFO_14 = 0xc1;

export function driver(options: Uart16550Options = {}): Driver {
  const sent: number[] = [];
  const uart = uart16550({ output: (bytes) => sent.push(...bytes), ...options });
  const machine = new FakeMachine(uart);
  const { ports, clock } = machine;
  const line = machine.irq(4);
  const encoder = new TextEncoder();
  return {
    uart,
    ports,
    clock,
    line,
    sent,
    read: (register) => ports.read(0x3f8 + register, 1),
    write: (register, value) => ports.write(0x3f8 + register, 1, value),
    irq: () => line.level,
    levels: () => line.changes.map(({ level }) => level),
    metrics: () => machine.metrics.values(),
    advance: (nanoseconds) => clock.advance(nanoseconds),
    receive: (text) => uart.receive(encoder.encode(text)),
  };
}
