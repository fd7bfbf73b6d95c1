import { type Uart16550, type Uart16550Options, uart16550 } from '../index.ts';
import { attach, type Machine } from '../machine.test-util.ts';

/** A UART at 0x3F8 on line 4, with its registers by name, as a driver sees them. */
export interface Driver extends Machine {
  readonly uart: Uart16550;
  readonly sent: number[];
  read(register: number): number;
  write(register: number, value: number): void;
  /** The level of interrupt line 4. */
  irq(): boolean;
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
  const machine = attach(uart);
  const encoder = new TextEncoder();
  return {
    ...machine,
    uart,
    sent,
    read: (register) => machine.ports.read(0x3f8 + register, 1),
    write: (register, value) => machine.ports.write(0x3f8 + register, 1, value),
    irq: () => machine.irqs.level(4),
    receive: (text) => uart.receive(encoder.encode(text)),
  };
}
