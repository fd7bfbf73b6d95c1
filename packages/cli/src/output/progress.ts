/** Redraws at most this often. */
const INTERVAL_MS = 100;
/** What is done sooner needs no line. */
const PATIENCE_MS = 250;
const MIB = 1 << 20;

/** A line on a terminal's standard error that says how far some work is, and is gone when that is done. */
export class Progress {
  readonly #out: NodeJS.WriteStream | undefined;
  #next = performance.now() + PATIENCE_MS;
  #shown = false;

  constructor() {
    this.#out = process.stderr.isTTY ? process.stderr : undefined;
  }

  /** @param done bytes @param total bytes, if that is known */
  update(what: string, done: number, total?: number): void {
    const now = performance.now();
    if (this.#out === undefined || now < this.#next) return;
    this.#next = now + INTERVAL_MS;
    this.#shown = true;
    const of = total === undefined ? '' : ` of ${(total / MIB).toFixed(0)}`;
    this.#out.write(`\r\x1b[Kpicovm: ${what}: ${(done / MIB).toFixed(0)}${of} MiB`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#out?.write('\r\x1b[K');
    this.#shown = false;
    this.#next = performance.now() + PATIENCE_MS;
  }
}
