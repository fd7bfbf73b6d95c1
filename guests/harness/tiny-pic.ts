import type { Device, DeviceContext, InterruptController, IrqLine } from '@picovm/core';

const LINES = 8;
const FIRST_VECTOR = 0x20;

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

  attach(context: DeviceContext): void {
    const lines = Array.from({ length: LINES }, (_, n) => context.irq(n));
    const pulse = (n: number): void => lines[n % LINES].pulse();
    const alarm = (n: number): void => void context.clock.alarm(context.clock.now() + 200_000, () => pulse(n));
    context.claimPorts(
      { base: 0x20, length: 2, width: { max: 1 } },
      {
        read: () => this.#waiting,
        write: (offset, _size, n) => (offset === 0 ? pulse(n) : alarm(n)),
      },
    );
    this.#intr = context.claimInterrupts(this);
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
