import type { PortHandler } from '@picovm/core';
import { Chime, CONTROL, DATA, PERIOD } from '../chime.test-util.ts';
import { type BrokenDevice, type BrokenDevices, broken } from './broken-chime.test-util.ts';

/** A chime that answers reads of its period with something else. */
function answering(fault: string, answer: () => unknown): BrokenDevice {
  return broken(
    fault,
    class extends Chime {
      protected override read(offset: number): number {
        return offset === PERIOD ? (answer() as number) : super.read(offset);
      }
    },
  );
}

/** Chimes that answer wrongly, or grow. */
export const BROKEN_ACCESSES: BrokenDevices = {
  'answers every offset and width with an integer': [
    answering('answers with undefined', () => undefined),
    answering('answers with NaN', () => Number.NaN),
    answering('answers with -1', () => -1),
    answering('answers with a fraction', () => 0.5),
    answering('answers with 2^32', () => 2 ** 32),
    answering('answers with a promise', () => Promise.resolve(1)),
    answering('answers with a promise that rejects', () => Promise.reject(new Error('late'))),
    broken(
      'has no answer for its last port',
      class extends Chime {
        protected override read(offset: number): number {
          return [this.control, this.status, this.period][offset];
        }
      },
    ),
  ],
  'moves blocks as it moves single elements': [
    broken(
      'repeats the first byte of a block',
      class extends Chime {
        protected override handler(): PortHandler {
          return { ...super.handler(), readBlock: (offset, _size, out) => void out.fill(this.read(offset)) };
        }
      },
    ),
    broken(
      'takes a block and forgets its last byte',
      class extends Chime {
        protected override handler(): PortHandler {
          const writeBlock = (offset: number, _size: number, data: Uint8Array): void => {
            for (const byte of data.subarray(0, -1)) this.write(offset, byte);
          };
          return { ...super.handler(), writeBlock };
        }
      },
    ),
    broken(
      'answers a block with a promise',
      class extends Chime {
        protected override handler(): PortHandler {
          return { ...super.handler(), readBlock: async (_offset, _size, out) => void out.fill(0) };
        }
      },
    ),
  ],
  'survives random accesses': [
    broken(
      'throws at a value that it does not know',
      class extends Chime {
        protected override write(offset: number, value: number): void {
          if (offset === CONTROL && value === 0x80) throw new RangeError('no such command');
          super.write(offset, value);
        }
      },
    ),
    broken(
      'throws when its queue is full',
      class extends Chime {
        protected override send(byte: number): void {
          if (this.queue.length === 8) throw new Error('overrun');
          super.send(byte);
        }
      },
    ),
    broken(
      'answers with NaN once its queue was full',
      class extends Chime {
        #full = false;
        protected override read(offset: number): number {
          this.#full ||= this.queue.length === 8;
          return this.#full && offset === DATA ? Number.NaN : super.read(offset);
        }
      },
    ),
    broken(
      'writes with an async function',
      class extends Chime {
        protected override handler(): PortHandler {
          return { ...super.handler(), write: async (offset, _size, value) => this.write(offset, value) };
        }
      },
    ),
  ],
  'does not grow without bound': [
    broken(
      'keeps every byte that was written to one port',
      class extends Chime {
        readonly #kept: number[] = [];
        protected override send(byte: number): void {
          this.#kept.push(byte);
          super.send(byte);
        }
      },
    ),
    broken(
      'keeps a small array for each read of one port',
      class extends Chime {
        readonly #kept: Uint8Array[] = [];
        protected override read(offset: number): number {
          if (offset === PERIOD) this.#kept.push(new Uint8Array(2));
          return super.read(offset);
        }
      },
    ),
    broken(
      'sets an alarm for the far future at each write',
      class extends Chime {
        protected override setPeriod(microseconds: number): void {
          super.setPeriod(microseconds);
          this.clock?.alarm(this.now() + 1e15, () => {});
        }
      },
    ),
  ],
};
