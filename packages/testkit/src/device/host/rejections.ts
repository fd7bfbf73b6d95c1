type Listener = (reason: unknown, promise: unknown) => void;

/** What this needs of Node's `process`. */
interface ProcessLike {
  listeners(event: string): Listener[];
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
  removeAllListeners(event: string): unknown;
}

const EVENT = 'unhandledRejection';

/**
 * Counts the promises that were rejected with `reason` and that nobody handled, while `act` is under way. In place of
 * ending the process, or the test run: other rejections go to whoever listened before. Counts none where there is no
 * `process`.
 */
export async function withRejections(reason: unknown, act: () => Promise<void>): Promise<number> {
  const { process } = globalThis as { process?: ProcessLike };
  if (typeof process?.listeners !== 'function') {
    await act();
    return 0;
  }
  const others = process.listeners(EVENT);
  let count = 0;
  const listener: Listener = (given, promise) => {
    if (given === reason) count++;
    else if (others.length > 0) for (const other of others) other.call(process, given, promise);
    else throw given;
  };
  process.removeAllListeners(EVENT);
  process.on(EVENT, listener);
  try {
    await act();
  } finally {
    process.off(EVENT, listener);
    for (const other of others) process.on(EVENT, other);
  }
  return count;
}
