/** What a host does that fails: how it is called in messages, and what its functions do. */
export interface HostFailing {
  /** `throws`, `rejects`: what follows `a host that`. */
  readonly way: string;
  /** Whether its functions answer with promises. */
  readonly promises: boolean;
  readonly act: (failure: HostFailure) => unknown;
}

/** What a failing host throws, or rejects with. */
export class HostFailure extends Error {
  override readonly name = 'HostFailure';
  /** The option whose function it is. */
  readonly option: string;

  constructor(option: string, calledBy: (...args: never[]) => unknown) {
    super(`the host fails in ${option}`);
    this.option = option;
    // Not the standard's: where it is missing, the place of the call is not told.
    const { captureStackTrace } = Error as { captureStackTrace?: (error: Error, below: unknown) => void };
    if (captureStackTrace === undefined) this.stack = undefined;
    else captureStackTrace(this, calledBy);
  }

  /** Where the device called the function, such as `ring (chime.js:7:9)`; undefined if the engine does not tell. */
  get place(): string | undefined {
    return this.stack?.split('\n').flatMap((line) => /^\s+at (.+)$/.exec(line)?.[1] ?? [])[0];
  }
}

/** In every way in which a host can fail. */
export const FAILING: readonly HostFailing[] = [
  {
    way: 'throws',
    promises: false,
    act: (failure) => {
      throw failure;
    },
  },
  {
    way: 'throws undefined',
    promises: false,
    act: () => {
      throw undefined;
    },
  },
  { way: 'rejects', promises: true, act: (failure) => Promise.reject(failure) },
  { way: 'never answers', promises: true, act: () => new Promise(() => {}) },
];
