import type { AccessSize, Alarm, Clock, IrqLine, PortHandler } from '@picovm/core';
import { PmTimer } from './pm-timer.ts';
import {
  CONTROL_BITS,
  ENABLE_BITS,
  PM_TIMER,
  PM1_CONTROL,
  PM1_ENABLE,
  PM1_STATUS,
  SCI_ENABLE,
  SLEEP_ENABLE,
  SLEEP_TYPE_MASK,
  SLEEP_TYPE_SHIFT,
  STATUS_KEPT,
  TIMER_ENABLE,
  TIMER_STATUS,
} from './pm1-bits.ts';

/** The ports from PMBASE on: PM1 event and control block and the timer. The others read 0. */
export class Pm1Registers implements PortHandler {
  readonly timer: PmTimer = new PmTimer();
  readonly #onSleep: (type: number) => void;
  #clock: Clock | undefined;
  #sci: IrqLine | undefined;
  #alarm: Alarm | undefined;
  /** All of PM1 status but the timer's bit. */
  events = 0;
  enable = 0;
  control = 0;

  /** @param onSleep called with SLP_TYP, 0 to 7, when SLP_EN is written */
  constructor(onSleep: (type: number) => void) {
    this.#onSleep = onSleep;
  }

  attach(clock: Clock, sci: IrqLine): void {
    this.#clock = clock;
    this.#sci = sci;
    this.timer.attach(clock);
  }

  get status(): number {
    return this.events | (this.timer.carried ? TIMER_STATUS : 0);
  }

  set sciEnable(on: boolean) {
    this.control = on ? this.control | SCI_ENABLE : this.control & ~SCI_ENABLE;
    this.update();
  }

  /** Something has happened, of which PM1 status is to tell. */
  raise(status: number): void {
    this.events |= status & STATUS_KEPT;
    this.update();
  }

  read(offset: number, size: AccessSize): number {
    const shift = 8 * (offset & 3);
    let value = this.#dword(offset & ~3) >>> shift;
    // An access that is not aligned goes on in the next four bytes.
    if (shift + 8 * size > 32) value |= this.#dword((offset & ~3) + 4) << (32 - shift);
    return (size === 4 ? value : value & (2 ** (8 * size) - 1)) >>> 0;
  }

  write(offset: number, size: AccessSize, value: number): void {
    for (let i = 0; i < size; i++) this.#writeByte(offset + i, (value >>> (8 * i)) & 0xff);
    this.update();
  }

  reset(): void {
    this.events = 0;
    this.enable = 0;
    this.control = 0;
    this.timer.reset();
    this.update();
  }

  dispose(): void {
    this.#setAlarm(undefined);
  }

  /** Brings the interrupt line and the alarm to what the registers say. */
  update(): void {
    const { status } = this;
    const on = (this.control & SCI_ENABLE) !== 0;
    this.#sci?.set(on && (status & this.enable) !== 0);
    const waits = on && (this.enable & TIMER_ENABLE) !== 0 && (status & TIMER_STATUS) === 0;
    this.#setAlarm(waits ? this.timer.nextCarry : undefined);
  }

  #setAlarm(at: number | undefined): void {
    if (this.#alarm?.at === at) return;
    if (this.#alarm !== undefined) this.#clock?.cancel(this.#alarm);
    this.#alarm = at === undefined ? undefined : this.#clock?.alarm(at, this.#onAlarm);
  }

  readonly #onAlarm = (): void => {
    this.#alarm = undefined;
    this.update();
  };

  #dword(offset: number): number {
    if (offset === PM1_STATUS) return this.status | (this.enable << 16);
    if (offset === PM1_CONTROL) return this.control;
    return offset === PM_TIMER ? this.timer.value : 0;
  }

  #writeByte(offset: number, byte: number): void {
    const shift = 8 * (offset & 1);
    const bits = byte << shift;
    const others = 0xff00 >>> shift;
    switch (offset & ~1) {
      case PM1_STATUS:
        this.events &= ~bits;
        if ((bits & TIMER_STATUS) !== 0) this.timer.acknowledge();
        break;
      case PM1_ENABLE:
        this.enable = (this.enable & others) | (bits & ENABLE_BITS);
        break;
      case PM1_CONTROL:
        this.control = (this.control & others) | (bits & CONTROL_BITS);
        if ((bits & SLEEP_ENABLE) !== 0) this.#onSleep((this.control >> SLEEP_TYPE_SHIFT) & SLEEP_TYPE_MASK);
    }
  }
}
