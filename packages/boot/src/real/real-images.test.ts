import { describe, expect, it } from 'vitest';
import { detectImage, firmwareBoot, linuxBoot, pcMemoryMap, planBoot } from '../index.ts';
import { runUntil, systemFile } from './systems.test-util.ts';

const MIB = 2 ** 20;
/** Enough to download a package. */
const PATIENCE = 400_000;

describe('real images', { timeout: PATIENCE }, () => {
  it('Debian’s kernel, unpacked by the host, prints its first lines', async (context) => {
    const kernel = await systemFile(context, 'linux');
    const initrd = await systemFile(context, 'initramfs');
    const memory = pcMemoryMap(64 * MIB);
    const commandLine = 'console=ttyS0 earlyprintk=serial';
    const plan = await linuxBoot(kernel, { memory, initrd, commandLine });
    expect(plan).toMatchObject({ protocol: 'linux-direct', cpu: { mode: 'protected', entry: 16 * MIB } });
    const { text, instructions } = await runUntil(plan, memory, '3ffffff] usable', 200_000);
    expect(text).toContain('Linux version 6.1');
    expect(text).toContain('BIOS-e820: [mem 0x0000000000100000-0x0000000003ffffff] usable');
    // The decompressor alone takes two thousand million.
    expect(instructions).toBeLessThan(500);
  });

  it('SeaBIOS runs from the reset vector', async (context) => {
    const rom = await systemFile(context, 'seabios-256k');
    const memory = pcMemoryMap(16 * MIB, { romBytes: rom.length });
    await runUntil(firmwareBoot(rom, { memory }), memory, 'SeaBIOS (version', 200_000);
  });

  it.for([
    ['memtest', 'linux', 'linux-32'],
    ['ipxe.lkrn', 'linux', 'linux-16'],
    ['u-boot.rom', 'firmware', 'firmware'],
    ['seabios-128k', 'firmware', 'firmware'],
  ])('%s is taken for what it is', async ([name, kind, protocol], context) => {
    const image = await systemFile(context, name);
    expect(detectImage(image)[0]).toBe(kind);
    const memory = pcMemoryMap(32 * MIB, { romBytes: MIB });
    expect((await planBoot(image, { memory })).protocol).toBe(protocol);
  });

  it.for(['grub-floppy', 'grub-cdrom', 'ipxe.iso'])('%s is a disk', async (name, context) => {
    const image = await systemFile(context, name);
    expect(detectImage(image)).toEqual(['iso9660', 'disk']);
  });
});
