import { describe, expect, it } from 'vitest';
import { multibootBoot } from '../index.ts';
import { MEMORY, PROBE, probe, segment, started, textAt } from '../machine.test-util.ts';
import { elfImage, multibootHeader } from '../test-images.test-util.ts';

const memory = MEMORY;
const MIB = 2 ** 20;

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The header, then the code. */
function elfKernel(header = multibootHeader(3), sections: Parameters<typeof elfImage>[0]['sections'] = []): Uint8Array {
  return elfImage({
    entry: MIB + header.length,
    segments: [{ physical: MIB, bytes: joined(header, PROBE) }],
    sections,
  });
}

describe('a multiboot kernel', () => {
  it('finds the magic in EAX and the information in EBX', async () => {
    const plan = multibootBoot(elfKernel(), { memory, commandLine: 'quiet root=/dev/ram' });
    const { vm, seen } = await probe(plan);
    expect(seen).toMatchObject({
      eax: 0x2badb002,
      ebx: segment(plan, 'multiboot information').address,
      cs: 8,
      ds: 0x10,
    });
    const info = (at: number): number => vm.memory.readU32(seen.ebx + at);
    // Memory, command line, modules, memory map, loader's name, framebuffer.
    expect(info(0)).toBe(1 | 4 | 8 | 64 | 512 | 4096);
    expect([info(4), info(8)]).toEqual([639, 7 * 1024]);
    expect(textAt(vm, info(16))).toBe('quiet root=/dev/ram');
    expect(textAt(vm, info(64))).toBe('Picovm');
    expect([info(20), info(24)]).toEqual([0, 0]);
    // The text screen: address, pitch, width, height, 16 bits, type 2.
    expect([info(88), info(92), info(96), info(100), info(104)]).toEqual([0xb8000, 0, 160, 80, 25]);
    expect(vm.memory.readU16(seen.ebx + 108)).toBe(16 | (2 << 8));
  });

  it('finds the memory map', () => {
    const plan = multibootBoot(elfKernel(), { memory });
    const info = segment(plan, 'multiboot information').view;
    const { address, view } = segment(plan, 'memory map');
    expect([info.getUint32(44, true), info.getUint32(48, true)]).toEqual([memory.e820.length * 24, address]);
    const entries = memory.e820.map((_, n) => ({
      size: view.getUint32(24 * n, true),
      base: Number(view.getBigUint64(24 * n + 4, true)),
      length: Number(view.getBigUint64(24 * n + 12, true)),
      type: view.getUint32(24 * n + 20, true),
    }));
    expect(entries).toEqual(memory.e820.map((entry) => ({ size: 20, ...entry })));
  });

  it('finds its modules on pages above it, with their texts', async () => {
    const modules = [{ bytes: Uint8Array.of(1, 2, 3), text: 'first.mod -x' }, { bytes: new Uint8Array(5000).fill(4) }];
    const { vm, seen } = await probe(multibootBoot(elfKernel(), { memory, modules }));
    expect(vm.memory.readU32(seen.ebx + 20)).toBe(2);
    const list = vm.memory.readU32(seen.ebx + 24);
    const [start, end, text, reserved] = [0, 4, 8, 12].map((at) => vm.memory.readU32(list + at));
    expect([start % 4096, end - start, reserved]).toEqual([0, 3, 0]);
    expect(start).toBeGreaterThan(MIB);
    expect(vm.memory.read(start, 3)).toEqual(modules[0].bytes);
    expect(textAt(vm, text)).toBe('first.mod -x');
    const [second, secondEnd] = [16, 20].map((at) => vm.memory.readU32(list + at));
    expect([second % 4096, secondEnd - second]).toEqual([0, 5000]);
    expect(vm.memory.read(second, 5000)).toEqual(modules[1].bytes);
  });

  it('may have address fields instead of ELF headers', async () => {
    // 16 bytes of something else, then the header at 100010; code behind it; 4 KiB of bss.
    const header = multibootHeader(0x10003, MIB + 0x10, MIB, 0, MIB + 0x2000, MIB + 0x10 + 32);
    const image = joined(new Uint8Array(16), header, PROBE);
    const plan = multibootBoot(image, { memory });
    expect(segment(plan, 'kernel')).toMatchObject({ address: MIB, size: 0x2000 });
    expect((await probe(plan)).seen.eax).toBe(0x2badb002);
  });

  it('loads only as far as the address fields say', () => {
    const header = multibootHeader(0x10003, MIB, MIB, MIB + 64, 0, MIB);
    const plan = multibootBoot(joined(new Uint8Array(100), header, new Uint8Array(100)), { memory });
    const { bytes } = segment(plan, 'kernel');
    expect([bytes.length, bytes[0]]).toEqual([64, 0x02]);
  });

  it('finds the ELF sections that no segment has, at the addresses that the headers then tell', () => {
    const symbols = new Uint8Array(40).fill(0x53);
    const plan = multibootBoot(elfKernel(multibootHeader(3), [{ type: 2, bytes: symbols }]), { memory });
    const vm = started(plan);
    const info = segment(plan, 'multiboot information').view;
    expect(info.getUint32(0, true) & 32).toBe(32);
    const [count, size, headers] = [28, 32, 36].map((at) => info.getUint32(at, true));
    expect([count, size]).toEqual([2, 40]);
    const address = vm.memory.readU32(headers + 40 + 12);
    expect(vm.memory.read(address, 40)).toEqual(symbols);
  });

  it.each([
    ['no header', new Uint8Array(9000), 'no multiboot header in its first 8 KiB'],
    ['a flag that nobody knows', elfKernel(multibootHeader(0x8003)), 'requires flags 0x8000'],
    ['addresses that contradict', multibootHeader(0x10000, MIB, 2 * MIB, 0, 0, MIB), 'these contradict one another'],
    ['an end behind the file', multibootHeader(0x10000, MIB, MIB, 2 * MIB, 0, MIB), 'what the multiboot header loads'],
    ['a truncated header', multibootHeader(0x10000, MIB), 'the address fields'],
  ])('is refused with %s', (_, image, message) => {
    expect(() => multibootBoot(image, { memory, name: 'k' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  });

  it('refuses what it is told wrongly', () => {
    const start = (options: object) => () => multibootBoot(elfKernel(), { memory, ...options });
    expect(start({ commandLine: 'a\0b' })).toThrow('a text without zeros');
    expect(start({ modules: [{ byte: 1 }] })).toThrow('module 0 has no field');
    expect(start({ modules: [{ bytes: new Uint8Array(16 * MIB) }] })).toThrow(
      'no room for the module 0 (16777216 bytes)',
    );
    expect(start({ memory: [{ base: 0, size: 65536 }] })).toThrow('give the VM more memory, or link the image');
  });
});
