import type { Counter, Logger } from '@picovm/core';
import { HostCallback } from '../ports/host-callback.ts';

/** Called with the frequency of the tone in Hz; 0: silence. */
export type OnSpeaker = (frequencyHz: number) => void;

/** Tells the host of the tone that the speaker gives. */
export class Speaker {
  readonly #onSpeaker: HostCallback<number>;
  #told = 0;

  constructor(onSpeaker: OnSpeaker | undefined) {
    this.#onSpeaker = new HostCallback('onSpeaker', onSpeaker);
  }

  /** @param errors counts how often the host's function fails */
  attach(log: Logger, errors: Counter): void {
    this.#onSpeaker.attach(log, errors);
  }

  /** Tells the host if it changed. */
  set(frequencyHz: number): void {
    if (frequencyHz === this.#told) return;
    this.#told = frequencyHz;
    this.#onSpeaker.call(frequencyHz);
  }
}
