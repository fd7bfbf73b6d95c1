import type { Uart16550 } from '@picovm/device-console';

/** How long to wait before offering bytes again that the UART had no room for. */
const RETRY_MS = 10;

/** What is typed or pasted at a terminal, for the serial port of a guest, as fast as that takes it. */
export class GuestSerial {
  readonly #uart: Uart16550;
  #waiting: Uint8Array = new Uint8Array(0);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(uart: Uart16550) {
    this.#uart = uart;
  }

  feed(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    if (this.#timer === undefined) this.#offer();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  readonly #offer = (): void => {
    this.#timer = undefined;
    this.#waiting = this.#waiting.subarray(this.#uart.receive(this.#waiting));
    if (this.#waiting.length > 0) this.#timer = setTimeout(this.#offer, RETRY_MS);
  };
}
