import {
  type AccessSize,
  type Device,
  type DeviceContext,
  type DeviceState,
  type PortHandler,
  StateReader,
} from '@picovm/core';
import { type BusAccess, formatAccess } from './bus-access.ts';

/** What the scripted device answers. Everything else outside memory is unmapped. */
const SCRIPTED = {
  /** Ports within reach of the immediate forms of IN and OUT. */
  lowPorts: { base: 0x40, length: 0x20 },
  ports: { base: 0x300, length: 0x20 },
  /** Right behind the 64 KiB of memory, so that an access can straddle both. */
  mmio: { base: 0x10000, length: 0x10000 },
} as const;

/**
 * A device that answers reads with the values of the expected trace, in order, and notes what it is asked. When the
 * script is used up it answers all ones: the comparison of the traces tells the rest.
 */
export class ScriptedBus implements Device {
  readonly id = 'script';
  readonly type = 'scripted-bus';
  /** What it was asked, with what it answered. */
  readonly seen: BusAccess[] = [];
  readonly #script: readonly BusAccess[];
  #answers: BusAccess[];

  constructor(expected: readonly BusAccess[]) {
    this.#script = expected.filter((access) => access.direction === 'read' && isScripted(access));
    this.#answers = [...this.#script];
  }

  attach(context: DeviceContext): void {
    for (const range of [SCRIPTED.lowPorts, SCRIPTED.ports]) {
      context.claimPorts({ ...range, label: 'scripted' }, this.#handler('port', range.base));
    }
    context.claimMmio({ ...SCRIPTED.mmio, label: 'scripted' }, this.#handler('mmio', SCRIPTED.mmio.base));
  }

  snapshot(): DeviceState {
    return { version: 1, left: this.#answers.length, seen: this.seen };
  }

  restore(state: DeviceState): void {
    const left = new StateReader(this.id, state, 1).integer('left', this.#script.length);
    this.#answers = this.#script.slice(this.#script.length - left);
    this.seen.splice(0, this.seen.length, ...(state.seen as BusAccess[]));
  }

  #handler(space: 'port' | 'mmio', base: number): PortHandler {
    return {
      read: (offset, size) => {
        const value = this.#answer(size);
        this.seen.push({ space, direction: 'read', address: base + offset, size, value });
        return value;
      },
      write: (offset, size, value) => {
        this.seen.push({ space, direction: 'write', address: base + offset, size, value });
      },
    };
  }

  // A script of single bytes may have to answer a wider access.
  #answer(size: AccessSize): number {
    let value = 0;
    for (let bytes = 0; bytes < size; ) {
      const next = this.#answers.shift();
      value += (next?.value ?? 0xff) * 2 ** (8 * bytes);
      bytes += next?.size ?? 1;
    }
    return value % 2 ** (8 * size);
  }
}

/** Whether an access goes to the scripted device. */
export function isScripted({ space, address }: BusAccess): boolean {
  const ranges = space === 'mmio' ? [SCRIPTED.mmio] : [SCRIPTED.lowPorts, SCRIPTED.ports];
  return ranges.some(({ base, length }) => address >= base && address < base + length);
}

/** The differences between two traces: the first place where they part, with a few lines around it. */
export function compareTraces(what: string, actual: readonly BusAccess[], expected: readonly BusAccess[]): string[] {
  const is = actual.map(formatAccess);
  const want = expected.map(formatAccess);
  const at = Array.from({ length: Math.max(is.length, want.length) }, (_, i) => i).find((i) => is[i] !== want[i]);
  if (at === undefined) return [];
  const context = want.slice(Math.max(0, at - 2), at).map((line) => `      ${line}`);
  const tail = (lines: string[]): string => lines.slice(at, at + 4).join(', ') || 'nothing more';
  return [
    [`${what} part at access ${at} of ${want.length}:`, ...context, `    - ${tail(want)}`, `    + ${tail(is)}`].join(
      '\n',
    ),
  ];
}
