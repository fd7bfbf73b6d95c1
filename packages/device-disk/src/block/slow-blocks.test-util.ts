import type { BlockBackend } from './block-backend.ts';
import { memoryBlocks } from './memory-blocks.ts';

/** An asynchronous backend that does what it was asked for when a test lets it. */
export interface SlowBlocks extends BlockBackend {
  readonly bytes: Uint8Array;
  /** What was asked for and not yet done, such as `read 512+1024`. */
  readonly asked: readonly string[];
  /** Does the first of it. @param error fails with it instead */
  settle(error?: Error): Promise<void>;
  /** Does everything, and what is asked for meanwhile. */
  settleAll(): Promise<void>;
}

interface Request {
  readonly what: string;
  readonly act: () => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export function slowBlocks(content: Uint8Array | number): SlowBlocks {
  const inner = memoryBlocks(content);
  const requests: Request[] = [];
  const ask = (what: string, act: () => void): Promise<void> =>
    new Promise((resolve, reject) => void requests.push({ what, act, resolve, reject }));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    bytes: inner.bytes,
    size: inner.size,
    readonly: false,
    get asked() {
      return requests.map(({ what }) => what);
    },
    read: (offset, out) => ask(`read ${offset}+${out.length}`, () => inner.read(offset, out)),
    write: (offset, data) => ask(`write ${offset}+${data.length}`, () => inner.write(offset, data)),
    flush: () => ask('flush', () => {}),
    async settle(error) {
      const request = requests.shift();
      if (request === undefined) throw new Error('nothing was asked for');
      if (error !== undefined) request.reject(error);
      else {
        request.act();
        request.resolve();
      }
      await turn();
    },
    async settleAll() {
      while (requests.length > 0) await this.settle();
    },
  };
}

/** Bytes that tell where they are. */
export function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 9) * 31 + seed) & 0xff);
}
