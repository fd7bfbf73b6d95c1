import {
  type Alarm,
  type Clock,
  type DeviceContext,
  type DevicePlace,
  type DeviceState,
  defineDevice,
  type FunctionOption,
  type IrqLine,
  type PortHandler,
  StateReader,
} from '@picovm/core';
import type { FakeMachine, InterruptHooks } from '../index.ts';

/** Bit 0: interrupts are enabled. */
export const CONTROL = 0;
/** Bit 0: the time is up. Writing 1 clears it. */
const STATUS = 1;
/** In microseconds; the chime goes off again and again. 0 stops it. */
export const PERIOD = 2;
/** Bytes go out, and come back from a queue of eight; 0 if that is empty. */
export const DATA = 3;

const QUEUE_SIZE = 8;
const NS_PER_US = 1000;
const VERSION = 1;

export interface ChimeOptions {
  readonly id: string;
  readonly base: number;
  readonly output?: (byte: number) => unknown;
}

/** A device that does everything right. Those of the tests that do something wrong are made from it. */
export class Chime {
  readonly id: string;
  protected readonly options: ChimeOptions;
  protected readonly place: DevicePlace;
  protected control = 0;
  protected status = 0;
  protected period = 0;
  protected queue: number[] = [];
  protected due: number = Number.POSITIVE_INFINITY;
  protected alarm: Alarm | undefined;
  protected clock: Clock | undefined;
  protected line: IrqLine | undefined;

  constructor(options: ChimeOptions, place: DevicePlace) {
    this.id = options.id;
    this.options = options;
    this.place = place;
  }

  attach(context: DeviceContext): void {
    this.clock = context.clock;
    this.line = context.irq(this.place.irqs[0]);
    context.claimPorts(this.place.ranges[0], this.handler());
  }

  reset(): void {
    this.control = 0;
    this.status = 0;
    this.queue = [];
    this.setPeriod(0);
    this.updateIrq();
  }

  snapshot(): DeviceState {
    const { control, status, period, queue } = this;
    const remaining = this.due === Number.POSITIVE_INFINITY ? -1 : this.due - this.now();
    return { version: VERSION, control, status, period, remaining, queue: Uint8Array.from(queue) };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const period = reader.integer('period', 0xff);
    const saved = {
      control: reader.integer('control', 1),
      status: reader.integer('status', 1),
      remaining: reader.integer('remaining', period * NS_PER_US, period === 0 ? -1 : 0),
      queue: reader.bytes('queue', QUEUE_SIZE),
    };
    if (period === 0) reader.exactly('remaining', -1);
    this.control = saved.control;
    this.status = saved.status;
    this.queue = [...saved.queue];
    this.period = period;
    this.setDue(period === 0 ? Number.POSITIVE_INFINITY : this.now() + saved.remaining);
    this.updateIrq();
  }

  dispose(): void {
    this.setDue(Number.POSITIVE_INFINITY);
  }

  protected handler(): PortHandler {
    return {
      read: (offset) => this.read(offset),
      write: (offset, _size, value) => this.write(offset, value),
      readBlock: (offset, _size, out) => {
        for (let i = 0; i < out.length; i++) out[i] = this.read(offset);
      },
    };
  }

  protected read(offset: number): number {
    if (offset === DATA) return this.queue.shift() ?? 0;
    return [this.control, this.status, this.period][offset];
  }

  protected write(offset: number, value: number): void {
    if (offset === CONTROL) this.control = value & 1;
    else if (offset === STATUS) this.status &= ~value;
    else if (offset === PERIOD) this.setPeriod(value);
    else this.send(value);
    this.updateIrq();
  }

  protected send(byte: number): void {
    if (this.queue.length < QUEUE_SIZE) this.queue.push(byte);
    try {
      const answer = this.options.output?.(byte);
      if (answer instanceof Promise) answer.catch(() => {});
    } catch {
      // What the host makes of the bytes is not the guest's business.
    }
  }

  protected setPeriod(microseconds: number): void {
    this.period = microseconds;
    this.setDue(microseconds === 0 ? Number.POSITIVE_INFINITY : this.now() + microseconds * NS_PER_US);
  }

  protected setDue(due: number): void {
    if (this.alarm !== undefined) this.clock?.cancel(this.alarm);
    this.alarm = undefined;
    this.due = due;
    if (due !== Number.POSITIVE_INFINITY) this.alarm = this.clock?.alarm(due, () => this.ring());
  }

  protected ring(): void {
    this.status = 1;
    // Periods that were missed are not made up for.
    this.setDue(this.now() + this.period * NS_PER_US);
    this.updateIrq();
  }

  protected updateIrq(): void {
    this.line?.set((this.control & this.status) !== 0);
  }

  protected now(): number {
    return this.clock?.now() ?? 0;
  }
}

/** The factory of a chime, or of one that does something wrong. */
export function chimes(Type: typeof Chime = Chime, maxBase = 0xfffc) {
  return defineDevice({
    type: 'chime',
    apiVersion: 1,
    description: 'a clock that chimes, and a queue of bytes',
    options: {
      base: {
        type: 'integer',
        min: 0,
        max: maxBase,
        default: 0x510,
        hex: true,
        description: 'first of its four ports',
      },
      irq: { type: 'integer', min: 0, max: 23, default: 5, description: 'its interrupt line' },
      volume: { type: 'integer', min: 0, max: 100, multipleOf: 10, default: 50, description: 'in per cent' },
      output: { type: 'function', description: 'takes the bytes' } as FunctionOption<(byte: number) => unknown>,
    },
    ranges: [{ space: 'port', base: { option: 'base' }, length: 4, width: { max: 1 }, label: 'chime' }],
    irqs: [{ option: 'irq' }],
    create: (options, place) => new Type(options, place),
  });
}

/** How its driver interrupts. */
export const chimeInterrupt: InterruptHooks = {
  raise: (_device, machine: FakeMachine) => {
    machine.writePort(0x510 + PERIOD, 1);
    machine.clock.advance(NS_PER_US);
    machine.writePort(0x510 + PERIOD, 0);
  },
  mask: (_device, machine) => machine.writePort(0x510 + CONTROL, 0),
  unmask: (_device, machine) => machine.writePort(0x510 + CONTROL, 1),
  acknowledge: (_device, machine) => machine.writePort(0x510 + STATUS, 1),
};
