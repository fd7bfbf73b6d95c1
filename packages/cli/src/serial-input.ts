import type { Uart16550 } from '@picovm/device-console';

/** How long to wait before offering bytes again that the UART had no room for. */
const RETRY_MS = 10;

/** Feeds what comes in on standard input to a UART, no faster than the guest takes it. @returns how to stop it */
export function feedFromStdin(uart: Uart16550): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const offer = (bytes: Uint8Array): void => {
    if (stopped) return;
    const taken = uart.receive(bytes);
    if (taken === bytes.length) process.stdin.resume();
    else timer = setTimeout(() => offer(bytes.subarray(taken)), RETRY_MS);
  };
  const onData = (bytes: Uint8Array): void => {
    process.stdin.pause();
    offer(bytes);
  };
  process.stdin.on('data', onData);
  return () => {
    stopped = true;
    clearTimeout(timer);
    process.stdin.off('data', onData);
    process.stdin.pause();
  };
}
