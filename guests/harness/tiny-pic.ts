import {
  type Alarm,
  type Device,
  type DeviceContext,
  type DeviceState,
  type InterruptController,
  type IrqLine,
  StateReader,
} from '@picovm/core';

const LINES = 8;
const FIRST_VECTOR = 0x20;
const DELAY_NS = 200_000;

/**
 * The smallest interrupt controller: eight edge-triggered lines, vectors 20 to 27, line 0 first.
 * - write N to port 20: pulses interrupt line N
 * - read port 20: the lines that wait, a bit each
 * - write N to port 21: an alarm pulses line N 200 µs of guest time later
 */
export class TinyPic implements Device, InterruptController {
  readonly id = 'pic';
  readonly type = 'tiny-pic';
  #waiting = 0;
  #intr: IrqLine | undefined;
  #lines: readonly IrqLine[] = [];
  #context: DeviceContext | undefined;
  readonly #alarms = new Map<Alarm, number>();

  attach(context: DeviceContext): void {
    this.#context = context;
    this.#lines = Array.from({ length: LINES }, (_, n) => context.irq(n));
    context.claimPorts(
      { base: 0x20, length: 2, width: { max: 1 } },
      {
        read: () => this.#waiting,
        write: (offset, _size, n) => (offset === 0 ? this.#pulse(n) : this.#alarm(n, context.clock.now() + DELAY_NS)),
      },
    );
    this.#intr = context.claimInterrupts(this);
  }

  snapshot(): DeviceState {
    return { version: 1, waiting: this.#waiting, alarms: [...this.#alarms].map(([{ at }, n]) => ({ at, n })) };
  }

  restore(state: DeviceState): void {
    this.#waiting = new StateReader(this.id, state, 1).integer('waiting', 0xff);
    for (const alarm of this.#alarms.keys()) this.#context?.clock.cancel(alarm);
    this.#alarms.clear();
    for (const { at, n } of state.alarms as { at: number; n: number }[]) this.#alarm(n, at);
    this.#updateIrq();
  }

  #pulse(n: number): void {
    this.#lines[n % LINES].pulse();
  }

  #alarm(n: number, at: number): void {
    const alarm = this.#context?.clock.alarm(at, () => {
      if (alarm !== undefined) this.#alarms.delete(alarm);
      this.#pulse(n);
    });
    if (alarm !== undefined) this.#alarms.set(alarm, n);
  }

  setLine(line: number, level: boolean): void {
    if (level) this.#waiting |= 1 << line;
    this.#updateIrq();
  }

  acknowledge(): number {
    const line = 31 - Math.clz32(this.#waiting & -this.#waiting);
    this.#waiting &= ~(1 << line);
    this.#updateIrq();
    return FIRST_VECTOR + line;
  }

  #updateIrq(): void {
    this.#intr?.set(this.#waiting !== 0);
  }
}
