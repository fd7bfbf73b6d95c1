import type { RunResult } from '@picovm/core';
import type { Machine } from './machines/machine.ts';
import type { RunSettings } from './options/run-settings.ts';
import type { LiveScreen } from './output/live-screen.ts';
import { feedFromStdin } from './serial-input.ts';

/** What attends to a guest while it runs: it brings input, waits for output, and may end the run. */
export interface Attendance {
  /** Called when the run has ended, however it did. */
  stop(): void;
  /** What came of it, besides the result of the run. Called after `stop`. */
  account?(result: RunResult): Account;
}

/** What came of attending to a guest. */
export interface Account {
  /** The exit status, where it is another one than the guest's end stands for. */
  readonly status?: number;
  /** Lines that say what is wrong, for standard error. */
  readonly problems: readonly string[];
  /** What `--json` adds. */
  readonly json: object;
}

/** Where a guest runs. */
export interface Surroundings {
  readonly settings: RunSettings;
  /** The screen in the terminal, if it is shown while it changes. */
  readonly live: LiveScreen | undefined;
  /** Ends the run. */
  readonly end: () => void;
}

/** Begins to attend to a guest that is about to run. */
export type Attend<M extends Machine> = (machine: M, surroundings: Surroundings) => Attendance;

/** Standard input feeds COM1, where `--serial stdio` asks for it. */
export function attendSerial({ com1 }: Machine, { settings: { serial } }: Pick<Surroundings, 'settings'>): Attendance {
  if (serial.to !== 'stdout' || !serial.input) return { stop: () => {} };
  return { stop: feedFromStdin(com1) };
}
