import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type BootPlan, linuxBoot, pcMemoryMap } from '../index.ts';
import { MEMORY, PROBE, probe, segment, started, textAt } from '../machine.test-util.ts';
import { bzImage, elfImage } from '../test-images.test-util.ts';

const memory = MEMORY;
const MIB = 2 ** 20;
const vmlinux = elfImage({
  entry: 0xc0200000,
  segments: [{ virtual: 0xc0200000, physical: 2 * MIB, bytes: PROBE, memorySize: 0x8000 }],
});
const packed = Uint8Array.from(gzipSync(vmlinux));
/** The protected-mode part: the probe, then the kernel. */
const code = Uint8Array.from([...PROBE, ...packed]);
const payload = [PROBE.length, packed.length] as const;
const kernel = bzImage({ code, payload });
const initrd = new Uint8Array(5000).fill(0x30);
const address = (plan: BootPlan, name: string): number => segment(plan, name).address;

describe('the boot parameters', () => {
  it('have the setup header of the kernel, filled in, the memory map, and the screen', async () => {
    const plan = await linuxBoot(kernel, { memory, entry: '32-bit', commandLine: 'console=ttyS0', initrd });
    const { vm, seen } = await probe(plan);
    const at = (offset: number): number => seen.esi + offset;
    expect(vm.memory.readU32(at(0x202))).toBe(0x53726448);
    expect(vm.memory.readU16(at(0x206))).toBe(0x20f);
    expect(vm.memory.readU8(at(0x210))).toBe(0xff);
    expect(textAt(vm, vm.memory.readU32(at(0x228)))).toBe('console=ttyS0');
    const start = vm.memory.readU32(at(0x218));
    expect([vm.memory.readU32(at(0x21c)), start % 4096]).toEqual([5000, 0]);
    expect(vm.memory.read(start, 5000)).toEqual(initrd);
    expect(vm.memory.readU8(at(0x1e8))).toBe(memory.e820.length);
    const entries = memory.e820.map((_, n) => ({
      base: Number(vm.memory.readU64(at(0x2d0 + 20 * n))),
      length: Number(vm.memory.readU64(at(0x2d0 + 20 * n + 8))),
      type: vm.memory.readU32(at(0x2d0 + 20 * n + 16)),
    }));
    expect(entries).toEqual(memory.e820);
    // Mode 3, 80 columns; 25 lines, VGA; 7 MiB above 1 MiB.
    expect([vm.memory.readU16(at(6)), vm.memory.readU16(at(0xe))]).toEqual([3 | (80 << 8), 25 | (1 << 8)]);
    expect([vm.memory.readU32(at(0x1e0)), vm.memory.readU16(at(2))]).toEqual([7 * 1024, 7 * 1024]);
    // Nothing of the file but the header.
    expect(vm.memory.readU32(at(0x400))).toBe(0);
    expect(vm.memory.readU8(at(0x268))).toBe(0);
  });

  it('are complete for a kernel without a setup header', async () => {
    const plan = await linuxBoot(vmlinux, { memory });
    const { view } = segment(plan, 'boot parameters');
    expect([view.getUint32(0x202, true), view.getUint16(0x1fe, true)]).toEqual([0x53726448, 0xaa55]);
    expect((await probe(plan)).seen).toMatchObject({ esi: address(plan, 'boot parameters'), cs: 0x10, ds: 0x18 });
  });
});

