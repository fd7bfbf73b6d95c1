import type { ExitReason, RunOptions, RunOutcome, RunResult, Vm } from '@picovm/core';
import type { ExpectedRegisters } from './register-values.ts';
import type { WaitOptions } from './watch-options.ts';

/** What to look for in text: a part of it, or a pattern. Rows of a screen are joined by line feeds. */
export type Pattern = string | RegExp;

/**
 * How a run ended: the name of an outcome (`halted`, `shutdown` for a power-off, `reset`, `failed`, …) or of an exit
 * (`halt`, `internal-error`, …), or both; or `triple-fault`, which is `{ outcome: 'failed', exit: 'shutdown' }`. As a name
 * alone, `shutdown` is the outcome: a power-off.
 */
export type ExpectedExit =
  | RunOutcome
  | ExitReason
  | 'triple-fault'
  | {
      /** How the run ended. */
      readonly outcome?: RunOutcome;
      /** The exit that ended it. */
      readonly exit?: ExitReason;
    };

/**
 * A guest under test. The `waitFor…` methods run it until something is so; the `expect…` methods look at it where it
 * stopped. What is not as expected throws (or rejects with) one `GuestError`, whose message shows the screen, the end
 * of the serial output, the registers, the last exits and the outcome. What would pass whatever the guest did is refused
 * with `ERR_INVALID_ARGUMENT`: an empty text, no registers, a value that a register cannot hold, an unknown option.
 *
 * A guest that has ended (`halted`, `shutdown`, `reset`, `failed`) is not run on by a `waitFor…`: it is looked at as it
 * is. `run` runs it on, and so does a `waitFor…` after the vCPU was put elsewhere or reset.
 */
export interface Guest extends Disposable {
  /** The machine. */
  readonly vm: Vm;
  /** How the last run ended; undefined before the first. After a `waitFor…` that found what it waited for: `stopped`. */
  readonly result: RunResult | undefined;
  /** Rows of the screen, with the blanks at their ends left out; empty if no `screen` was given. */
  screen(): readonly string[];
  /** What the guest has sent over its serial line; empty if no `serial` was given. */
  serial(): string;
  /** Sends text to the guest with the `send` that was given. @throws VmError `ERR_INVALID_ARGUMENT` if none was */
  send(text: string): void;
  /** Runs the guest until it ends, or a limit is reached: those of `watchGuest` where `options` says nothing else. */
  run(options?: RunOptions): Promise<RunResult>;
  /**
   * Runs the guest until the screen shows `text`. It is looked at between time slices: the guest may have run on for a
   * slice, about 1 ms, when this resolves.
   * @throws GuestError (as a rejection) if the guest ends before, or a limit is reached
   */
  waitForText(text: Pattern, options?: WaitOptions): Promise<void>;
  /** The same for what the guest has sent over its serial line so far. */
  waitForSerial(text: Pattern, options?: WaitOptions): Promise<void>;
  /**
   * Runs the guest until it ends by itself.
   * @param expected how; whatever way if not given
   * @throws GuestError (as a rejection) if it ends in another way, or a limit is reached
   */
  waitForExit(expected?: ExpectedExit, options?: WaitOptions): Promise<RunResult>;
  /** The screen shows `text` somewhere; or, given a list, its rows from the top on are these, and blank below. */
  expectScreen(text: Pattern | readonly string[]): void;
  /** The guest has sent `text` over its serial line so far. */
  expectSerial(text: Pattern): void;
  /** The last run ended so. */
  expectExit(expected: ExpectedExit): void;
  /**
   * The registers named hold these values, unsigned: `{ al: 0x41, cx: 0, eip: 0x7c00, cs: 0, zf: 1 }`. Any part of a
   * register that has a name, the segments' selectors, control registers, and single flags as 0 or 1.
   */
  expectRegisters(expected: ExpectedRegisters): void;
  /** Memory at a guest-physical address holds these bytes, or the ASCII codes of this text. */
  expectMemory(address: number, expected: Uint8Array | readonly number[] | string): void;
  /** What a failure would show: screen, serial output, registers, last exits, outcome. */
  report(): string;
  /** Stops watching. The machine stays, and is its owner's to dispose. */
  [Symbol.dispose](): void;
}
