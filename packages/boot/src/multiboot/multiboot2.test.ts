import { describe, expect, it } from 'vitest';
import { type BootPlan, multiboot2Boot, pcMemoryMap } from '../index.ts';
import { MEMORY, PROBE, probe, segment } from '../machine.test-util.ts';
import { elfImage, type HeaderTag, multiboot2Header } from '../test-images.test-util.ts';

const memory = MEMORY;
const MIB = 2 ** 20;
type Tags = HeaderTag[];

function elfKernel(tags: Tags, sections: Parameters<typeof elfImage>[0]['sections'] = []): Uint8Array {
  const header = multiboot2Header(...tags);
  const bytes = Uint8Array.from([...header, ...PROBE]);
  return elfImage({ entry: MIB + header.length, segments: [{ physical: MIB, bytes }], sections });
}

/** The tags of the boot information: type to the bytes behind type and size. */
function tagsOf(plan: BootPlan): Map<number, DataView[]> {
  const { view } = segment(plan, 'multiboot 2 information');
  const tags = new Map<number, DataView[]>();
  const total = view.getUint32(0, true);
  expect(total).toBe(view.byteLength);
  let at = 8;
  for (let type = -1; type !== 0; ) {
    type = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    tags.set(type, [...(tags.get(type) ?? []), new DataView(view.buffer, view.byteOffset + at + 8, size - 8)]);
    at += Math.ceil(size / 8) * 8;
  }
  expect(at).toBe(total);
  return tags;
}

const text = (view: DataView, from = 0): string =>
  new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + from, view.byteLength - from));

describe('a multiboot 2 kernel', () => {
  it('finds the magic in EAX and the information in EBX', async () => {
    const modules = [{ bytes: Uint8Array.of(7, 8), text: 'mod' }];
    const sections = [{ type: 3, bytes: Uint8Array.of(0, 65, 0) }];
    const plan = multiboot2Boot(elfKernel([[1, 0, 1, 3, 4, 6, 9]], sections), { memory, commandLine: 'x=1', modules });
    const { vm, seen } = await probe(plan);
    expect(seen).toMatchObject({ eax: 0x36d76289, ebx: segment(plan, 'multiboot 2 information').address, cs: 8 });
    expect(seen.ebx % 8).toBe(0);
    const tags = tagsOf(plan);
    expect([...tags.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 6, 8, 9]);
    const only = (type: number): DataView => tags.get(type)?.[0] as DataView;
    expect([text(only(1)), text(only(2))]).toEqual(['x=1\0', 'Picovm\0']);
    expect([only(4).getUint32(0, true), only(4).getUint32(4, true)]).toEqual([639, 7 * 1024]);
    const module = only(3);
    expect(text(module, 8)).toBe('mod\0');
    expect(vm.memory.read(module.getUint32(0, true), 2)).toEqual(modules[0].bytes);
    expect(module.getUint32(4, true) - module.getUint32(0, true)).toBe(2);
    const map = only(6);
    expect([map.getUint32(0, true), map.byteLength]).toEqual([24, 8 + 24 * memory.e820.length]);
    expect(map.getBigUint64(8 + 24 * 3, true)).toBe(BigInt(MIB));
    expect([only(8).getUint32(0, true), only(8).getUint8(21)]).toEqual([0xb8000, 2]);
    // Section 1's header, as patched.
    const address = only(9).getUint32(12 + 40 + 12, true);
    expect(vm.memory.read(address, 3)).toEqual(sections[0].bytes);
  });

  it('may have address and entry tags instead of ELF headers', async () => {
    const tags: Tags = [
      [2, 0, MIB, MIB, 0, MIB + 0x1000],
      [3, 0, MIB + 16 + 24 + 16 + 8],
    ];
    const header = multiboot2Header(...tags);
    const plan = multiboot2Boot(Uint8Array.from([...header, ...PROBE]), { memory });
    expect((await probe(plan)).seen.eax).toBe(0x36d76289);
  });

  it('is moved if it may be, and is told where it is', async () => {
    const relocatable: HeaderTag = [10, 0, 2 * MIB, 0xffffffff, 0x1000, 0];
    const plan = multiboot2Boot(elfKernel([relocatable]), { memory });
    expect(segment(plan, 'segment 0').address).toBe(2 * MIB);
    expect(plan.cpu).toMatchObject({ entry: 2 * MIB + 16 + 24 + 8 });
    expect(tagsOf(plan).get(21)?.[0].getUint32(0, true)).toBe(2 * MIB);
    expect((await probe(plan)).seen.eax).toBe(0x36d76289);
    const high = multiboot2Boot(elfKernel([[10, 0, 2 * MIB, 6 * MIB - 1, 0x1000, 2]]), { memory });
    expect(segment(high, 'segment 0').address).toBe(6 * MIB - 0x1000);
  });

  it('stays where it was linked if it can', () => {
    const plan = multiboot2Boot(elfKernel([[10, 0, 0, 0xffffffff, 0x1000, 2]]), { memory });
    expect(segment(plan, 'segment 0').address).toBe(MIB);
  });

  it('gets no tags for what the machine has not', () => {
    const plan = multiboot2Boot(elfKernel([]), { memory, textScreen: false });
    expect([...tagsOf(plan).keys()]).toEqual([1, 2, 4, 6, 0]);
  });

  it.each<[string, Tags, string]>([
    ['required information that is not given', [[1, 0, 14]], 'it requires boot information of type 0xe'],
    ['a required tag that nobody knows', [[77, 0]], 'requires the unknown tag 77'],
    ['EFI boot services', [[7, 0]], 'it requires EFI boot services'],
    ['a tag that is too short', [[2, 0, MIB]], 'its header tag 2 has only 12 bytes'],
    ['an odd alignment', [[10, 0, 0, MIB, 3, 0]], 'asks for an alignment of 3'],
    ['no room to move', [[10, 0, 0, 0x10, 0x1000, 0]], 'no room for its'],
  ])('is refused with %s', (_, tags, message) => {
    expect(() => multiboot2Boot(elfKernel(tags), { memory })).toThrow(message);
  });

  it('may ask for more, if it can do without', () => {
    expect(
      multiboot2Boot(
        elfKernel([
          [1, 1, 14],
          [77, 1],
          [7, 1],
          [6, 0],
          [4, 0, 3],
          [5, 0, 640, 480, 32],
        ]),
        { memory },
      ).protocol,
    ).toBe('multiboot2');
  });

  it('is refused without a header, or with a damaged one', () => {
    expect(() => multiboot2Boot(PROBE, { memory })).toThrow('no multiboot 2 header');
    const image = multiboot2Header([2, 0, MIB, MIB, 0, 0]);
    new DataView(image.buffer).setUint32(20, 4, true);
    expect(() => multiboot2Boot(image, { memory: pcMemoryMap(2 * MIB) })).toThrow('header tag 2 has 4 bytes');
  });
});
