import { describe, expect, it } from 'vitest';
import { elfBoot } from '../index.ts';
import { MEMORY, PROBE, probe, segment, started } from '../machine.test-util.ts';
import { elfImage } from '../test-images.test-util.ts';

const memory = MEMORY;
const MIB = 2 ** 20;
const kernel = (bits: 32 | 64 = 32): Uint8Array =>
  elfImage({
    bits,
    entry: 0xc0100000,
    segments: [
      { virtual: 0xc0100000, physical: MIB, bytes: PROBE },
      { virtual: 0xc0200000, physical: 2 * MIB, bytes: Uint8Array.of(1, 2, 3), memorySize: 0x30000 },
    ],
  });

describe('an ELF file', () => {
  it('is loaded at its physical addresses, and begins at its entry', async () => {
    const plan = elfBoot(kernel(), { memory });
    expect(plan.cpu).toMatchObject({ mode: 'protected', entry: MIB });
    const vm = started(plan);
    vm.memory.write(2 * MIB + 3, Uint8Array.of(9, 9));
    const { seen } = await probe(plan);
    expect(seen).toMatchObject({ eax: 0, ebx: 0, cs: 8, ds: 0x10 });
  });

  it('has zeros where the file has nothing, also in memory that was used', () => {
    const plan = elfBoot(kernel(), { memory });
    const vm = started({
      ...plan,
      segments: [{ name: 'old', address: 2 * MIB, bytes: new Uint8Array(0x40000).fill(7) }, ...plan.segments],
    });
    expect(vm.memory.read(2 * MIB, 5)).toEqual(Uint8Array.of(1, 2, 3, 0, 0));
    expect([vm.memory.readU8(2 * MIB + 0x2ffff), vm.memory.readU8(2 * MIB + 0x30000)]).toEqual([0, 7]);
  });

  it('of 64 bits begins in long mode, mapped one to one, which the interpreter lacks', () => {
    const plan = elfBoot(kernel(64), { memory });
    expect(plan.cpu).toMatchObject({ mode: 'long', entry: BigInt(MIB), codeSelector: 8, dataSelector: 0x10 });
    expect(plan.cpu).toMatchObject({ pageTables: { mappings: [{ linear: 0n, physical: 0, length: 2 ** 32 }] } });
    expect(segment(plan, 'GDT').view.getBigUint64(8, true)).toBe(0xaf9b000000ffffn);
    expect(() => started(plan)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED' }));
  });

  it('may have a physical entry', () => {
    const image = elfImage({ entry: MIB + 4, segments: [{ virtual: 0xc0000000, physical: MIB, bytes: PROBE }] });
    expect(elfBoot(image, { memory }).cpu).toMatchObject({ entry: MIB + 4 });
  });

  it.each<[string, (view: DataView) => void, string]>([
    ['another machine', (view) => view.setUint16(18, 40, true), 'it is for machine 40: build it for i386 (3)'],
    ['big-endian', (view) => view.setUint8(5, 2), 'not a little-endian ELF file'],
    ['an object file', (view) => view.setUint16(16, 1, true), 'link it: only executables'],
    ['no segments', (view) => view.setUint16(44, 0, true), 'it has nothing to load'],
    ['too many headers', (view) => view.setUint16(44, 60000, true), 'it has 60000 program headers'],
    [
      'headers behind the file',
      (view) => view.setUint32(28, 0xfffffff0, true),
      'program header 0 (4 bytes at offset 0xfffffff0)',
    ],
    ['data behind the file', (view) => view.setUint32(52 + 16, 0x7fffffff, true), 'what program header 0 loads'],
    [
      'more in the file than in memory',
      (view) => view.setUint32(52 + 20, 1, true),
      'more bytes in the file than in memory',
    ],
    [
      'more than there is memory',
      (view) => view.setUint32(52 + 20, 0xfff00000, true),
      'where the machine has no RAM for it',
    ],
    ['segments that overlap', (view) => view.setUint32(84 + 12, MIB, true), 'where another part of it lies'],
    [
      'an entry elsewhere',
      (view) => view.setUint32(24, 0x500000, true),
      'its entry 0x500000 lies in nothing that is loaded',
    ],
  ])('is refused with %s', (_, damage, message) => {
    const image = kernel();
    damage(new DataView(image.buffer));
    expect(() => elfBoot(image, { memory, name: 'a.elf' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
    expect(() => elfBoot(image, { memory, name: 'a.elf' })).toThrow('a.elf: ');
  });
});
