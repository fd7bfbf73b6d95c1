import { type Counter, type DeviceContext, type DeviceState, type PlacedRange, StateReader } from '@picovm/core';
import type { ApicBus, ApicListener, IoApic, IoApicOptions } from './apic-types.ts';
import {
  ENTRY_KEPT,
  ENTRY_LEVEL,
  ENTRY_LOGICAL,
  ENTRY_MASKED,
  ENTRY_REMOTE_IRR,
  IOAPIC,
  IOAPIC_ID,
  IOAPIC_VERSION,
  MODE,
  PINS,
} from './bits.ts';

const VERSION = 1;
/** Offsets of IOREGSEL and IOWIN. */
const SELECT = 0x00;
const WINDOW = 0x10;
/** Line 0 of a PC is at pin 2, and line 2 is the cascade of the 8259A. */
const TIMER_LINE = 0;
const TIMER_PIN = 2;
const ALL_PINS = 0xffffff;

/** What `ioApic` makes. */
export class IoApicDevice implements IoApic, ApicListener {
  readonly type = 'io-apic';
  readonly id: string;
  readonly #apic: IoApicOptions['apic'];
  readonly #range: PlacedRange;
  #bus: ApicBus | undefined;
  #select = 0;
  #apicId = 0;
  /** Bit n: pin n is asserted, whatever its polarity. */
  #pins = 0;
  /** The two halves of the redirection entries. */
  readonly #low: Uint32Array = new Uint32Array(PINS).fill(ENTRY_MASKED);
  readonly #high: Uint32Array = new Uint32Array(PINS);
  #messages: Counter = { value: 0 };
  #refused: Counter = { value: 0 };

  constructor({ id, apic }: { readonly id: string } & Pick<IoApicOptions, 'apic'>, range: PlacedRange) {
    this.id = id;
    this.#apic = apic;
    this.#range = range;
  }

  attach({ claimMmio, metrics }: DeviceContext): void {
    this.#messages = metrics.counter('messages');
    this.#refused = metrics.counter('refused');
    claimMmio(this.#range, {
      read: (offset) => (offset === SELECT ? this.#select : offset === WINDOW ? this.#read(this.#select) : 0),
      write: (offset, _size, value) => {
        if (offset === SELECT) this.#select = value & 0xff;
        else if (offset === WINDOW) this.#write(this.#select, value);
      },
    });
    this.#bus = this.#apic.connectIoApic(this);
  }

  setLine(line: number, level: boolean): void {
    if (line === TIMER_PIN) return;
    const pin = line === TIMER_LINE ? TIMER_PIN : line;
    const bit = 1 << pin;
    if (((this.#pins & bit) !== 0) === level) return;
    this.#pins ^= bit;
    if (level) this.#request(pin);
  }

  endOfInterrupt(vector: number): void {
    for (let pin = 0; pin < PINS; pin++) {
      const entry = this.#low[pin];
      if ((entry & ENTRY_REMOTE_IRR) === 0 || (entry & 0xff) !== vector) continue;
      this.#low[pin] = entry & ~ENTRY_REMOTE_IRR;
      this.#sense(pin);
    }
  }

  retry(): void {
    if (this.#pins === 0) return;
    for (let pin = 0; pin < PINS; pin++) this.#sense(pin);
  }

  reset(): void {
    this.#select = 0;
    this.#apicId = 0;
    this.#low.fill(ENTRY_MASKED);
    this.#high.fill(0);
  }

  snapshot(): DeviceState {
    return {
      version: VERSION,
      ...{ select: this.#select, apicId: this.#apicId, pins: this.#pins },
      low: [...this.#low],
      high: [...this.#high],
    };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const select = reader.integer('select', 0xff);
    const apicId = reader.register('apicId', IOAPIC_ID);
    const pins = reader.integer('pins', ALL_PINS);
    const low = reader.integers('low', PINS, ENTRY_KEPT | ENTRY_REMOTE_IRR);
    const high = reader.integers('high', PINS, 0xff000000);
    if (low.length !== PINS || high.length !== PINS) throw reader.error(`has not ${PINS} entries`);
    const fits = (entry: number): boolean => (entry & ENTRY_REMOTE_IRR) === 0 || isLevel(entry);
    if (!low.every((entry) => (entry & ~(ENTRY_KEPT | ENTRY_REMOTE_IRR)) === 0 && fits(entry))) {
      throw reader.error('has bits in low that its entries do not have');
    }
    if (!high.every((entry) => (entry & 0xffffff) === 0)) throw reader.error('has more than destinations in high');
    this.#select = select;
    this.#apicId = apicId;
    this.#pins = pins;
    this.#low.set(low);
    this.#high.set(high);
  }

  #read(index: number): number {
    if (index === IOAPIC.ID || index === IOAPIC.ARBITRATION) return this.#apicId;
    if (index === IOAPIC.VERSION) return IOAPIC_VERSION;
    const n = index - IOAPIC.REDIRECTION;
    if (n < 0 || n >= 2 * PINS) return 0;
    return (n % 2 === 0 ? this.#low : this.#high)[n >> 1];
  }

  #write(index: number, value: number): void {
    if (index === IOAPIC.ID) this.#apicId = value & IOAPIC_ID;
    const n = index - IOAPIC.REDIRECTION;
    if (n < 0 || n >= 2 * PINS) return;
    const pin = n >> 1;
    if (n % 2 === 0) {
      const entry = value & ENTRY_KEPT;
      // An entry that is none of a level any more waits for no end.
      this.#low[pin] = isLevel(entry) ? entry | (this.#low[pin] & ENTRY_REMOTE_IRR) : entry;
    } else this.#high[pin] = value & 0xff000000;
    this.#sense(pin);
  }

  // A level that is up asks, unless it was accepted before.
  #sense(pin: number): void {
    const entry = this.#low[pin];
    if ((this.#pins & (1 << pin)) !== 0 && isLevel(entry) && (entry & ENTRY_REMOTE_IRR) === 0) this.#request(pin);
  }

  #request(pin: number): void {
    const entry = this.#low[pin];
    if ((entry & (ENTRY_MASKED | ENTRY_REMOTE_IRR)) !== 0 || this.#bus === undefined) return;
    const level = isLevel(entry);
    const logical = (entry & ENTRY_LOGICAL) !== 0;
    const mode = (entry >> 8) & 7;
    if (!this.#bus.send(mode, entry & 0xff, level, this.#high[pin] >>> 24, logical)) {
      this.#refused.value++;
      return;
    }
    this.#messages.value++;
    if (level) this.#low[pin] |= ENTRY_REMOTE_IRR;
  }
}

// Fixed and lowest priority alone are levels: the other delivery modes are edges whatever the entry says.
function isLevel(entry: number): boolean {
  return (entry & ENTRY_LEVEL) !== 0 && ((entry >> 8) & 7) <= MODE.LOWEST;
}
