import type { AccessSize } from '@picovm/core';
import { checkEqual } from '../../check.ts';
import { type Bench, offsetsOf } from '../bench.ts';
import type { DeviceCase } from '../device-case.ts';

const SIZES: readonly AccessSize[] = [1, 2, 4];
/** Of ranges with more addresses than that, samples are read. */
const EVERY = 65_536;
const RANDOM_ACCESSES = 20_000;
const BLOCK_COUNT = 5;

/** Reads everything in every way. */
export const readsCase: DeviceCase = {
  name: 'answers every offset and width with an integer',
  run(subject) {
    const bench = subject.bench().strictly();
    readEverything(bench, EVERY);
    bench.stir(subject.random(), 500);
    readEverything(bench);
  },
};

function readEverything(bench: Bench, whole?: number): void {
  for (const { space, base, length } of bench.targets) {
    // Those before the range reach into it.
    const before = [-3, -2, -1].filter((offset) => base + offset >= 0);
    for (const offset of [...before, ...offsetsOf(length, whole)]) {
      for (const size of SIZES) bench.act({ kind: 'read', space, address: base + offset, size });
      if (space === 'mmio') bench.act({ kind: 'read64', address: base + offset });
    }
  }
}

/** A long run of everything that a guest can do. */
export const randomCase: DeviceCase = {
  name: 'survives random accesses',
  run(subject) {
    for (const straddle of [true, false]) {
      const random = subject.random(straddle ? 1 : 2);
      try {
        subject
          .bench()
          .strictly()
          .stir(random, RANDOM_ACCESSES / 2, { straddle });
      } catch (cause) {
        throw new Error(`${(cause as Error).message} (random accesses, seed ${subject.seed})`, { cause });
      }
    }
  },
};

/** `rep ins` and `rep outs` beside the same accesses one by one. */
export const blocksCase: DeviceCase = {
  name: 'moves blocks as it moves single elements',
  appliesTo: ({ manifest }) => manifest === undefined || manifest.ranges.some(({ space }) => space === 'port'),
  run(subject, skip) {
    const [whole, single] = [subject.bench(), subject.bench()];
    const ports = whole.targets.filter(({ space }) => space === 'port');
    if (ports.length === 0) return skip('it claims no ports: string instructions do not reach it');
    const random = subject.random(3);
    for (const bench of [whole, single]) bench.stir(subject.random(4), 200);
    for (const { base, length } of ports) {
      for (const offset of offsetsOf(Math.min(length, 256))) {
        for (const size of SIZES) {
          const address = base + offset;
          const data = Uint8Array.from({ length: size * BLOCK_COUNT }, () => random.below(256));
          checkBlocks(whole, single, address, size, data);
        }
      }
    }
    checkEqual(whole.snapshot(), single.snapshot(), 'the state after blocks, beside that after single accesses');
  },
};

function checkBlocks(whole: Bench, single: Bench, address: number, size: AccessSize, data: Uint8Array): void {
  whole.act({ kind: 'writeBlock', address, size, data });
  for (let i = 0; i < data.length; i += size) {
    single.act({ kind: 'write', space: 'port', address, size, value: fromBytes(data.subarray(i, i + size)) });
  }
  const block = whole.act({ kind: 'readBlock', address, size, count: BLOCK_COUNT }) as Uint8Array;
  const elements = Array.from({ length: BLOCK_COUNT }, () => {
    return single.act({ kind: 'read', space: 'port', address, size }) as number;
  });
  const what = `${BLOCK_COUNT} elements of ${size} at port 0x${address.toString(16)}, read as a block after a block was written`;
  const read = elements.map((_, i) => fromBytes(block.subarray(i * size, (i + 1) * size)));
  checkEqual(read, elements, `${what}, beside the same one by one`);
}

function fromBytes(bytes: Uint8Array): number {
  return bytes.reduce((value, byte, i) => value + byte * 2 ** (8 * i), 0);
}
