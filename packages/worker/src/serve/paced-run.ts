import type { RunResult, Vm } from '@picovm/core';
import type { PlainRunOptions } from '../protocol/messages.ts';
import type { Link } from './link.ts';

/** A screen changes for the host at most so often, and so often is a full device offered its input again. */
const FRAME_MS = 16;
/** The longest that a timer can be set for. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/**
 * What a guest sends within a slice crosses, whether the host keeps up or not: a long slice would be a way around its brake.
 * A longer one makes no guest faster.
 */
const MAX_SLICE_MS = 10;
/** A run that has used up its time gets so much more, to end as such. */
const LEAST_MS = 0.001;

/** A run that waits while the host does not keep up, and meanwhile tells the host of its screens. */
export class PacedRun {
  readonly #vm: Vm;
  readonly #link: Link;
  readonly #abort = new AbortController();
  #stopped = false;
  #pausing = false;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;
  #wake: () => void = () => {};
  #failure: { readonly error: unknown } | undefined;

  constructor(vm: Vm, link: Link) {
    this.#vm = vm;
    this.#link = link;
  }

  /** Ends it with the outcome `stopped`. */
  stop(): void {
    this.#stopped = true;
    this.#vm.stop();
    this.#wake();
  }

  /** Ends it with the outcome `aborted`. */
  abort(): void {
    this.#abort.abort();
    this.#wake();
  }

  /** Runs to the end. @param aborted before it began */
  async run(options: PlainRunOptions, aborted: boolean): Promise<RunResult> {
    const { outgoing } = this.#link;
    outgoing.onFull = () => this.#pauseSoon();
    outgoing.onRoom = () => this.#wake();
    if (aborted) this.abort();
    const frames = setInterval(() => this.#frame(), FRAME_MS);
    try {
      const result = await this.#paced(options);
      if (this.#failure !== undefined) throw this.#failure.error;
      return result;
    } finally {
      clearInterval(frames);
      clearTimeout(this.#pauseTimer);
      outgoing.onFull = outgoing.onRoom = () => {};
    }
  }

  async #paced(options: PlainRunOptions): Promise<RunResult> {
    const vm = this.#vm;
    const start = performance.now();
    const exits = vm.exits.total;
    for (let paused: RunResult | undefined; ; ) {
      await this.#room(start + (options.timeoutMs ?? Number.POSITIVE_INFINITY));
      if (this.#stopped && paused !== undefined) return paused;
      this.#pausing = false;
      const running = vm.run({
        // What the VM does not know of it refuses.
        ...options,
        sliceMs: this.#stopped ? LEAST_MS : slice(options.sliceMs),
        signal: this.#abort.signal,
        timeoutMs: rest(options.timeoutMs, performance.now() - start, LEAST_MS),
        maxExits: rest(options.maxExits, vm.exits.total - exits, 1),
      });
      if (this.#stopped) vm.stop();
      paused = await running;
      if (!this.#pausing || this.#stopped || paused.outcome !== 'stopped') return paused;
    }
  }

  // Not at once, but between two slices: then nothing else can be about to end the run that a pause would hide.
  #pauseSoon(): void {
    this.#pauseTimer = setTimeout(() => {
      if (!this.#link.outgoing.full || !this.#vm.running || this.#pausing) return;
      this.#pausing = true;
      this.#vm.stop();
    }, 0);
  }

  /** Resolves when the host has room, or the run is to end. @param deadline ms of `performance.now` */
  async #room(deadline: number): Promise<void> {
    const { outgoing } = this.#link;
    while (outgoing.full && !this.#stopped && !this.#abort.signal.aborted && !(performance.now() >= deadline)) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(deadline - performance.now(), MAX_TIMER_MS));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #frame(): void {
    try {
      for (const input of this.#link.inputs.values()) input.offer();
      this.#link.screens.update(false);
    } catch (error) {
      this.#failure ??= { error };
      this.stop();
    }
  }
}

function slice(ms: number | undefined): number | undefined {
  return Number.isFinite(ms) ? Math.min(ms as number, MAX_SLICE_MS) : ms;
}

// What makes no sense is passed on, for the VM to refuse.
function rest(limit: number | undefined, used: number, least: number): number | undefined {
  return typeof limit === 'number' && limit > 0 ? Math.max(least, limit - used) : limit;
}
