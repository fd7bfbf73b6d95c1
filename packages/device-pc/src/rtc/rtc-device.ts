import {
  type Alarm,
  type Clock,
  type Counter,
  type DeviceContext,
  type DevicePlace,
  type DeviceState,
  type IrqLine,
  type Logger,
  StateReader,
  VmError,
} from '@picovm/core';
import { HostCallback } from '../ports/host-callback.ts';
import { A_UPDATING, B_INTERRUPTS, CENTURY, FIRST_RAM, REGISTER_A, REGISTER_C, REGISTER_D } from './bits.ts';
import { dateSince1970, SECONDS_PER_DAY } from './calendar.ts';
import { writeDateTime, writeWeekday } from './clock-face.ts';
import { writeMemorySize } from './memory-bytes.ts';
import { RtcClock } from './rtc-clock.ts';
import type { Rtc, RtcCmos, RtcOptions } from './rtc-types.ts';

const VERSION = 1;
/** Port 70h: the address in the chip, and above it what keeps the NMI from the CPU. */
const NMI_MASK = 0x80;
const MAX_PHASE = 999_999_999;
/** Milliseconds since 1970: the end of the year 9999. */
export const MAX_DATE = 253_402_300_799_999;

type Settings = Required<Pick<RtcOptions, 'id' | 'date' | 'cmosSize'>> & {
  readonly [K in 'currentDate' | 'memorySize' | 'cmos']: RtcOptions[K];
};

/** What `rtc` makes. It has one range, of two ports, and one interrupt line. */
export class RtcDevice implements Rtc {
  readonly type = 'rtc';
  readonly id: string;
  readonly cmos: RtcCmos;
  readonly #settings: Settings;
  readonly #place: DevicePlace;
  readonly #chip: RtcClock;
  #clock: Clock | undefined;
  #line: IrqLine | undefined;
  #alarm: Alarm | undefined;
  /** What was written to port 70h. */
  #address = 0;

  constructor(settings: Settings, place: DevicePlace) {
    this.id = settings.id;
    this.#settings = settings;
    this.#place = place;
    this.#chip = new RtcClock(settings.cmosSize);
    const { bytes } = this.#chip;
    if (settings.cmos !== undefined) {
      if (settings.cmos.length > bytes.length) throw invalid(this.id, `cmos has more than ${bytes.length} bytes`);
      settings.cmos.forEach((value, index) => {
        if (isRam(index)) bytes[index] = value;
      });
    }
    if (settings.memorySize !== undefined) writeMemorySize(bytes, settings.memorySize);
    this.cmos = {
      size: bytes.length,
      read: (index) => this.#readByte(index),
      write: (index, value) => this.#writeByte(index, value),
    };
  }

  get nmiMasked(): boolean {
    return (this.#address & NMI_MASK) !== 0;
  }

  attach({ claimPorts, irq, clock, log, metrics }: DeviceContext): void {
    this.#clock = clock;
    this.#line = irq(this.#place.irqs[0]);
    const milliseconds = this.#initialDate(log, metrics.counter('hostErrors'));
    const seconds = Math.floor(milliseconds / 1000);
    const days = Math.floor(seconds / SECONDS_PER_DAY);
    const time = seconds % SECONDS_PER_DAY;
    const { bytes } = this.#chip;
    writeDateTime(bytes, {
      ...dateSince1970(days),
      hour: Math.floor(time / 3600),
      minute: Math.floor(time / 60) % 60,
      second: time % 60,
    });
    // 1 January 1970 was a Thursday, and Sunday is 1.
    writeWeekday(bytes, ((days + 4) % 7) + 1);
    this.#chip.start(this.#now(), (milliseconds % 1000) * 1e6);
    claimPorts(this.#place.ranges[0], {
      read: (offset) => (offset === 0 ? 0xff : this.#read()),
      write: (offset, _size, value) => {
        if (offset === 0) this.#address = value;
        else this.#write(value);
      },
    });
  }

  reset(): void {
    const now = this.#now();
    this.#chip.sync(now);
    this.#chip.reset();
    this.#address = 0;
    this.#update(now);
  }

  snapshot(): DeviceState {
    const now = this.#sync();
    const chip = this.#chip;
    return {
      version: VERSION,
      address: this.#address,
      bytes: chip.bytes.slice(),
      flags: chip.flags,
      phase: chip.phase(now),
    };
  }

  restore(state: DeviceState): void {
    const chip = this.#chip;
    const reader = new StateReader(this.id, state, VERSION);
    const address = reader.integer('address', 0xff);
    const bytes = reader.bytes('bytes', chip.bytes.length, chip.bytes.length);
    const flags = reader.register('flags', B_INTERRUPTS);
    const phase = reader.integer('phase', MAX_PHASE);
    if ((bytes[REGISTER_A] & A_UPDATING) !== 0 || bytes[REGISTER_C] !== 0 || bytes[REGISTER_D] !== 0) {
      throw reader.error('has bits in its registers A, C or D that are not kept there');
    }
    const before = chip.bytes[REGISTER_A];
    chip.bytes[REGISTER_A] = bytes[REGISTER_A];
    if (!chip.runs && phase !== 0) {
      chip.bytes[REGISTER_A] = before;
      throw reader.error('is in the middle of a second while its divider stands');
    }
    this.#address = address;
    chip.bytes.set(bytes);
    chip.flags = flags;
    const now = this.#now();
    chip.start(now, phase);
    this.#update(now);
  }

  dispose(): void {
    this.#forgetAlarm();
    this.#clock = undefined;
  }

  #now(): number {
    return this.#clock === undefined ? 0 : Math.floor(this.#clock.now());
  }

