import type { Exit, Vm } from '@picovm/core';

interface Entry {
  readonly exit: Exit;
  times: number;
}

/** The last exits of a VM. An exit that comes again and again, as in a polling loop, is kept once and counted. */
export class ExitRing implements Disposable {
  /** Whether the guest has written anything to the outside since this was set to false. */
  written = false;
  readonly #capacity: number;
  readonly #entries: Entry[] = [];
  #next = 0;
  readonly #observation: Disposable;

  /** Watches `vm` until it is disposed. @param capacity different exits in a row that are kept */
  constructor(vm: Vm, capacity: number) {
    this.#capacity = capacity;
    this.#observation = vm.observe((exit) => this.#add(exit));
  }

  /** The exits, the oldest first, each with how often it came in a row. */
  list(): readonly Readonly<Entry>[] {
    return [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
  }

  [Symbol.dispose](): void {
    this.#observation[Symbol.dispose]();
  }

  #add(exit: Exit): void {
    if ('direction' in exit && exit.direction === 'write') this.written = true;
    const last = this.#entries.at(this.#next - 1);
    if (last !== undefined && isSame(last.exit, exit)) {
      last.times++;
      return;
    }
    // The bytes of a block are only there during the call.
    const kept = exit.reason === 'io' && exit.block !== undefined ? { ...exit, block: exit.block.slice(0, 16) } : exit;
    this.#entries[this.#next] = { exit: kept, times: 1 };
    this.#next = (this.#next + 1) % this.#capacity;
  }
}

function isSame(a: Exit, b: Exit): boolean {
  if (a.reason === 'io' && b.reason === 'io') {
    const block = a.block !== undefined || b.block !== undefined;
    return !block && a.port === b.port && a.data === b.data && a.direction === b.direction && a.size === b.size;
  }
  if (a.reason === 'mmio' && b.reason === 'mmio') {
    return a.address === b.address && a.data === b.data && a.direction === b.direction && a.size === b.size;
  }
  return a.reason === 'halt' && b.reason === 'halt' && a.interruptsEnabled === b.interruptsEnabled;
}
