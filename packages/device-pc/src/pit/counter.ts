import {
  ACCESS_BOTH,
  ACCESS_HIGH,
  ACCESS_LATCH,
  ACCESS_LOW,
  CONTROL_ACCESS_SHIFT,
  CONTROL_BCD,
  CONTROL_KEPT,
  CONTROL_MODE_SHIFT,
  READ_BACK_NO_COUNT,
  READ_BACK_NO_STATUS,
  STATUS_NULL_COUNT,
  STATUS_OUT,
} from './bits.ts';
import { CountingElement } from './counting-element.ts';
import { binaryOf, digitsOf } from './decimal.ts';

/** Nothing is latched. */
export const NOTHING = -1;

/** One counter of an 8254 as its port sees it: access modes, latches. All methods take the tick of the counters' clock. */
export class PitCounter {
  readonly element: CountingElement;
  /** The control word without the counter's number: it reads back as part of the status. */
  control: number = ACCESS_BOTH << CONTROL_ACCESS_SHIFT;
  /** The first byte of a count of which the second is awaited; or `NOTHING`. */
  firstByte: number = NOTHING;
  /** The next byte read is the upper one of two. */
  readsUpper = false;
  /** The count in the output latch; or `NOTHING`. */
  latchedCount: number = NOTHING;
  latchedStatus: number = NOTHING;

  constructor(gate: boolean) {
    this.element = new CountingElement(gate);
  }

  get access(): number {
    return this.control >> CONTROL_ACCESS_SHIFT;
  }

  /** Frequency of OUT in modes 2 and 3, in ticks a period; 0 if it does not swing. */
  get period(): number {
    const { mode, armed, register, gate } = this.element;
    return (mode === 2 || mode === 3) && armed && gate && register > 1 ? register : 0;
  }

  /** A control word for this counter, the latch command among them. @param word 8 bits */
  command(word: number, tick: number): void {
    if (((word >> CONTROL_ACCESS_SHIFT) & 3) === ACCESS_LATCH) {
      this.#latchCount(tick);
      return;
    }
    this.element.advance(tick);
    this.control = word & CONTROL_KEPT;
    const mode = (word >> CONTROL_MODE_SHIFT) & 7;
    // Of modes 2 and 3 the upper bit does not matter.
    this.element.setMode(mode > 5 ? mode - 4 : mode, (word & CONTROL_BCD) !== 0, tick);
    this.firstByte = NOTHING;
    this.readsUpper = false;
    this.latchedCount = NOTHING;
    this.latchedStatus = NOTHING;
  }

  /** The read-back command. @param word 8 bits */
  readBack(word: number, tick: number): void {
    if ((word & READ_BACK_NO_COUNT) === 0) this.#latchCount(tick);
    if ((word & READ_BACK_NO_STATUS) === 0 && this.latchedStatus === NOTHING) this.latchedStatus = this.#status(tick);
  }

  read(tick: number): number {
    if (this.latchedStatus !== NOTHING) {
      const status = this.latchedStatus;
      this.latchedStatus = NOTHING;
      return status;
    }
    const latched = this.latchedCount;
    const count = latched === NOTHING ? this.#count(tick) : latched;
    const upper = this.access === ACCESS_HIGH || (this.access === ACCESS_BOTH && this.readsUpper);
    if (this.access === ACCESS_BOTH) this.readsUpper = !this.readsUpper;
    if (!this.readsUpper) this.latchedCount = NOTHING;
    return upper ? count >> 8 : count & 0xff;
  }

  /** @param byte 8 bits */
  write(byte: number, tick: number): void {
    this.element.advance(tick);
    if (this.access === ACCESS_LOW) {
      this.#setCount(byte, tick);
    } else if (this.access === ACCESS_HIGH) {
      this.#setCount(byte << 8, tick);
    } else if (this.firstByte === NOTHING) {
      this.firstByte = byte;
      this.element.firstByte(tick);
    } else {
      this.#setCount(this.firstByte | (byte << 8), tick);
      this.firstByte = NOTHING;
    }
  }

  setGate(level: boolean, tick: number): void {
    this.element.advance(tick);
    this.element.setGate(level, tick);
  }

  /** The OUT pin. */
  out(tick: number): boolean {
    this.element.advance(tick);
    return this.element.outAt(tick);
  }

  #count(tick: number): number {
    this.element.advance(tick);
    const value = this.element.valueAt(tick);
    return this.element.bcd ? digitsOf(value) : value;
  }

  #setCount(written: number, tick: number): void {
    const { element } = this;
    // 0 stands for the largest count.
    if (element.bcd) element.setRegister(binaryOf(written) % 10_000 || 10_000, tick);
    else element.setRegister(written || 65_536, tick);
  }

  #latchCount(tick: number): void {
    if (this.latchedCount === NOTHING) this.latchedCount = this.#count(tick);
  }

  #status(tick: number): number {
    const out = this.out(tick) ? STATUS_OUT : 0;
    return out | (this.element.nullCount ? STATUS_NULL_COUNT : 0) | this.control;
  }
}
