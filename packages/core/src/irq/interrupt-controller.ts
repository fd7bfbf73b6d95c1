import { VmError } from '../errors.ts';
import { type IrqLine, SharedIrqLine } from './irq-line.ts';

/** Where interrupt lines end: a device such as an 8259A pair, or an accelerator's own. */
export interface InterruptController {
  /** Input `line` changed to `level`. */
  setLine(line: number, level: boolean): void;
  /**
   * The CPU's interrupt acknowledge cycle (INTA): it takes the highest pending request.
   * @returns the interrupt vector, 0 to 255
   */
  acknowledge(): number;
}

/** How many lines a VM has: 24 as on an I/O APIC, of which a PC's 8259A pair sees the first 16. */
export const IRQ_LINES = 24;

/** The interrupt lines of a VM. Without a controller they have levels that nobody looks at. */
export class IrqLines {
  readonly #lines: SharedIrqLine[];
  #controller: InterruptController | undefined;
  /** The controller is not told of changes. */
  #held = false;

  /** All lines, with no controller and no source. */
  constructor() {
    this.#lines = Array.from({ length: IRQ_LINES }, (_, n) => new SharedIrqLine((level) => this.#changed(n, level)));
  }

  /**
   * A new source on line `n`.
   * @throws VmError `ERR_INVALID_ARGUMENT` if there is no such line
   */
  source(n: number): IrqLine {
    return this.#line(n).source();
  }

  /** The level of line `n`: the OR of its sources. */
  level(n: number): boolean {
    return this.#line(n).level;
  }

  /** The controller that the lines lead to. One that comes later is told at once which lines are asserted. */
  get controller(): InterruptController | undefined {
    return this.#controller;
  }

  /** Connects a controller. A VM's devices do so with `DeviceContext.claimInterrupts`. */
  set controller(controller: InterruptController | undefined) {
    this.#controller = controller;
    this.#lines.forEach((line, n) => {
      if (line.level) controller?.setLine(n, true);
    });
  }

  /** The levels of all lines: bit n is set if line n is asserted. */
  get levels(): number {
    return this.#lines.reduce((levels, { level }, n) => (level ? levels | (1 << n) : levels), 0);
  }

  /**
   * @internal Lets devices be restored. A controller's own state says what its inputs were: that the others assert their lines
   * again is no news to it, and no edge. It is told of what differs from `levels`, the levels that it was saved with.
   */
  restoring(levels: number, restore: () => void): void {
    this.#held = true;
    try {
      restore();
    } finally {
      this.#held = false;
    }
    const changed = this.levels ^ levels;
    for (let n = 0; n < IRQ_LINES; n++) if ((changed & (1 << n)) !== 0) this.#changed(n, this.level(n));
  }

  #line(n: number): SharedIrqLine {
    const line = this.#lines[n];
    if (line === undefined) {
      throw new VmError('ERR_INVALID_ARGUMENT', `there is no interrupt line ${n}: they are 0 to ${IRQ_LINES - 1}`, {
        n,
      });
    }
    return line;
  }

  #changed(n: number, level: boolean): void {
    if (!this.#held) this.#controller?.setLine(n, level);
  }
}
