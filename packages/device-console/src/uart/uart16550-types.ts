import type { Device, DeviceState } from '@picovm/core';
import type { OnOutputError, Output } from '../output/output.ts';

/** What `uart16550` takes. */
export interface Uart16550Options {
  /** Unique in its VM. Default `com1`. */
  readonly id?: string;
  /** The first of its eight ports, 0 to 0xFFF8. Default 0x3F8. */
  readonly base?: number;
  /** Its interrupt line, 0 to 23. Default 4. */
  readonly irq?: number;
  /** Takes what the guest sends. Default: nobody does. */
  readonly output?: Output;
  /** Called with what `output` or `onDrain` throws. */
  readonly onOutputError?: OnOutputError;
  /** Bytes that can wait for the guest to take them, 1 to 2^24. Default 65,536. */
  readonly queueSize?: number;
  /** Called when nothing waits any more after `receive` took less than it was given. */
  readonly onDrain?: () => void;
}

/** The levels of the lines that come from the other side, as a modem would drive them. */
export interface ModemLines {
  /** Clear to send. */
  readonly cts?: boolean;
  /** Data set ready. */
  readonly dsr?: boolean;
  /** Ring indicator. */
  readonly ri?: boolean;
  /** Data carrier detect. */
  readonly dcd?: boolean;
}

/** What can be wrong with a character that arrives. */
export type ReceiveError = 'parity' | 'framing' | 'break';

/** A serial port: a 16550A UART (National Semiconductor PC16550D) as a PC wires it. */
export interface Uart16550 extends Device {
  /** Always `uart16550`. */
  readonly type: 'uart16550';
  /** Bytes that `receive` would take now. */
  readonly receiveRoom: number;
  /**
   * Sends bytes to the guest. They wait in a queue, and none is lost on the way to the guest's FIFO: the rest of what
   * does not fit is for the caller to send again, after `onDrain`.
   * @returns how many of the bytes it took, from the first on
   */
  receive(bytes: Uint8Array): number;
  /**
   * Sends one character that arrives damaged.
   * @param error `break` is a character 0 with a break and a framing error
   * @param byte what arrives, 0 to 255; default 0; of a break always 0
   * @returns whether there was room for it
   */
  receiveError(error: ReceiveError, byte?: number): boolean;
  /** Sets lines; those left out stay. At first CTS, DSR and DCD are on, and RI is off. A reset does not change them. */
  setModemLines(lines: ModemLines): void;
  /** As after power-on. What waits for the guest is lost. */
  reset(): void;
  /** All registers, both FIFOs, the time-out, and what waits for the guest. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of a UART, or more bytes wait in it than the queue holds */
  restore(state: DeviceState): void;
  /** Leaves no alarm behind. */
  dispose(): void;
}
