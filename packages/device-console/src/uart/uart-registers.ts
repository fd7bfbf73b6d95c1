import type { Clock, IrqLine, PortHandler } from '@picovm/core';
import type { OutputPort } from '../output/output-port.ts';
import {
  DATA,
  FCR_CLEAR_RECEIVER,
  FCR_ENABLE,
  FCR_TRIGGER_SHIFT,
  IER,
  IER_LINE_STATUS,
  IER_MASK,
  IER_MODEM_STATUS,
  IER_RECEIVED_DATA,
  IER_TRANSMITTER_EMPTY,
  IIR_CHARACTER_TIMEOUT,
  IIR_FCR,
  IIR_FIFOS_ENABLED,
  IIR_LINE_STATUS,
  IIR_MODEM_STATUS,
  IIR_NONE,
  IIR_RECEIVED_DATA,
  IIR_TRANSMITTER_EMPTY,
  LCR,
  LCR_BREAK,
  LCR_DLAB,
  LSR,
  LSR_BREAK,
  LSR_ERRORS,
  LSR_FIFO_ERROR,
  LSR_FRAMING,
  MCR,
  MCR_LOOPBACK,
  MCR_MASK,
  MCR_OUT2,
  MSR,
  MSR_CTS,
  MSR_DCD,
  MSR_DELTAS,
  MSR_DSR,
  SCR,
} from './bits.ts';
import type { CharacterQueue } from './character-queue.ts';
import { Deadline } from './deadline.ts';
import { characterTime } from './line-timing.ts';
import { loopedLines, ModemStatus } from './modem-status.ts';
import { Receiver } from './receiver.ts';

/** 115,200 baud. The data sheet leaves the divisor latch open after a reset; a BIOS would set it. */
const INITIAL_DIVISOR = 1;
/** A modem that is there and ready, but no call. */
const INITIAL_MODEM_LINES: number = MSR_CTS | MSR_DSR | MSR_DCD;
/** A FIFO that nobody touches for so many characters interrupts although its trigger level is not reached. */
export const TIMEOUT_CHARACTERS = 4;

/**
 * The registers of a 16550A (PC16550D data sheet). Characters take no time to leave; those that arrive come out of a
 * queue as fast as they are read.
 */
export class UartRegisters implements PortHandler {
  readonly receiver: Receiver = new Receiver();
  readonly modem: ModemStatus = new ModemStatus(INITIAL_MODEM_LINES);
  readonly timeout: Deadline = new Deadline(() => this.#timedOut());
  interruptEnable = 0;
  lineControl = 0;
  modemControl = 0;
  scratch = 0;
  divisor: number = INITIAL_DIVISOR;
  /** The transmitter has run empty, and the guest has not yet been told. */
  transmitterEmptied = false;
  /** The levels that the other side puts on the modem lines, bits as in the modem status register. */
  modemInputs: number = INITIAL_MODEM_LINES;
  readonly #incoming: CharacterQueue;
  readonly #output: OutputPort;
  readonly #onDrained: () => void;
  #irq: IrqLine | undefined;

  /**
   * @param incoming what is on its way to the receiver
   * @param onDrained called when the last of it was taken
   */
  constructor(incoming: CharacterQueue, output: OutputPort, onDrained: () => void) {
    this.#incoming = incoming;
    this.#output = output;
    this.#onDrained = onDrained;
  }

  attach(irq: IrqLine, clock: Clock): void {
    this.#irq = irq;
    this.timeout.attach(clock);
    this.feed();
  }

  read(offset: number): number {
    switch (offset) {
      case LSR:
        return this.#readLineStatus();
      case DATA:
        return this.#dlab ? this.divisor & 0xff : this.#readData();
      case IER:
        return this.#dlab ? this.divisor >> 8 : this.interruptEnable;
      case IIR_FCR:
        return this.#readInterruptIdentification();
      case LCR:
        return this.lineControl;
      case MCR:
        return this.modemControl;
      case MSR:
        return this.#readModemStatus();
      default:
        return this.scratch;
    }
  }

  /** @param value 0 to 255 */
  write(offset: number, _size: number, value: number): void {
    switch (offset) {
      case DATA:
        if (this.#dlab) this.divisor = (this.divisor & 0xff00) | value;
        else this.#transmit(value);
        break;
      case IER:
        if (this.#dlab) this.divisor = (value << 8) | (this.divisor & 0xff);
        else this.#writeInterruptEnable(value & IER_MASK);
        break;
      case IIR_FCR:
        this.#writeFifoControl(value);
        break;
      case LCR:
        this.#writeLineControl(value);
        break;
      case MCR:
        this.#writeModemControl(value & MCR_MASK);
        break;
      case SCR:
        this.scratch = value;
        break;
      // The line and modem status registers are for reading only.
    }
  }

  /** Lets in what is on its way, as far as there is room. In loopback mode the line is cut off. */
  feed(): void {
    const incoming = this.#incoming;
    if (incoming.length > 0 && !this.#loopback && this.#irq !== undefined) {
      while (incoming.length > 0 && this.receiver.room > 0) {
        const errors = incoming.errorsAt(0);
        this.receiver.arrive(incoming.shift(), errors);
      }
      this.#restartTimeout();
      if (incoming.length === 0) this.#onDrained();
    }
    this.updateIrq();
  }

  /** Puts the modem lines to the levels that they have now: the other side's, or in loopback mode our own. */
  updateModemLines(): void {
    this.modem.setLines(this.#loopback ? loopedLines(this.modemControl) : this.modemInputs);
    this.updateIrq();
  }

  reset(): void {
    this.receiver.reset();
    this.timeout.clear();
    this.interruptEnable = 0;
    this.lineControl = 0;
    this.modemControl = 0;
    this.scratch = 0;
    this.divisor = INITIAL_DIVISOR;
    this.transmitterEmptied = false;
    this.modem.value = this.modemInputs;
    this.updateIrq();
  }

  /** Puts the interrupt line to the level that the state asks for. On a PC, OUT2 opens the way to it. */
  updateIrq(): void {
    this.#irq?.set((this.modemControl & MCR_OUT2) !== 0 && this.#cause() !== IIR_NONE);
  }

  get #dlab(): boolean {
    return (this.lineControl & LCR_DLAB) !== 0;
  }

  get #loopback(): boolean {
    return (this.modemControl & MCR_LOOPBACK) !== 0;
  }

  /** The cause of an interrupt with the highest priority (data sheet, table IV). */
  #cause(): number {
    const enabled = this.interruptEnable;
    const { receiver } = this;
    if (enabled === 0) return IIR_NONE;
    if ((enabled & IER_LINE_STATUS) !== 0 && (receiver.lineStatus & LSR_ERRORS) !== 0) return IIR_LINE_STATUS;
    if ((enabled & IER_RECEIVED_DATA) !== 0) {
      if (receiver.triggered) return IIR_RECEIVED_DATA;
      if (receiver.timedOut) return IIR_CHARACTER_TIMEOUT;
    }
    if ((enabled & IER_TRANSMITTER_EMPTY) !== 0 && this.transmitterEmptied) return IIR_TRANSMITTER_EMPTY;
    if ((enabled & IER_MODEM_STATUS) !== 0 && (this.modem.value & MSR_DELTAS) !== 0) return IIR_MODEM_STATUS;
    return IIR_NONE;
  }

  #readLineStatus(): number {
    const { receiver } = this;
    const value = receiver.lineStatus;
    if ((value & (LSR_ERRORS | LSR_FIFO_ERROR)) !== 0) {
      receiver.lineStatusRead();
      this.updateIrq();
    }
    return value;
  }