describe('the direct entry', () => {
  it('is in the kernel that the host unpacked', async () => {
    const seen: number[] = [];
    const plan = await linuxBoot(kernel, { memory, initrd, onProgress: (bytes) => seen.push(bytes) });
    expect(plan).toMatchObject({ protocol: 'linux-direct', cpu: { mode: 'protected', entry: 2 * MIB } });
    expect(segment(plan, 'segment 0')).toMatchObject({ address: 2 * MIB, size: 0x8000 });
    expect((await probe(plan)).seen).toMatchObject({
      eax: 0,
      ebx: 0,
      esi: address(plan, 'boot parameters'),
      cs: 0x10,
      ds: 0x18,
    });
    expect(seen.at(-1)).toBe(vmlinux.length);
  });

  it('is also in a payload that is not compressed', async () => {
    const plain = bzImage({ code: vmlinux, payload: [0, vmlinux.length] });
    expect((await linuxBoot(plain, { memory })).protocol).toBe('linux-direct');
  });

  it('of a kernel of 64 bits is in long mode', async () => {
    const image = elfImage({ bits: 64, entry: 2 * MIB, segments: [{ physical: 2 * MIB, bytes: PROBE }] });
    const plan = await linuxBoot(image, { memory });
    expect(plan.cpu).toMatchObject({ mode: 'long', entry: BigInt(2 * MIB), codeSelector: 0x10, dataSelector: 0x18 });
    expect(plan.cpu).toMatchObject({ registers: { rsi: BigInt(address(plan, 'boot parameters')) } });
  });

  it('is refused if there is no kernel to unpack, or nothing to unpack it with', async () => {
    const start = (image: Uint8Array): Promise<BootPlan> =>
      linuxBoot(image, { memory, entry: 'direct', name: 'bzImage' });
    await expect(start(bzImage({ code }))).rejects.toThrow('bzImage: it does not say where its compressed kernel is');
    const bzip2 = Uint8Array.from([0x42, 0x5a, 0x68, ...new Uint8Array(20)]);
    await expect(start(bzImage({ code: bzip2, payload: [0, 23] }))).rejects.toThrow(
      'the kernel in bzImage cannot be unpacked: it is bzip2',
    );
    const text = Uint8Array.from(gzipSync('no kernel'));
    await expect(start(bzImage({ code: text, payload: [0, text.length] }))).rejects.toThrow(
      'what it unpacks to is no ELF file',
    );
    await expect(start(bzImage({ code, payload: [0, 10000] }))).rejects.toThrow(
      'the compressed kernel (10000 bytes at',
    );
    const damaged = packed.slice(0, -20);
    await expect(start(bzImage({ code: damaged, payload: [0, damaged.length] }))).rejects.toThrow(
      'is a damaged gzip file',
    );
    await expect(linuxBoot(kernel, { memory, maximum: 1000 })).rejects.toThrow('unpacks to more than 1000 bytes');
    await expect(linuxBoot(vmlinux, { memory, entry: '16-bit' })).rejects.toThrow(
      'an ELF file, which has no 16-bit entry',
    );
  });
});

describe('the 32-bit entry', () => {
  const start = (parts: Partial<Parameters<typeof bzImage>[0]>, options: object = {}): Promise<BootPlan> =>
    linuxBoot(bzImage({ code, ...parts }), { memory, entry: '32-bit', ...options });

  it('is in the protected-mode part, with the parameters in ESI', async () => {
    const plan = await start({});
    expect(plan).toMatchObject({ protocol: 'linux-32', cpu: { entry: MIB } });
    expect((await probe(plan)).seen).toMatchObject({
      eax: 0,
      ebx: 0,
      esi: address(plan, 'boot parameters'),
      cs: 0x10,
      ds: 0x18,
    });
  });

  it('is where the kernel would rather be, if there is room', async () => {
    expect((await start({ preferred: 4 * MIB })).cpu).toMatchObject({ entry: 4 * MIB });
    const hole = [
      { base: 0, size: 2 * MIB },
      { base: 4 * MIB, size: 4 * MIB },
    ];
    const moved = await start({ preferred: 2 * MIB, alignment: 2 * MIB }, { memory: hole });
    expect(moved.cpu).toMatchObject({ entry: 4 * MIB });
    expect((await start({ version: 0x205, alignment: 2 * MIB })).cpu).toMatchObject({ entry: 2 * MIB });
    expect((await start({ relocatable: false, preferred: 4 * MIB })).cpu).toMatchObject({ entry: MIB });
    await expect(start({ relocatable: false, preferred: 64 * MIB })).rejects.toThrow(
      'it unpacks itself to 0x4000000 and 65536 bytes on: give the VM more memory',
    );
    await expect(start({ preferred: 64 * MIB })).rejects.toThrow(
      'it needs 65536 bytes from 0x4000000 on to unpack itself',
    );
    await expect(start({ initSize: 0x7fffffff })).rejects.toThrow('it needs 2147483647 bytes from 0x100000 on');
  });

  it('leaves the initrd out of the way of the kernel, and below its limit', async () => {
    const high = await start({}, { initrd });
    expect(address(high, 'initrd')).toBe(8 * MIB - 8192);
    const low = await start({ initrdMaximum: 4 * MIB - 1 }, { initrd });
    expect(address(low, 'initrd')).toBe(4 * MIB - 8192);
    const big = new Uint8Array(6 * MIB);
    await expect(start({ initSize: 2 * MIB }, { initrd: big })).rejects.toThrow(
      'no room for the initrd (6291456 bytes)',
    );
  });

  it('takes a command line as long as the kernel does', async () => {
    expect((await start({ commandLineSize: 10 }, { commandLine: '0123456789' })).protocol).toBe('linux-32');
    await expect(start({ commandLineSize: 10 }, { commandLine: '0123456789a' })).rejects.toThrow(
      'at most 10: shorten it',
    );
    await expect(start({ version: 0x205 }, { commandLine: 'x'.repeat(256) })).rejects.toThrow('at most 255');
  });

  it('is not in a zImage, nor in an old kernel', async () => {
    await expect(start({ loadedHigh: false })).rejects.toThrow("use entry: '16-bit'");
    await expect(start({ version: 0x201 })).rejects.toThrow("use entry: '16-bit'");
  });
});

