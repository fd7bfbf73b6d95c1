import type { Counter } from '@picovm/core';
import {
  FIFO_SIZE,
  LSR_DATA_READY,
  LSR_ERRORS,
  LSR_FIFO_ERROR,
  LSR_OVERRUN,
  LSR_TRANSMITTER_EMPTY,
  TRIGGER_LEVELS,
} from './bits.ts';
import { CharacterQueue } from './character-queue.ts';

/** The receiving half: the FIFO, or the single buffer register while FIFOs are off, and what it says of the line. */
export class Receiver {
  readonly fifo: CharacterQueue = new CharacterQueue(FIFO_SIZE);
  /** The line status register. */
  lineStatus: number = LSR_TRANSMITTER_EMPTY;
  /** Whether FIFOs are on (16550 mode) or off (16450 mode). */
  fifoEnabled = false;
  /** Number of the trigger level, 0 to 3. */
  trigger = 0;
  /** Four character times went by with something in the FIFO that nobody read. */
  timedOut = false;
  /** What the buffer register held last: it is read again if there is nothing new. */
  held = 0;
  overruns: Counter = { value: 0 };

  /** How many characters fit without an overrun. */
  get room(): number {
    return (this.fifoEnabled ? FIFO_SIZE : 1) - this.fifo.length;
  }

  get empty(): boolean {
    return this.fifo.length === 0;
  }

  /** Whether as many characters as the trigger level says are there; without FIFOs, whether there is one. */
  get triggered(): boolean {
    return this.fifo.length >= (this.fifoEnabled ? TRIGGER_LEVELS[this.trigger] : 1);
  }

  /** A character comes from the line. If there is no room it is lost, or without FIFOs the one before it is. */
  arrive(byte: number, errors: number): void {
    const { fifo } = this;
    if (this.room === 0) {
      this.overruns.value++;
      this.lineStatus |= LSR_OVERRUN;
      if (this.fifoEnabled) return;
      fifo.clear();
    }
    fifo.push(byte, errors);
    this.lineStatus |= LSR_DATA_READY;
    if (errors !== 0 && this.fifoEnabled) this.lineStatus |= LSR_FIFO_ERROR;
    if (fifo.length === 1) this.#showErrors();
  }

  /** The guest reads the receiver buffer register. */
  take(): number {
    const { fifo } = this;
    this.timedOut = false;
    if (fifo.length === 0) return this.held;
    this.held = fifo.shift();
    if (fifo.length === 0) this.lineStatus &= ~LSR_DATA_READY;
    else this.#showErrors();
    return this.held;
  }

  /** The guest has read the line status register, which clears the errors in it. */
  lineStatusRead(): void {
    this.lineStatus &= ~(LSR_ERRORS | LSR_FIFO_ERROR);
    // Those of the first character have just been seen. Without FIFOs there is no other.
    for (let i = 1; i < this.fifo.length; i++) {
      if (this.fifo.errorsAt(i) !== 0) this.lineStatus |= LSR_FIFO_ERROR;
    }
  }

  /** Everything received is lost, as the FIFO control register can ask for. */
  clear(): void {
    this.fifo.clear();
    this.timedOut = false;
    this.lineStatus &= ~(LSR_DATA_READY | LSR_FIFO_ERROR);
  }

  reset(): void {
    this.fifoEnabled = false;
    this.trigger = 0;
    this.held = 0;
    this.clear();
    this.lineStatus = LSR_TRANSMITTER_EMPTY;
  }

  // Errors are shown when their character is the next to be read.
  #showErrors(): void {
    this.lineStatus |= this.fifo.errorsAt(0);
  }
}