  #sync(): number {
    const now = this.#now();
    const { flags } = this.#chip;
    this.#chip.sync(now);
    if (this.#chip.flags !== flags) this.#update(now);
    return now;
  }

  #read(): number {
    const now = this.#sync();
    const value = this.#chip.read(this.#index, now);
    if (this.#index === REGISTER_C) this.#update(now);
    return value;
  }

  #write(value: number): void {
    const now = this.#sync();
    this.#chip.write(this.#index, value, now);
    if (!isRam(this.#index)) this.#update(now);
  }

  get #index(): number {
    return this.#address & (this.#chip.bytes.length - 1);
  }

  // The interrupt line, and an alarm for when it rises. At the time to which the chip was advanced: at a later one, a period could
  // have ended in between, and its interrupt would be as late as the next one.
  #update(now: number): void {
    this.#line?.set(this.#chip.interrupts);
    const due = this.#chip.nextInterrupt(now);
    if (this.#alarm?.at === due) return;
    this.#forgetAlarm();
    if (due !== Number.POSITIVE_INFINITY) this.#alarm = this.#clock?.alarm(due, this.#onAlarm);
  }

  readonly #onAlarm = (): void => {
    this.#alarm = undefined;
    const now = this.#now();
    this.#chip.sync(now);
    this.#update(now);
  };

  #forgetAlarm(): void {
    if (this.#alarm !== undefined) this.#clock?.cancel(this.#alarm);
    this.#alarm = undefined;
  }

  // A function that fails, or gives what is no date, is as none.
  #initialDate(log: Logger, errors: Counter): number {
    const { currentDate, date } = this.#settings;
    const host = new HostCallback<void, unknown>('currentDate', currentDate);
    host.attach(log, errors);
    const given = host.call();
    if (typeof given === 'number' && given >= 0 && given <= MAX_DATE) return Math.floor(given);
    if (currentDate !== undefined && errors.value === 0) {
      errors.value++;
      log.warn(`currentDate gave no date: ${String(given)}`);
    }
    return date;
  }

  #readByte(index: number): number {
    const { bytes } = this.#chip;
    if (!(Number.isInteger(index) && index >= 0 && index < bytes.length)) {
      throw invalid(this.id, `there is no byte ${index} in ${bytes.length} bytes of CMOS memory`);
    }
    this.#sync();
    return bytes[index];
  }

  #writeByte(index: number, value: number): void {
    const { bytes } = this.#chip;
    if (!(Number.isInteger(index) && index < bytes.length && isRam(index))) {
      const ends = `bytes 14 to ${bytes.length - 1} of CMOS memory but 0x32, the century`;
      throw invalid(this.id, `the host writes ${ends}, not byte ${index}`);
    }
    if (!(Number.isInteger(value) && value >= 0 && value <= 0xff)) {
      throw invalid(this.id, `a byte of CMOS memory is an integer from 0 to 255, not ${value}`);
    }
    bytes[index] = value;
  }
}

function isRam(index: number): boolean {
  return index >= FIRST_RAM && index !== CENTURY;
}

function invalid(device: string, problem: string): VmError {
  return new VmError('ERR_INVALID_ARGUMENT', `${device}: ${problem}`, { device });
}
