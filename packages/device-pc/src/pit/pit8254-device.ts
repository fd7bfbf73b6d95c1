import type { Clock, DeviceContext, DevicePlace, DeviceState } from '@picovm/core';
import { StateReader } from '@picovm/core';
import {
  ACCESS_LATCH,
  CONTROL_ACCESS,
  CONTROL_PORT,
  PORT61_GATE,
  PORT61_KEPT,
  PORT61_OUT2,
  PORT61_REFRESH,
  PORT61_SPEAKER,
  READ_BACK,
} from './bits.ts';
import { PitCounter } from './counter.ts';
import { NEVER } from './counting-element.ts';
import { loadCounter, saveCounter } from './pit-state.ts';
import type { Pit8254, Pit8254Options } from './pit8254-types.ts';
import { Speaker } from './speaker.ts';
import { PIT_HZ, ticksAt } from './ticks.ts';
import { MIN_ALARM_TICKS, TimerInterrupt } from './timer-interrupt.ts';

const VERSION = 1;
/** The counter of the speaker. */
const SPEAKER = 2;
/** From one refresh of memory to the next, in ticks: 15.1 µs, as a BIOS sets counter 1 for it. */
const REFRESH_TICKS = 18;
/** Nothing is due later: the longest count, its strobe, and what waits before. */
const MAX_DUE_IN = 2 * 65_536 + MIN_ALARM_TICKS;

type Settings = { readonly id: string } & { readonly [K in 'onSpeaker']: Pit8254Options[K] };

/** What `pit8254` makes. Its ranges are the four ports of the chip, and port 61h. */
export class Pit8254Device implements Pit8254 {
  readonly type = 'pit8254';
  readonly id: string;
  readonly #place: DevicePlace;
  readonly #speaker: Speaker;
  readonly #interrupt: TimerInterrupt;
  #clock: Clock | undefined;
  #counters: readonly PitCounter[];
  #port61 = 0;

  constructor({ id, onSpeaker }: Settings, place: DevicePlace) {
    this.id = id;
    this.#place = place;
    this.#speaker = new Speaker(onSpeaker);
    this.#counters = newCounters();
    this.#interrupt = new TimerInterrupt(this.#counters[0]);
  }

  attach({ claimPorts, irq, clock, metrics, log }: DeviceContext): void {
    const { ranges, irqs } = this.#place;
    this.#clock = clock;
    this.#speaker.attach(log, metrics.counter('hostErrors'));
    this.#interrupt.ticks = metrics.counter('ticks');
    this.#interrupt.lost = metrics.counter('lostTicks');
    this.#interrupt.attach(clock, irq(irqs[0]));
    claimPorts(ranges[0], {
      read: (offset) => (offset === CONTROL_PORT ? 0xff : this.#counters[offset].read(this.#tick())),
      write: (offset, _size, value) => this.#write(offset, value),
    });
    claimPorts(ranges[1], {
      read: () => this.#readPort61(),
      write: (_offset, _size, value) => this.#writePort61(value),
    });
    this.reset();
  }

  reset(): void {
    this.#port61 = 0;
    this.#counters = newCounters();
    this.#interrupt.counter = this.#counters[0];
    this.#interrupt.update(this.#tick());
    this.#updateSpeaker();
  }

  snapshot(): DeviceState {
    const tick = this.#tick();
    const { due } = this.#interrupt;
    return {
      version: VERSION,
      port61: this.#port61,
      dueIn: due === NEVER ? NEVER : Math.max(0, due - tick),
      ...Object.assign({}, ...this.#counters.map((counter, n) => saveCounter(counter, n, tick))),
    };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const tick = this.#tick();
    const port61 = reader.register('port61', PORT61_KEPT);
    const dueIn = reader.integer('dueIn', MAX_DUE_IN, NEVER);
    const counters = newCounters().map((_, n) => {
      return loadCounter(reader, n, n !== SPEAKER || (port61 & PORT61_GATE) !== 0, tick);
    });
    this.#port61 = port61;
    this.#counters = counters;
    this.#interrupt.counter = counters[0];
    this.#interrupt.resume(dueIn === NEVER ? NEVER : tick + dueIn, tick);
    this.#updateSpeaker();
  }

  dispose(): void {
    this.#interrupt.dispose();
    this.#clock = undefined;
  }

  #tick(): number {
    return this.#clock === undefined ? 0 : ticksAt(this.#clock.now());
  }

  #write(offset: number, value: number): void {
    const tick = this.#tick();
    this.#interrupt.catchUp(tick);
    if (offset !== CONTROL_PORT) {
      this.#counters[offset].write(value, tick);
      this.#changed(offset, tick);
    } else if (value >> 6 === READ_BACK) {
      for (let n = 0; n < 3; n++) if ((value & (2 << n)) !== 0) this.#counters[n].readBack(value, tick);
    } else {
      const counter = value >> 6;
      const sets = (value & CONTROL_ACCESS) !== ACCESS_LATCH;
      if (sets && counter === 0) this.#interrupt.settle(tick);
      this.#counters[counter].command(value, tick);
      if (sets) this.#changed(counter, tick);
    }
  }

  #readPort61(): number {
    const tick = this.#tick();
    const refresh = Math.floor(tick / REFRESH_TICKS) % 2 === 0 ? 0 : PORT61_REFRESH;
    return this.#port61 | refresh | (this.#counters[SPEAKER].out(tick) ? PORT61_OUT2 : 0);
  }

  #writePort61(value: number): void {
    this.#port61 = value & PORT61_KEPT;
    this.#counters[SPEAKER].setGate((value & PORT61_GATE) !== 0, this.#tick());
    this.#updateSpeaker();
  }

  // At the tick of the access: at a later one, a count could have run out in between, and its edge would be lost for ever.
  #changed(counter: number, tick: number): void {
    if (counter === 0) this.#interrupt.update(tick);
    if (counter === SPEAKER) this.#updateSpeaker();
  }

  #updateSpeaker(): void {
    const { period } = this.#counters[SPEAKER];
    this.#speaker.set((this.#port61 & PORT61_SPEAKER) !== 0 && period > 0 ? PIT_HZ / period : 0);
  }
}

// The gates of counters 0 and 1 are tied high.
function newCounters(): PitCounter[] {
  return [new PitCounter(true), new PitCounter(true), new PitCounter(false)];
}
