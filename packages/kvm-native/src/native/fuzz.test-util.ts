import { Random } from '@picovm/testkit';
import type { NativeVcpu } from './addon.ts';
import { type Kind, Objects, type Parameter, SURFACE, testAddon } from './surface.test-util.ts';

/** What a fuzz run did. */
export interface FuzzResult {
  readonly calls: number;
  /** How many ended in what way: returned, an errno's name, or refused by the addon. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** A number from 0 up to 1. */
type Fraction = () => number;

/** Objects are thrown away after so many calls, or they would all be closed, or full. */
const CALLS_A_LIFE = 300;
const KINDS = Object.keys(SURFACE) as Kind[];

/**
 * Calls whatever the addon has with whatever may be passed, until the time is up: mostly the right types with random
 * contents, or else hardly anything would reach the kernel.
 * @throws what no call may throw: anything but a refused argument and a failed system call
 */
export function fuzz(seed: number, milliseconds: number): FuzzResult {
  const random = new Random(seed);
  const next = (): number => random.next() / 2 ** 32;
  const end = performance.now() + milliseconds;
  const outcomes: Record<string, number> = {};
  let calls = 0;
  while (performance.now() < end) {
    using life = new Life(next);
    for (let i = 0; i < CALLS_A_LIFE && performance.now() < end; i++, calls++) {
      const outcome = life.step();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  }
  return { calls, outcomes };
}

// One for all of them: each reserves gigabytes of addresses, which are given back late, and valgrind has few.
const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });

class Life implements Disposable {
  readonly #objects = new Objects(memory);
  readonly #next: Fraction;
  readonly #extra: { close(): void }[] = [];

  constructor(next: Fraction) {
    this.#next = next;
    const bytes = new Uint8Array(memory.buffer).fill(0);
    for (let i = 0; i < 65536; i++) bytes[i] = next() * 256;
    this.#objects.vm.setUserMemoryRegion(0, this.#int(2), 0, this.#objects.memory, 0, 65536);
    if (next() < 0.5) this.#objects.vm.setUserMemoryRegion(1, 0, 0xffff0000, this.#objects.memory, 0, 65536);
  }

  /** @returns what became of it */
  step(): string {
    if (this.#next() < 0.2) return this.#run();
    const kind = KINDS[this.#int(KINDS.length)];
    const names = Object.keys(SURFACE[kind]);
    const name = names[this.#int(names.length)];
    // Not too often, because nothing much happens after it.
    if (name === 'close' && this.#next() < 0.95) return 'passed over';
    const object = this.#objects[kind] as unknown as Record<string, (...args: unknown[]) => unknown> | undefined;
    if (object === undefined) return 'not there';
    const args = SURFACE[kind][name].map((parameter) => this.#argument(parameter));
    try {
      const made = object[name](...args) as { close?(): void } | undefined;
      if (typeof made?.close === 'function') this.#extra.push(made as { close(): void });
      return 'returned';
    } catch (error) {
      return classify(error, `${kind}.${name}`);
    }
  }

  // Random bytes as code, random registers, and random answers.
  #run(): string {
    const { memory } = this.#objects;
    const copy = new Uint8Array(memory.buffer, 65536);
    for (let i = 0; i < 8; i++) copy[this.#int(copy.length)] = this.#int(256);
    // Nobody waits for a guest that halts.
    const code = (this.#objects.vcpu as NativeVcpu).run([0, 1e5, -1, 1e4, Number.NaN][this.#int(5)]);
    return code < 0 ? `run: errno ${-code}` : `run: exit ${code}`;
  }

  #argument(parameter: Parameter): unknown {
    if (this.#next() < 0.04) return this.#anything();
    switch (parameter.kind) {
      case 'integer':
        return this.#next() < 0.6 ? this.#int(Math.min(parameter.max, 64) + 1) : this.#number(parameter.max);
      case 'bytes':
        return this.#bytes(parameter.size);
      case 'at-least':
        return this.#bytes(parameter.size + this.#int(64) * 8);
      case 'entries': {
        const count = this.#int(12);
        const bytes = this.#bytes(parameter.header + count * parameter.entry);
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        if (this.#next() < 0.9) view.setUint32(parameter.says ?? 0, this.#int(count + 2), true);
        return bytes;
      }
      case 'bigint':
        return this.#next() < 0.5 ? this.#objects.argument(parameter) : BigInt(this.#number(2 ** 53));
      case 'optional-eventfd':
        return this.#next() < 0.5 ? this.#objects.eventfd : undefined;
      case 'bitmaps':
        return Array.from({ length: this.#int(3) }, () => this.#bytes(this.#int(64) * 8));
      default:
        return this.#objects.argument(parameter);
    }
  }

  #bytes(size: number): Uint8Array {
    const shared = this.#next() < 0.2;
    const bytes = new Uint8Array(shared ? new SharedArrayBuffer(size) : new ArrayBuffer(size));
    // Zeros, few bits or noise: structures that are mostly zero are accepted more often.
    const density = [0, 0.02, 0.2, 1][this.#int(4)];
    for (let i = 0; i < size; i++) if (this.#next() < density) bytes[i] = this.#int(256);
    return bytes;
  }

  #number(max: number): number {
    return Math.floor(2 ** (this.#next() * Math.log2(max + 1))) - 1;
  }

  #anything(): unknown {
    const { memory, vm, eventfd } = this.#objects;
    const things = [
      ...[null, undefined, {}, [], '', 'x', -1, 0.5, Number.NaN, 2 ** 53, 2 ** 64, 1n, -1n, 2n ** 64n, true],
      ...[Symbol('x'), () => {}, memory, vm, eventfd, new Uint8Array(0), new Uint8Array(17), new Float64Array(9)],
      ...[new ArrayBuffer(8), new DataView(new ArrayBuffer(64)), new Proxy({}, {}), new Date(), /x/, testAddon()],
    ];
    return things[this.#int(things.length)];
  }

  #int(below: number): number {
    return Math.floor(this.#next() * below);
  }

  [Symbol.dispose](): void {
    // In any order: what is still in use stays.
    for (const object of this.#extra) if (this.#next() < 0.7) object.close();
    this.#objects[Symbol.dispose]();
  }
}

function classify(error: unknown, where: string): string {
  const { code, syscall } = error as { code?: string; syscall?: string };
  if (error instanceof TypeError && code === 'ERR_INVALID_ARGUMENT') return 'refused';
  if (error instanceof Error && syscall !== undefined && code !== undefined) return code;
  throw new Error(`${where} threw what it must not`, { cause: error });
}
