import type { RunResult } from '@picovm/core';
import type { Uart16550 } from '@picovm/device-console';
import type { I8042 } from '@picovm/device-pc';
import { renderText } from '@picovm/device-vga';
import type { Account, Attendance } from '../attendance.ts';
import { EXIT_STATUS, exitStatusOf } from '../exit-status.ts';
import type { ScreenSource } from '../machines/machine.ts';
import type { Step } from '../options/parse-steps.ts';
import type { RunSettings } from '../options/run-settings.ts';
import { screenLines } from '../output/final-screen.ts';
import { printable } from '../output/printable.ts';
import type { Transcript } from './transcript.ts';
import { typeText } from './type-text.ts';

/** How often it is looked whether something has happened. */
const INTERVAL_MS = 10;
/** Of the serial output that is shown when something was not seen. */
const TAIL_LINES = 20;

/** Those with which the run ends, if they come last. */
const ENDING: readonly Step['option'][] = ['wait-for', 'pause'];
const MISSED = {
  'wait-for': 'was not seen',
  pause: 'was not over',
  type: 'was not taken by the guest',
  send: 'was not taken by the guest',
};

/** Whom a session talks to. */
export interface Guest {
  readonly vga: ScreenSource;
  readonly com1: Uart16550;
  readonly input: I8042;
}

interface Done {
  /** Milliseconds since the session began. */
  readonly ms: number;
  readonly seenOn?: 'screen' | 'serial';
}

/** A scripted session: waits for output, and types and sends, step by step. */
export class Session implements Attendance {
  readonly #guest: Guest;
  readonly #steps: readonly Step[];
  readonly #transcript: Transcript;
  readonly #settings: RunSettings;
  readonly #begin = performance.now();
  readonly #done: Done[] = [];
  readonly #stop = new AbortController();
  #screen: string | undefined;
  #shown = -1;

  /** @param end ends the run: called if the last step waits for something, when that is over */
  constructor(guest: Guest, steps: readonly Step[], transcript: Transcript, settings: RunSettings, end: () => void) {
    this.#guest = guest;
    this.#steps = steps;
    this.#transcript = transcript;
    this.#settings = settings;
    void this.#run(end);
  }

  stop(): void {
    this.#stop.abort();
  }

  account(result: RunResult): Account {
    const json = { steps: this.#steps.map((step, i) => stepAsJson(step, this.#done[i])) };
    const status = exitStatusOf(result.outcome);
    const left = this.#steps.slice(this.#done.length);
    // Who types `poweroff` does not expect that the guest takes the key's release.
    const missing = status === EXIT_STATUS.ok ? left.find(({ option }) => ENDING.includes(option)) : left[0];
    if (missing === undefined || result.outcome === 'aborted') return { problems: [], json };
    return {
      // The run ended well, but not as it was expected to.
      ...(status === EXIT_STATUS.ok ? { status: EXIT_STATUS.failed } : {}),
      problems: this.#problems(missing),
      json,
    };
  }

  #problems(missing: Step): string[] {
    const { option, text } = missing;
    const what = `--${option} '${printable(text)}'`;
    const where =
      this.#steps.length === 1 ? '' : ` (step ${this.#steps.indexOf(missing) + 1} of ${this.#steps.length})`;
    const problem = `picovm: ${what} ${MISSED[option]}${where}`;
    const { json, screen, serial } = this.#settings;
    if (json) return [problem];
    // What standard output shows need not be shown twice.
    const lines = screen === 'none' ? screenLines(this.#guest.vga.screen()).map(printable) : [];
    const tail = serial.to === 'stdout' ? [] : this.#transcript.tail(TAIL_LINES).map(printable);
    return [
      problem,
      ...(lines.length === 0 ? [] : ['the screen:', ...lines]),
      ...(tail.length === 0 ? [] : ['the end of the serial output:', ...tail]),
    ];
  }

  async #run(end: () => void): Promise<void> {
    for (const step of this.#steps) {
      const seenOn = await this.#do(step);
      if (this.#stop.signal.aborted) return;
      const ms = Math.round(performance.now() - this.#begin);
      this.#done.push(seenOn === undefined ? { ms } : { ms, seenOn });
    }
    const last = this.#steps.at(-1);
    if (last !== undefined && ENDING.includes(last.option)) end();
  }

  async #do(step: Step): Promise<'screen' | 'serial' | undefined> {
    switch (step.option) {
      case 'wait-for':
        return this.#waitFor(step.text);
      case 'pause': {
        const end = performance.now() + step.milliseconds;
        await this.#until(() => performance.now() >= end);
        return undefined;
      }
      case 'type':
        for (const part of step.parts) await typeText(this.#guest.input.keyboard, part, (ready) => this.#until(ready));
        await this.#until(() => this.#guest.input.keyboard.pending === 0);
        return undefined;
      default: {
        let rest = step.bytes;
        await this.#until(() => {
          rest = rest.subarray(this.#guest.com1.receive(rest));
          return rest.length === 0;
        });
        return undefined;
      }
    }
  }

  async #waitFor(text: string): Promise<'screen' | 'serial' | undefined> {
    let seenOn: 'screen' | 'serial' | undefined;
    await this.#until(() => {
      if (this.#transcript.take(text)) seenOn = 'serial';
      else if (this.#screenText().includes(text)) seenOn = 'screen';
      return seenOn !== undefined;
    });
    return seenOn;
  }

  #screenText(): string {
    const { vga } = this.#guest;
    if (this.#screen === undefined || vga.generation !== this.#shown) {
      this.#shown = vga.generation;
      // With the blanks at the ends of rows, such as the one behind a prompt.
      this.#screen = renderText(vga.screen(), { trim: false }).join('\n');
    }
    return this.#screen;
  }

  /** Resolves when `ready` says so, or the session is over. */
  #until(ready: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.#stop.signal.aborted && !ready()) return;
        clearInterval(timer);
        this.#stop.signal.removeEventListener('abort', look);
        resolve();
      };
      const timer = setInterval(look, INTERVAL_MS);
      this.#stop.signal.addEventListener('abort', look);
      look();
    });
  }
}

function stepAsJson({ option, text }: Step, done: Done | undefined): object {
  return { step: option, text, doneAfterMs: done?.ms ?? null, ...(done?.seenOn && { seenOn: done.seenOn }) };
}
