import type { Counter, Device, DeviceContext, DeviceState } from '@picovm/core';
import { OptionChecks } from '../options.ts';
import type { Output } from '../output/output.ts';
import { OutputPort } from '../output/output-port.ts';
import { StateReader } from '../state-reader.ts';
import { LSR_BREAK, LSR_FRAMING, LSR_PARITY, MSR_CTS, MSR_DCD, MSR_DSR, MSR_RI } from './bits.ts';
import { CharacterQueue } from './character-queue.ts';
import { UartRegisters } from './uart-registers.ts';
import { restoreUart, saveUart, UART_STATE_VERSION } from './uart-state.ts';

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
  readonly onOutputError?: (error: unknown) => void;
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
  /** @throws Error `ERR_DEVICE_STATE` if it is no state of a UART, or more bytes wait in it than the queue holds */
  restore(state: DeviceState): void;
  /** Leaves no alarm behind. */
  dispose(): void;
}

const MAX_BASE = 0xfff8;
const MAX_IRQ = 23;
const MAX_QUEUE = 2 ** 24;
const PORTS = 8;

const ERROR_BITS: Readonly<Record<ReceiveError, number>> = {
  parity: LSR_PARITY,
  framing: LSR_FRAMING,
  break: LSR_BREAK | LSR_FRAMING,
};

/**
 * Makes a 16550A UART. Metrics: `bytesIn` (taken by `receive`), `bytesOut`, `overruns`, `outputErrors`.
 * @throws Error `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export function uart16550(options: Uart16550Options = {}): Uart16550 {
  const { id = 'com1', base = 0x3f8, irq = 4, queueSize = 65_536, output, onOutputError, onDrain } = options;
  const check = new OptionChecks('uart16550');
  check.id(id);
  check.integer('base', base, 0, MAX_BASE);
  check.integer('irq', irq, 0, MAX_IRQ);
  check.integer('queueSize', queueSize, 1, MAX_QUEUE);
  check.callback('output', output);
  check.callback('onOutputError', onOutputError);
  check.callback('onDrain', onDrain);
  return new Uart16550Device({ id, base, irq, queueSize, output, onOutputError, onDrain });
}

type Settings = Uart16550Options & Required<Pick<Uart16550Options, 'id' | 'base' | 'irq' | 'queueSize'>>;

class Uart16550Device implements Uart16550 {
  readonly type = 'uart16550';
  readonly id: string;
  readonly #settings: Settings;
  readonly #incoming: CharacterQueue;
  readonly #output: OutputPort;
  readonly #registers: UartRegisters;
  #bytesIn: Counter = { value: 0 };
  #callerWaits = false;

  constructor(settings: Settings) {
    this.id = settings.id;
    this.#settings = settings;
    this.#incoming = new CharacterQueue(settings.queueSize);
    this.#output = new OutputPort(settings.output, settings.onOutputError);
    this.#registers = new UartRegisters(this.#incoming, this.#output, () => this.#drained());
  }

  get receiveRoom(): number {
    return this.#incoming.room;
  }

  attach(context: DeviceContext): void {
    const { base, irq } = this.#settings;
    const { metrics, log } = context;
    this.#output.attach(metrics, log);
    const counted = this.#bytesIn.value;
    this.#bytesIn = metrics.counter('bytesIn');
    this.#bytesIn.value += counted;
    this.#registers.receiver.overruns = metrics.counter('overruns');
    context.claimPorts({ base, length: PORTS, width: { max: 1 }, label: '16550A UART' }, this.#registers);
    this.#registers.attach(context.irq(irq), context.clock);
  }

  receive(bytes: Uint8Array): number {
    // Whoever calls knows what was taken when the call returns, not earlier: until then nobody waits.
    this.#callerWaits = false;
    let taken = 0;
    while (taken < bytes.length && this.#incoming.room > 0) {
      const end = Math.min(bytes.length, taken + this.#incoming.room);
      for (; taken < end; taken++) this.#incoming.push(bytes[taken], 0);
      this.#registers.feed();
    }
    this.#callerWaits = taken < bytes.length;
    this.#bytesIn.value += taken;
    return taken;
  }

  receiveError(error: ReceiveError, byte = 0): boolean {
    if (this.#incoming.room === 0) return false;
    this.#incoming.push(error === 'break' ? 0 : byte & 0xff, ERROR_BITS[error]);
    this.#bytesIn.value++;
    this.#registers.feed();
    return true;
  }

  setModemLines({ cts, dsr, ri, dcd }: ModemLines): void {
    const registers = this.#registers;
    const put = (level: boolean | undefined, bit: number): void => {
      if (level !== undefined) registers.modemInputs = (registers.modemInputs & ~bit) | (level ? bit : 0);
    };
    put(cts, MSR_CTS);
    put(dsr, MSR_DSR);
    put(ri, MSR_RI);
    put(dcd, MSR_DCD);
    registers.updateModemLines();
  }

  reset(): void {
    this.#incoming.clear();
    this.#registers.reset();
    this.#drained();
  }

  snapshot(): DeviceState {
    return saveUart(this.#registers, this.#incoming);
  }

  restore(state: DeviceState): void {
    restoreUart(this.#registers, this.#incoming, new StateReader(this.id, state, UART_STATE_VERSION));
    this.#registers.updateIrq();
    if (this.#incoming.length === 0) this.#drained();
  }

  dispose(): void {
    this.#registers.timeout.dispose();
  }

  #drained(): void {
    if (!this.#callerWaits) return;
    this.#callerWaits = false;
    this.#output.guard(this.#settings.onDrain);
  }
}
