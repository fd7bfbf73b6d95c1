import type { Alarm, Clock, Counter, IrqLine } from '@picovm/core';
import type { PitCounter } from './counter.ts';
import { NEVER } from './counting-element.ts';
import { isPeriodic, TERMINAL_COUNT } from './modes.ts';
import { ticksAt, timeOfTick } from './ticks.ts';

/**
 * Edges that come faster than this, in ticks, are taken together: it is the shortest time between two alarms of a periodic mode,
 * about 20 µs. A guest that sets a count of 2 would else bring the host to a standstill.
 */
export const MIN_ALARM_TICKS = 24;

/**
 * OUT of counter 0 on its way to an interrupt line. In mode 0 the line is OUT. In the other modes it is high, and each rising
 * edge of OUT falls and rises at once on it: then a guest that keeps interrupts off for longer than OUT is high, or that the host
 * lets wait, still gets the interrupt, once, and half of the alarms are saved.
 */
export class TimerInterrupt {
  /** Counter 0. */
  counter: PitCounter;
  #clock: Clock | undefined;
  #line: IrqLine | undefined;
  #alarm: Alarm | undefined;
  /** The tick of the next rising edge that the line shall see; or `NEVER`. */
  due: number = NEVER;
  ticks: Counter = { value: 0 };
  lost: Counter = { value: 0 };

  constructor(counter: PitCounter) {
    this.counter = counter;
  }

  attach(clock: Clock, line: IrqLine): void {
    this.#clock = clock;
    this.#line = line;
  }

  /** Before a guest changes the counter: an edge that is due and whose alarm is late comes first. */
  catchUp(tick: number): void {
    if (this.due !== NEVER && tick >= this.due) this.#edge(tick);
  }

  /** Before a control word, which sets OUT: the line is what OUT is. */
  settle(tick: number): void {
    this.#line?.set(this.counter.out(tick));
  }

  /** After the counter was changed: sets line and alarm as they follow from it. */
  update(tick: number): void {
    this.counter.element.advance(tick);
    this.#setDue(this.counter.element.nextRise(tick));
    this.#setLevel(tick);
  }

  /** After the counter was restored. */
  resume(due: number, tick: number): void {
    this.#setDue(due);
    this.#setLevel(tick);
  }

  dispose(): void {
    this.#setDue(NEVER);
  }

  readonly #onAlarm = (): void => {
    this.#alarm = undefined;
    if (this.#clock !== undefined) this.catchUp(ticksAt(this.#clock.now()));
  };

  #edge(tick: number): void {
    const { element } = this.counter;
    const { due } = this;
    element.advance(tick);
    this.ticks.value++;
    let next = element.nextRise(tick);
    if (isPeriodic(element.mode) && next !== NEVER && element.changeAt === NEVER) {
      const period = element.count;
      if (period < MIN_ALARM_TICKS) next += Math.floor(MIN_ALARM_TICKS / period) * period;
      // What came and went unseen since, and what will.
      this.lost.value += Math.max(0, Math.round((next - due) / period) - 1);
    }
    this.#setDue(next);
    if (element.mode !== TERMINAL_COUNT) this.#line?.set(false);
    this.#setLevel(tick);
  }

  #setLevel(tick: number): void {
    const { element } = this.counter;
    this.#line?.set(element.mode !== TERMINAL_COUNT || element.outAt(tick));
  }

  #setDue(due: number): void {
    if (due === this.due && this.#alarm !== undefined) return;
    if (this.#alarm !== undefined) this.#clock?.cancel(this.#alarm);
    this.#alarm = undefined;
    this.due = due;
    if (due !== NEVER && this.#clock !== undefined) this.#alarm = this.#clock.alarm(timeOfTick(due), this.#onAlarm);
  }
}
