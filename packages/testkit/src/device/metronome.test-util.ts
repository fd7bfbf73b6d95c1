import {
  type Alarm,
  type DeviceContext,
  type DeviceState,
  defineDevice,
  type IrqLine,
  StateReader,
} from '@picovm/core';
import type { FakeMachine, InterruptHooks } from '../index.ts';

const VERSION = 1;
const NS_PER_MS = 1_000_000;

export interface MetronomeOptions {
  readonly id: string;
  readonly irq: number;
  readonly periodMs: number;
}

/**
 * A timer that no address leads to and that does everything right: its interrupt line is up for half of a period, as that
 * of a PC's timer.
 */
export class Metronome {
  readonly id: string;
  protected readonly options: MetronomeOptions;
  protected level = false;
  protected due = 0;
  protected alarm: Alarm | undefined;
  protected context: DeviceContext | undefined;
  protected line: IrqLine | undefined;

  constructor(options: MetronomeOptions) {
    this.id = options.id;
    this.options = options;
  }

  attach(context: DeviceContext): void {
    this.context = context;
    this.line = context.irq(this.options.irq);
    this.setDue(this.now() + this.half());
  }

  reset(): void {
    this.level = false;
    this.line?.set(false);
    this.setDue(this.now() + this.half());
  }

  snapshot(): DeviceState {
    return { version: VERSION, level: this.level, remaining: this.due - this.now() };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const level = reader.boolean('level');
    const remaining = reader.integer('remaining', this.half());
    this.level = level;
    this.line?.set(level);
    this.setDue(this.now() + remaining);
  }

  dispose(): void {
    if (this.alarm !== undefined) this.context?.clock.cancel(this.alarm);
    this.alarm = undefined;
  }

  protected tick(): void {
    this.level = !this.level;
    this.line?.set(this.level);
    this.setDue(this.now() + this.half());
  }

  protected setDue(due: number): void {
    this.dispose();
    this.due = due;
    this.alarm = this.context?.clock.alarm(due, () => this.tick());
  }

  protected now(): number {
    return this.context?.clock.now() ?? 0;
  }

  protected half(): number {
    return (this.options.periodMs * NS_PER_MS) / 2;
  }
}

/** The factory of a metronome, or of one that does something wrong. */
export function metronomes(Type: typeof Metronome = Metronome) {
  return defineDevice({
    type: 'metronome',
    apiVersion: 1,
    description: 'interrupts at an even pace',
    options: {
      irq: { type: 'integer', min: 0, max: 23, default: 0, description: 'its interrupt line' },
      periodMs: { type: 'integer', min: 2, max: 10_000, default: 110, description: 'milliseconds' },
    },
    irqs: [{ option: 'irq' }],
    create: (options) => new Type(options),
  });
}

/** How it interrupts: in time. There is nothing to mask it with. */
export const metronomeInterrupt: InterruptHooks = {
  raise: (_device, machine: FakeMachine) => machine.clock.advance(machine.clock.nextAlarm() - machine.clock.now()),
};
