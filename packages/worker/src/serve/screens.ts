import { VmError } from '@picovm/core';
import type { ScreenSource } from '../define-machine.ts';
import { sealed } from '../protocol/messages.ts';
import type { Port } from '../protocol/port.ts';

interface Shown {
  readonly source: ScreenSource;
  /** The generation that the host has, or will have. */
  generation: number;
  /** Screens that were sent and that the host did not take yet. */
  underWay: number;
}

/** The screens of a machine: what changed goes to the host. */
export class Screens {
  readonly #port: Port;
  readonly #screens = new Map<string, Shown>();

  constructor(port: Port) {
    this.#port = port;
  }

  /** Whether there is any. */
  get any(): boolean {
    return this.#screens.size > 0;
  }

  add(name: string, source: ScreenSource): void {
    this.#screens.set(name, { source, generation: source.generation, underWay: 0 });
  }

  /** What a screen shows now. */
  now(name: string): unknown {
    return this.#screens.get(name)?.source.screen();
  }

  /**
   * Sends what changed. @param all also to a host that has not taken the screen before: it is the last for now
   * @throws VmError `ERR_DEVICE` if a screen cannot be had
   */
  update(all: boolean): void {
    for (const [name, shown] of this.#screens) if (all || shown.underWay === 0) this.#send(name, shown);
  }

  /** The host has taken a screen. */
  taken(name: string): void {
    const shown = this.#screens.get(name);
    if (shown !== undefined) shown.underWay--;
  }

  #send(name: string, shown: Shown): void {
    try {
      const { generation } = shown.source;
      if (generation === shown.generation) return;
      shown.generation = generation;
      this.#port.post(sealed({ type: 'screen', name, screen: shown.source.screen() }));
      shown.underWay++;
    } catch (cause) {
      throw new VmError('ERR_DEVICE', `the screen ${name} cannot be shown: ${String(cause)}`, { cause });
    }
  }
}
