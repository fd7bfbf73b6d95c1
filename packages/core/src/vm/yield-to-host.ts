/** Resolves after the host's event loop had a turn: timers, I/O and messages were looked at. */
export const yieldToHost: () => Promise<void> = chooseYield();

// setTimeout would do everywhere, but browsers clamp it to 4 ms, which would cost a guest most of its time.
function chooseYield(): () => Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (setImmediate !== undefined) return () => new Promise((resolve) => void setImmediate(resolve));
  if (typeof MessageChannel !== 'undefined') return throughMessageChannel();
  return () => new Promise((resolve) => void setTimeout(resolve, 0));
}

function throughMessageChannel(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(undefined);
    });
}
