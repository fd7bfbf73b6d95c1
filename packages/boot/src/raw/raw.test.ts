import { describe, expect, it } from 'vitest';
import { bootSector, flatBoot } from '../index.ts';
import { MEMORY, PROBE, probe, started } from '../machine.test-util.ts';

const memory = MEMORY;
/** mov [7e00], dx; mov [7e02], sp; hlt */
const SECTOR = new Uint8Array(512);
SECTOR.set([0x89, 0x16, 0x00, 0x7e, 0x89, 0x26, 0x02, 0x7e, 0xf4]);
SECTOR.set([0x55, 0xaa], 510);

describe('a boot sector', () => {
  it('begins at 0000:7C00 with its drive in DL', async () => {
    const disk = new Uint8Array(1024);
    disk.set(SECTOR);
    const vm = started(bootSector(disk, { memory, drive: 0x80 }));
    const { outcome, cpu } = await vm.run();
    expect([outcome, cpu.location]).toEqual(['halted', '0000:7c09']);
    expect([vm.memory.readU16(0x7e00), vm.memory.readU16(0x7e02)]).toEqual([0x80, 0x7c00]);
  });

  it('is checked for its signature, unless told', () => {
    const bad = SECTOR.slice();
    bad[510] = 0x12;
    expect(() => bootSector(bad, { memory, name: 'game.img' })).toThrow(
      'game.img: it ends in 0x12 0xaa where boot sectors have 55 AA: it is none; with `check: false`',
    );
    expect(bootSector(bad, { memory, check: false }).segments).toHaveLength(1);
    expect(() => bootSector(SECTOR.subarray(0, 100), { memory })).toThrow('lies outside of its 100 bytes');
    expect(bootSector(SECTOR.subarray(0, 100), { memory, check: false }).segments[0].bytes).toHaveLength(100);
  });

  it('refuses options that are none', () => {
    expect(() => bootSector(SECTOR, { memory, driev: 0 } as never)).toThrow(
      "'driev': it has memory, drive, check, name",
    );
    expect(() => bootSector(SECTOR, { memory, drive: 256 })).toThrow(
      'the drive of bootSector() is a number from 0 to 0xff',
    );
    expect(() => bootSector('sector' as never, { memory })).toThrow('given as a Uint8Array');
    expect(() => bootSector(new Uint8Array(0), { memory })).toThrow('is empty');
  });
});

describe('a flat binary', () => {
  it('begins in real mode where it is told', async () => {
    // mov [si+0], cs; hlt, at 20010
    const plan = flatBoot(Uint8Array.of(0x8c, 0x4c, 0x00, 0xf4), { memory, address: 0x20010 });
    expect(plan.cpu).toMatchObject({ mode: 'real', segment: 0x2001, offset: 0, stack: 0xfffe });
    const vm = started(plan);
    await vm.run();
    expect(vm.memory.readU16(0x20010)).toBe(0x2001);
  });

  it('may choose its segment, and refuses one that does not reach', () => {
    const image = Uint8Array.of(0xf4);
    expect(flatBoot(image, { memory, address: 0x7c00, segment: 0x7c0 }).cpu).toMatchObject({
      segment: 0x7c0,
      offset: 0,
    });
    expect(() => flatBoot(image, { memory, address: 0x100000 })).toThrow('a number from 0 to 0xffff, not 65536');
    expect(flatBoot(image, { memory, address: 0x100000, segment: 0xffff }).cpu).toMatchObject({ offset: 0x10 });
    expect(() => flatBoot(image, { memory, address: 0x200000, segment: 0xffff })).toThrow('real mode cannot reach');
  });

  it('begins in protected mode with flat segments and a stack', async () => {
    const { seen } = await probe(flatBoot(PROBE, { memory, address: 0x100000, mode: 'protected' }));
    expect(seen).toMatchObject({ eax: 0, cs: 8, ds: 0x10 });
    expect(seen.esp % 0x1000).toBe(0);
  });

  it('may lie anywhere in memory, also where guests are told that none is', () => {
    expect(flatBoot(PROBE, { memory, address: 0xf0000 }).segments[0].address).toBe(0xf0000);
    expect(() => flatBoot(PROBE, { memory, address: 0xa0000, name: 'x.bin' })).toThrow(
      'x.bin does not fit: the machine has no memory at all of 0xa0000-0xa0',
    );
  });
});