describe('the 16-bit entry', () => {
  const start = (parts: Partial<Parameters<typeof bzImage>[0]>, options: object = {}): Promise<BootPlan> =>
    linuxBoot(bzImage({ code, ...parts }), { memory, entry: '16-bit', ...options });

  it('is in the real-mode part at 90000', async () => {
    // mov [0], ds; mov [2], sp; mov eax, [228]; mov [4], eax; hlt
    const setupCode = Uint8Array.of(0x8c, 0x1e, 0, 0, 0x89, 0x26, 2, 0, 0x66, 0xa1, 0x28, 2, 0x66, 0xa3, 4, 0, 0xf4);
    const plan = await start({ setupCode }, { commandLine: 'vga=ask', initrd });
    const vm = started(plan);
    expect((await vm.run()).outcome).toBe('halted');
    expect([vm.memory.readU16(0x90000), vm.memory.readU16(0x90002)]).toEqual([0x9000, 0xe000]);
    expect(textAt(vm, vm.memory.readU32(0x90004))).toBe('vga=ask');
    // Heap usable, its end, the loader, the initrd.
    expect([vm.memory.readU8(0x90211), vm.memory.readU16(0x90224), vm.memory.readU8(0x90210)]).toEqual([
      0x81, 0xde00, 0xff,
    ]);
    expect([vm.memory.readU32(0x90218), vm.memory.readU32(0x9021c)]).toEqual([address(plan, 'initrd'), 5000]);
    expect(vm.memory.read(MIB, code.length)).toEqual(code);
  });

  it('leaves the end of memory to the firmware, which keeps tables there', async () => {
    const ram = pcMemoryMap(64 * MIB);
    const plan = await linuxBoot(bzImage({ code }), { memory: ram, entry: '16-bit', initrd });
    expect(address(plan, 'initrd') + initrd.length).toBeLessThanOrEqual(64 * MIB - 0x20000);
  });

  it('of a zImage has the kernel at 64 KiB; older protocols find the command line by their magic number', async () => {
    const plan = await start({ loadedHigh: false, version: 0x200 }, { commandLine: 'ro' });
    expect(address(plan, 'kernel')).toBe(0x10000);
    const { view } = segment(plan, 'real-mode part');
    expect([view.getUint16(0x20, true), view.getUint16(0x22, true), view.getUint16(0x212, true)]).toEqual([
      0xa33f, 0xe000, 0xe003,
    ]);
    expect(view.getUint16(0x224, true)).toBe(0);
    await expect(start({ loadedHigh: false, code: new Uint8Array(0x80001) })).rejects.toThrow(
      'those have at most 512 KiB',
    );
  });

  it('refuses what does not fit below 640 KiB', async () => {
    await expect(start({ setupSectors: 64 })).rejects.toThrow('it has at most 32 KiB');
    await expect(start({ commandLineSize: 65535 }, { commandLine: 'x'.repeat(7168) })).rejects.toThrow(
      'below the EBDA is room for 7167',
    );
  });
});

describe('the entry that is chosen', () => {
  it.each([
    ['direct', 'linux-direct', { payload }],
    ['the 32-bit one without a kernel to unpack', 'linux-32', {}],
    ['the 16-bit one of older kernels', 'linux-16', { version: 0x209 }],
  ])('is %s', async (_, protocol, parts) => {
    expect((await linuxBoot(bzImage({ code, ...parts }), { memory })).protocol).toBe(protocol);
  });

  it('is not guessed from what is no kernel', async () => {
    await expect(linuxBoot(new Uint8Array(1024), { memory, name: 'vmlinuz' })).rejects.toThrow(
      'vmlinuz: it has no setup header',
    );
    await expect(linuxBoot(kernel.subarray(0, 300), { memory })).rejects.toThrow('truncated');
    await expect(linuxBoot(kernel.subarray(0, 1024), { memory })).rejects.toThrow('it is truncated');
    await expect(linuxBoot(kernel, { memory, entry: '64-bit' as never })).rejects.toThrow("not '64-bit'");
    await expect(linuxBoot(kernel, { memory, initrd: new Uint8Array(0) })).rejects.toThrow('the initrd is empty');
    await expect(linuxBoot(bzImage({ code, alignment: 3 }), { memory })).rejects.toThrow('its alignment is 0x3');
    await expect(linuxBoot(bzImage({ code, version: 0x300 }), { memory })).rejects.toThrow(
      'its boot protocol is 0x0300',
    );
    await expect(linuxBoot(kernel, { memory: pcMemoryMap(MIB) })).rejects.toThrow('no RAM');
  });
});
