import type { Accelerator } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { kvm } from '@picovm/kvm-native';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { bootFloppy, type CallRegisters, DATA, MemoryBlocks, Pc } from './pc.test-util.ts';

const probe = await kvm().probe();
if (!probe.available) console.warn(`SKIPPED: the services are not tried on KVM: ${probe.reason}`);

/** What each service does is asked of one machine after the other, which must answer alike. */
const CALLS: readonly (readonly [what: string, interrupt: number, registers: CallRegisters])[] = [
  ['the equipment', 0x11, {}],
  ['memory', 0x12, {}],
  ['a teletype', 0x10, { ax: 0x0e41 }],
  ['characters', 0x10, { ax: 0x0942, bx: 0x001e, cx: 5 }],
  ['where the cursor is', 0x10, { ax: 0x0300 }],
  ['a string', 0x10, { ax: 0x1301, bx: 7, cx: 8, dx: 0x0505, bp: 0x10 }],
  ['scrolling', 0x10, { ax: 0x0601, bx: 0x0700, dx: 0x184f }],
  ['mode 13h', 0x10, { ax: 0x0013 }],
  ['a pixel', 0x10, { ax: 0x0c2a, cx: 100, dx: 50 }],
  ['the pixel again', 0x10, { ax: 0x0d00, cx: 100, dx: 50 }],
  ['mode 12h', 0x10, { ax: 0x0012 }],
  ['a character of it', 0x10, { ax: 0x0e58, bx: 0x000c }],
  ['mode 3', 0x10, { ax: 0x0003 }],
  ['the geometry', 0x13, { ax: 0x0800, dx: 0x80 }],
  ['reading', 0x13, { ax: 0x0202, cx: 0x0003, dx: 0x0080, bx: 0x100 }],
  ['reading nothing', 0x13, { ax: 0x0202, cx: 0x0000, dx: 0x0080, bx: 0x100 }],
  ['writing', 0x13, { ax: 0x0301, cx: 0x0009, dx: 0x0080, bx: 0x100 }],
  ['extensions', 0x13, { ax: 0x4100, bx: 0x55aa, dx: 0x80 }],
  ['a memory map', 0x15, { eax: 0xe820, edx: 0x534d4150, ecx: 24, ebx: 0xffff_0000, di: 0x300 }],
  ['the first range', 0x15, { eax: 0xe820, edx: 0x534d4150, ecx: 0xffff_ffff, ebx: 0, di: 0x300 }],
  ['extended memory', 0x15, { ax: 0x8800 }],
  ['the configuration', 0x15, { ax: 0xc000 }],
  ['no such service', 0x15, { ax: 0xee00 }],
  ['a short wait', 0x15, { ax: 0x8600, dx: 2000 }],
  ['keys that are put', 0x16, { ax: 0x0500, cx: 0x1e61 }],
  ['whether there are', 0x16, { ax: 0x0100 }],
  ['and are taken', 0x16, { ax: 0x0000 }],
  ['and are gone', 0x16, { ax: 0x1100 }],
  ['the time', 0x1a, { ax: 0x0400 }],
  ['no printer', 0x17, { ax: 0x0200 }],
];

async function pcOf(accelerator: Accelerator<X86Vcpu>): Promise<Pc> {
  const disk = new MemoryBlocks(4 << 20);
  for (let n = 0; n < disk.size; n++) disk.bytes[n] = n * 7 + (n >> 9);
  const disks = [
    { kind: 'floppy', blocks: bootFloppy() },
    { kind: 'disk', blocks: disk },
  ] as const;
  const pc = await new Pc({ accelerator, realTime: true, connection: { disks } }).boot();
  pc.vm.memory.write(DATA + 0x10, Buffer.from('a string'));
  return pc;
}

describe.skipIf(!probe.available)('KVM and the interpreter', () => {
  it('give the same answers, and draw the same', async () => {
    const [one, other] = [await pcOf(interp()), await pcOf(kvm())];
    expect(other.screen).toEqual(one.screen);
    for (const [what, interrupt, registers] of CALLS) {
      const [expected, found] = [await one.call(interrupt, registers), await other.call(interrupt, registers)];
      expect(expected.outcome).toBe('halted');
      expect(found, what).toEqual(expected);
      expect(other.vga.screen(), what).toEqual(one.vga.screen());
    }
    expect(other.vm.memory.read(DATA, 0x1000)).toEqual(one.vm.memory.read(DATA, 0x1000));
    for (const { vm } of [one, other]) vm.dispose();
  });

  it('both wait for keys and disks', async () => {
    const disk = new MemoryBlocks(4 << 20);
    const disks = [
      { kind: 'floppy', blocks: bootFloppy() },
      { kind: 'disk', blocks: disk },
    ] as const;
    const pc = await new Pc({ accelerator: kvm(), realTime: true, connection: { disks } }).boot();
    pc.keyboard.keyboard.type('k');
    expect((await pc.call(0x16, { ax: 0 })).ax).toBe(0x256b);
    disk.slow = true;
    disk.bytes[0] = 0x77;
    const running = pc.call(0x13, { ax: 0x0201, cx: 1, dx: 0x80 });
    await expect.poll(() => disk.waiting).toBe(1);
    disk.release();
    expect(await running).toMatchObject({ carry: false, ax: 1 });
    expect(pc.byte(DATA)).toBe(0x77);
    pc.vm.dispose();
  });
});
