import { gzipSync } from 'node:zlib';
import { isVmError } from '@picovm/core';
import { Random } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { content } from './compression/content.test-util.ts';
import { FIXTURES } from './compression/fixtures.test-util.ts';
import type { BootPlan } from './index.ts';
import * as loaders from './index.ts';
import { MEMORY, PROBE } from './machine.test-util.ts';
import { words } from './plan/words.ts';
import { bzImage, elfImage, elfNote, multiboot2Header, multibootHeader } from './test-images.test-util.ts';

const memory = MEMORY;
const MIB = 2 ** 20;
const SEED = Number(process.env.PICOVM_SEED ?? 6);
const ROUNDS = Number(process.env.PICOVM_FUZZ_ROUNDS ?? 400);
const RAM = 8 * MIB;

const bytes = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const elf = (bits: 32 | 64, head: Uint8Array): Uint8Array =>
  elfImage({
    bits,
    entry: MIB,
    segments: [
      { physical: MIB, bytes: joined(head, PROBE), memorySize: 0x5000 },
      { physical: 2 * MIB, bytes: PROBE },
      { physical: 0, bytes: elfNote('Xen', 18, words(MIB)), type: 4 },
    ],
    sections: [{ type: 2, bytes: new Uint8Array(64) }],
  });
const packed = Uint8Array.from(gzipSync(elf(32, PROBE)));
const xz = bytes(FIXTURES['xz with the x86 filter']);

const IMAGES: readonly (readonly [string, Uint8Array])[] = [
  ['ELF32', elf(32, PROBE)],
  ['ELF64', elf(64, PROBE)],
  ['multiboot', elf(32, multibootHeader(3))],
  ['multiboot with addresses', joined(multibootHeader(0x10003, MIB, MIB, 0, MIB + 0x1000, MIB), PROBE)],
  ['multiboot 2', elf(32, multiboot2Header([1, 0, 1, 3], [10, 0, MIB, 0xffffffff, 4096, 1]))],
  ['multiboot 2 with addresses', joined(multiboot2Header([2, 0, MIB, MIB, 0, 0], [3, 0, MIB]), PROBE)],
  ['bzImage of gzip', bzImage({ code: packed, payload: [0, packed.length] })],
  ['bzImage of xz', bzImage({ code: xz, payload: [0, xz.length] })],
  ...Object.entries(FIXTURES).map(([name, text]) => [name, bytes(text)] as const),
  ['gzip', Uint8Array.from(gzipSync(content(6000)))],
  ['ROM', joined(new Uint8Array(0xfff0), Uint8Array.of(0xea, 0, 0, 0, 0xf0), new Uint8Array(11))],
];

const modules = [{ bytes: Uint8Array.of(1), text: 'm' }];
const ENTRIES = ['auto', 'direct', '32-bit', '16-bit'] as const;
const LOADERS: readonly ((image: Uint8Array) => unknown)[] = [
  (image) => loaders.elfBoot(image, { memory }),
  (image) => loaders.multibootBoot(image, { memory, modules, commandLine: 'x' }),
  (image) => loaders.multiboot2Boot(image, { memory, modules, commandLine: 'x' }),
  (image) => loaders.pvhBoot(image, { memory, modules, commandLine: 'x' }),
  (image) => loaders.bootSector(image, { memory }),
  (image) => loaders.firmwareBoot(image, { memory }),
  ...ENTRIES.map(
    (entry) => (image: Uint8Array) => loaders.linuxBoot(image, { memory, entry, initrd: PROBE, maximum: MIB }),
  ),
  (image) => loaders.planBoot(image, { memory, maximum: MIB }),
  (image) => loaders.decompress(image, { maximum: MIB }),
];

/** Changes a few bytes and words, mostly of the headers, and sometimes the length. */
function mutated(image: Uint8Array, below: (n: number) => number): Uint8Array {
  const copy = image.slice();
  const view = new DataView(copy.buffer);
  const interesting = [0, 1, 0x7f, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, copy.length, MIB, 0xfff];
  for (let n = 1 + below(6); n > 0; n--) {
    const header = [64, 0x280, 0x1100, copy.length][below(4)];
    const at = below(Math.min(header, copy.length - 8));
    const kind = below(4);
    if (kind === 0) copy[at] = below(256);
    else if (kind === 1) copy[at] ^= 1 << below(8);
    else if (kind === 2) view.setUint32(at & ~3, interesting[below(interesting.length)], true);
    else view.setUint16(at & ~1, interesting[below(interesting.length)], true);
  }
  return below(5) === 0 ? copy.subarray(0, 1 + below(copy.length)) : copy;
}

function checkPlan(plan: BootPlan): void {
  const size = plan.segments.reduce((sum, each) => sum + Math.max(each.size ?? 0, each.bytes.length), 0);
  expect(size).toBeLessThanOrEqual(RAM);
  for (const {
    address,
    bytes: { length },
    size: most = length,
  } of plan.segments) {
    expect(address).toBeGreaterThanOrEqual(0);
    expect(address + most).toBeLessThanOrEqual(RAM);
  }
}

describe(`images at random (PICOVM_SEED=${SEED})`, () => {
  it.each(IMAGES)('%s: a plan that fits, or a clear error, soon', async (_, image) => {
    const random = new Random(SEED);
    const below = (end: number): number => random.below(end);
    for (let round = 0; round < ROUNDS; round++) {
      const hostile = mutated(image, below);
      loaders.detectImage(hostile);
      for (const load of LOADERS) {
        const begin = performance.now();
        try {
          const result = await load(hostile);
          if (result instanceof Uint8Array) expect(result.length).toBeLessThanOrEqual(MIB);
          else checkPlan(result as BootPlan);
        } catch (error) {
          if (!isVmError(error) || error.code !== 'ERR_INVALID_ARGUMENT') throw error;
        }
        expect(performance.now() - begin).toBeLessThan(10_000);
      }
    }
  });
});