  #readData(): number {
    const value = this.receiver.take();
    this.#restartTimeout();
    // The line falls before more comes in, and only when the guest has taken everything does more come: so an interrupt
    // controller that waits for edges sees one for it.
    this.updateIrq();
    if (this.receiver.empty && this.#incoming.length > 0) this.feed();
    return value;
  }

  #readInterruptIdentification(): number {
    const cause = this.#cause();
    if (cause === IIR_TRANSMITTER_EMPTY) {
      this.transmitterEmptied = false;
      this.updateIrq();
    }
    return this.receiver.fifoEnabled ? cause | IIR_FIFOS_ENABLED : cause;
  }

  #readModemStatus(): number {
    const { value } = this.modem;
    this.modem.clearDeltas();
    this.updateIrq();
    return value;
  }

  #transmit(byte: number): void {
    // The holding register is full for a moment, so that running empty is a new event.
    this.transmitterEmptied = false;
    this.updateIrq();
    if (this.#loopback) this.#receiveLooped(byte, 0);
    else this.#output.send(byte);
    this.transmitterEmptied = true;
    this.updateIrq();
  }

  #receiveLooped(byte: number, errors: number): void {
    this.receiver.arrive(byte, errors);
    this.#restartTimeout();
  }

  #writeInterruptEnable(value: number): void {
    // Who asks for it is told at once that the transmitter is empty.
    if ((value & ~this.interruptEnable & IER_TRANSMITTER_EMPTY) !== 0) this.transmitterEmptied = true;
    this.interruptEnable = value;
    this.updateIrq();
  }

  #writeFifoControl(value: number): void {
    const { receiver } = this;
    const enable = (value & FCR_ENABLE) !== 0;
    if (enable !== receiver.fifoEnabled || (enable && (value & FCR_CLEAR_RECEIVER) !== 0)) {
      receiver.clear();
      this.timeout.clear();
    }
    receiver.fifoEnabled = enable;
    // The other bits only count together with this one.
    if (enable) receiver.trigger = value >> FCR_TRIGGER_SHIFT;
    this.updateIrq();
    this.feed();
  }

  #writeLineControl(value: number): void {
    const breakBegins = (value & ~this.lineControl & LCR_BREAK) !== 0;
    this.lineControl = value;
    if (breakBegins && this.#loopback) this.#receiveLooped(0, LSR_BREAK | LSR_FRAMING);
    this.updateIrq();
  }

  #writeModemControl(value: number): void {
    this.modemControl = value;
    this.updateModemLines();
    this.feed();
  }

  #restartTimeout(): void {
    if (!this.receiver.fifoEnabled || this.receiver.empty) this.timeout.clear();
    else this.timeout.setIn(TIMEOUT_CHARACTERS * characterTime(this.lineControl, this.divisor));
  }

  #timedOut(): void {
    this.receiver.timedOut = true;
    this.updateIrq();
  }
}
