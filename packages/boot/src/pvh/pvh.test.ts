import { describe, expect, it } from 'vitest';
import { pvhBoot } from '../index.ts';
import { MEMORY, PROBE, probe, textAt } from '../machine.test-util.ts';
import { words } from '../plan/words.ts';
import { elfImage, elfNote } from '../test-images.test-util.ts';

const memory = MEMORY;
const MIB = 2 ** 20;

function kernel(bits: 32 | 64, note: Uint8Array): Uint8Array {
  const segments = [
    { physical: MIB, bytes: PROBE },
    { physical: 0, bytes: Uint8Array.from([...elfNote('GNU', 3, new Uint8Array(20)), ...note]), type: 4 },
  ];
  return elfImage({ bits, entry: MIB + 3, segments });
}

describe('a PVH kernel', () => {
  it.each([
    [32, words(MIB)],
    [64, words(MIB, 0)],
  ] as const)('of %i bits begins in protected mode at the entry of its note', async (bits, data) => {
    const modules = [{ bytes: Uint8Array.of(5), text: 'initrd' }];
    const plan = pvhBoot(kernel(bits, elfNote('Xen', 18, data)), { memory, commandLine: 'console=ttyS0', modules });
    const { vm, seen } = await probe(plan);
    const at = (offset: number): number => vm.memory.readU32(seen.ebx + offset);
    expect([at(0), at(4), at(8), at(12)]).toEqual([0x336ec578, 1, 0, 1]);
    expect(textAt(vm, at(24))).toBe('console=ttyS0');
    const list = at(16);
    expect(vm.memory.readU64(list + 8)).toBe(1n);
    expect(vm.memory.readU8(vm.memory.readU32(list))).toBe(5);
    expect(textAt(vm, vm.memory.readU32(list + 16))).toBe('initrd');
    expect(at(48)).toBe(memory.e820.length);
    const map = memory.e820.map((_, n) => ({
      base: Number(vm.memory.readU64(at(40) + 24 * n)),
      length: Number(vm.memory.readU64(at(40) + 24 * n + 8)),
      type: vm.memory.readU32(at(40) + 24 * n + 16),
    }));
    expect(map).toEqual(memory.e820);
  });

  it('is refused without that note', () => {
    expect(() => pvhBoot(kernel(32, elfNote('Linux', 18, words(MIB))), { memory })).toThrow('it has no PVH entry');
    expect(() => pvhBoot(kernel(32, elfNote('Xen', 18, Uint8Array.of(1))), { memory })).toThrow('it has no PVH entry');
    const damaged = elfNote('Xen', 18, words(MIB));
    damaged.set(words(0xfffffff0), 4);
    expect(() => pvhBoot(kernel(32, damaged), { memory })).toThrow('it has no PVH entry');
  });
});
