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
 * The reasons of the promises that nobody handled while `act` was under way, of those that `isOurs`. In place of ending
 * the process, or the test run: other rejections go to whoever listened before. None where there is no `process`.
 */
export async function withRejections<T>(
  isOurs: (reason: unknown) => reason is T,
  act: () => Promise<void>,
): Promise<T[]> {
  const { process } = globalThis as { process?: ProcessLike };
  if (typeof process?.listeners !== 'function') {
    await act();
    return [];
  }
  const others = process.listeners(EVENT);
  const reasons: T[] = [];
  const listener: Listener = (given, promise) => {
    if (isOurs(given)) reasons.push(given);
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
  return reasons;
}
