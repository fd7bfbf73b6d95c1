import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { detectImage, FLOPPY_SIZES, planBoot } from '../index.ts';
import { MEMORY, PROBE, probe } from '../machine.test-util.ts';
import { words } from '../plan/words.ts';
import { bzImage, elfImage, elfNote, multiboot2Header, multibootHeader } from '../test-images.test-util.ts';

const memory = MEMORY;
const MIB = 2 ** 20;
const withBytes = (size: number, ...parts: [at: number, bytes: number[]][]): Uint8Array => {
  const image = new Uint8Array(size);
  for (const [at, bytes] of parts) image.set(bytes, at);
  return image;
};
const SIGNATURE: [number, number[]] = [510, [0x55, 0xaa]];
const elf = (bytes: Uint8Array, bits: 32 | 64 = 32): Uint8Array =>
  elfImage({ bits, entry: MIB, segments: [{ physical: MIB, bytes }] });
const pvh = elfImage({
  entry: MIB,
  segments: [
    { physical: MIB, bytes: PROBE },
    { physical: 0, bytes: elfNote('Xen', 18, words(MIB)), type: 4 },
  ],
});

describe('detectImage', () => {
  it.each<[string, Uint8Array, string[]]>([
    ['a flat binary', PROBE, []],
    ['an ELF file', elf(PROBE), ['elf32']],
    ['an ELF file of 64 bits', elf(PROBE, 64), ['elf64']],
    ['a multiboot kernel', elf(multibootHeader(0)), ['multiboot', 'elf32']],
    ['a multiboot 2 kernel', elf(multiboot2Header()), ['multiboot2', 'elf32']],
    ['a multiboot kernel that is no ELF file', multibootHeader(0x10000, MIB, MIB, 0, 0, MIB), ['multiboot']],
    ['a PVH kernel', pvh, ['pvh', 'elf32']],
    ['a bzImage', bzImage({ code: PROBE }), ['linux']],
    ['a boot sector', withBytes(512, SIGNATURE), ['boot-sector']],
    ['a disk', withBytes(4096, SIGNATURE), ['disk']],
    ['a floppy', withBytes(1_474_560, SIGNATURE), ['floppy', 'disk']],
    ['a floppy that does not boot', new Uint8Array(1_474_560), ['floppy']],
    ['a CD', withBytes(40960, [32769, [...'CD001'].map((c) => c.charCodeAt(0))]), ['iso9660']],
    ['a BIOS', withBytes(0x20000, [0x1fff0, [0xea, 0x5b, 0xe0, 0, 0xf0]]), ['firmware']],
    ['a ROM that first empties its cache', withBytes(0x10000, [0xfff0, [0x0f, 0x09, 0xe9, 0, 0]]), ['firmware']],
    ['a ROM that first turns interrupts off', withBytes(0x10000, [0xfff0, [0xfa, 0xfc, 0xe9, 0, 0]]), ['firmware']],
    ['a compressed file', Uint8Array.from(gzipSync('text')), ['gzip']],
    ['nothing', new Uint8Array(0), []],
  ])('knows %s', (_, image, kinds) => {
    expect(detectImage(image)).toEqual(kinds);
  });

  it('needs no more than the beginning of a disk', () => {
    expect(detectImage(withBytes(512, SIGNATURE), 10 * MIB)).toEqual(['disk']);
    for (const size of FLOPPY_SIZES) expect(detectImage(new Uint8Array(65536), size)).toEqual(['floppy']);
  });

  it('takes anything', () => {
    for (const no of [undefined, null, 5, {}]) expect(detectImage(no as never)).toEqual([]);
  });
});

describe('planBoot', () => {
  it.each<[string, Uint8Array]>([
    ['elf', elf(PROBE)],
    ['multiboot', elf(Uint8Array.from([...multibootHeader(0), ...PROBE]))],
    ['multiboot2', elf(Uint8Array.from([...multiboot2Header(), ...PROBE]))],
    ['pvh', pvh],
    ['linux-32', bzImage({ code: PROBE })],
    ['boot-sector', withBytes(512, SIGNATURE)],
  ])('starts by %s what looks so, also compressed', async (protocol, image) => {
    expect((await planBoot(image, { memory })).protocol).toBe(protocol);
    expect((await planBoot(Uint8Array.from(gzipSync(image)), { memory })).protocol).toBe(protocol);
  });

  it('gives kernels what is for them', async () => {
    const modules = [{ bytes: Uint8Array.of(1) }];
    const plan = await planBoot(bzImage({ code: PROBE }), { memory, commandLine: 'a', modules, entry: '32-bit' });
    expect(plan.segments.map(({ name }) => name)).toEqual([
      'kernel',
      'initrd',
      'command line',
      'boot parameters',
      'GDT',
    ]);
    expect((await probe(plan)).seen.cs).toBe(0x10);
  });

  it('refuses what it cannot start, or does not take what is given', async () => {
    await expect(planBoot(PROBE, { memory, name: 'x.bin' })).rejects.toThrow(
      'x.bin is nothing that is known: flatBoot() starts',
    );
    await expect(planBoot(withBytes(4096, SIGNATURE), { memory })).rejects.toThrow('the image is of the kind disk');
    await expect(planBoot(elf(PROBE), { memory, commandLine: 'x' })).rejects.toThrow('(elf32) takes no command line');
    const twice = Uint8Array.from(gzipSync(gzipSync(PROBE)));
    await expect(planBoot(twice, { memory })).rejects.toThrow('compressed more than once');
    const modules = [{ bytes: PROBE }, { bytes: PROBE }];
    await expect(planBoot(bzImage({ code: PROBE }), { memory, modules })).rejects.toThrow('Linux takes one module');
    await expect(planBoot(PROBE, { memroy: memory } as never)).rejects.toThrow('did you mean memory?');
  });
});
