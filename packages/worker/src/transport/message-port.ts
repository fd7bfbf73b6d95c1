import type { Port } from '../protocol/port.ts';

/** What `MessagePort`, `Worker` and the global scope of a worker have in common in browsers, and Node's ports too. */
export interface MessageEnd {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(
    type: string,
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ): void;
  /** Of a `MessagePort`: messages wait until it is called. */
  start?(): void;
}

/** A port over anything that sends and receives messages. */
export function messagePort(end: MessageEnd): Port {
  return {
    post: (message, transfer = []) => end.postMessage(message, transfer),
    listen(onMessage) {
      end.addEventListener('message', ({ data }) => onMessage(data));
      end.start?.();
    },
  };
}
