import { VmError } from '../errors.ts';
import { FieldReader } from '../snapshot/field-reader.ts';
import { Alarms, END_OF_TIME } from './alarms.ts';
import type { Alarm, ClockState, DrivenClock } from './clock.ts';

/**
 * Guest time counted in instructions, so that a run repeats bit for bit. A halted guest jumps to its next alarm.
 * It needs an accelerator that counts instructions (`supports.instructionCount`).
 */
export class VirtualClock implements DrivenClock {
  readonly #alarms = new Alarms();
  readonly #nsPerInstruction: number;
  #instructions: () => number = () => 0;
  /** Nanoseconds that a halted guest jumped over. */
  #skipped = 0;

  /**
   * @param options.nsPerInstruction nanoseconds of guest time that one instruction takes; default 10 (100 MIPS)
   * @throws VmError `ERR_INVALID_ARGUMENT` if it is not above 0
   */
  constructor(options: { readonly nsPerInstruction?: number } = {}) {
    this.#nsPerInstruction = options.nsPerInstruction ?? 10;
    if (!(this.#nsPerInstruction > 0 && this.#nsPerInstruction < Number.POSITIVE_INFINITY)) {
      throw new VmError(
        'ERR_INVALID_ARGUMENT',
        `nsPerInstruction must be above 0 and finite, not ${options.nsPerInstruction}`,
      );
    }
  }

  countFrom(instructions: () => number): void {
    this.#instructions = instructions;
  }

  now(): number {
    return this.#timeAt(this.#instructions());
  }

  alarm(at: number, callback: () => void): Alarm {
    return this.#alarms.add(at, callback);
  }

  cancel(alarm: Alarm): void {
    this.#alarms.cancel(alarm);
  }

  nextAlarm(): number {
    return this.#alarms.next();
  }

  runDueAlarms(): void {
    this.#alarms.run(this.now());
  }

  resume(): void {}

  pause(): void {}

  skipToNextAlarm(): boolean {
    const next = this.nextAlarm();
    if (next === Number.POSITIVE_INFINITY) return false;
    this.#skipped += Math.max(0, Math.ceil(next - this.now()));
    return true;
  }

  instructionsToNextAlarm(): number {
    const next = this.nextAlarm();
    const now = this.#instructions();
    if (next === Number.POSITIVE_INFINITY) return next;
    if (next <= this.#timeAt(now)) return 1;
    // Exactly the first instruction at which the alarm is due, or runs would differ with where their slices end. Found by
    // trying: a quotient would be off, because `now` rounds down and floating point rounds, the more the later it is.
    let early = now;
    let due = now + 1;
    for (let step = 2; this.#timeAt(due) < next; step *= 2) {
      early = due;
      due += step;
      if (due > Number.MAX_SAFE_INTEGER) return Number.POSITIVE_INFINITY;
    }
    while (due - early > 1) {
      const middle = early + Math.floor((due - early) / 2);
      if (this.#timeAt(middle) < next) early = middle;
      else due = middle;
    }
    return due - now;
  }

  // The instructions are the vCPU's.
  snapshot(): ClockState {
    return {
      kind: 'virtual',
      settings: { nsPerInstruction: this.#nsPerInstruction },
      counts: { skipped: this.#skipped },
    };
  }

  restore({ counts }: ClockState): void {
    this.#skipped = new FieldReader("the clock's state", counts).number('skipped', END_OF_TIME);
  }

  #timeAt(instructions: number): number {
    return Math.floor(instructions * this.#nsPerInstruction) + this.#skipped;
  }
}
