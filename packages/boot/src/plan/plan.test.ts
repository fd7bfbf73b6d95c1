import { Vm } from '@picovm/core';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { type BootPlan, bootSector, elfBoot, formatBootPlan } from '../index.ts';
import { MEMORY, PROBE, probe, started } from '../machine.test-util.ts';
import { elfImage } from '../test-images.test-util.ts';
import { boot } from './boot.ts';
import { Placement } from './placement.ts';

const memory = MEMORY;
const MIB = 2 ** 20;
const plan = elfBoot(elfImage({ entry: MIB, segments: [{ physical: MIB, bytes: PROBE, memorySize: 0x100000 }] }), {
  memory,
});

describe('a plan', () => {
  it('is carried out again after a reset', async () => {
    const { vm, seen } = await probe(plan);
    vm.memory.write(MIB, new Uint8Array(0x100000).fill(0xcc));
    vm.vcpu.setRegisters({ rbx: 5n });
    vm.reset();
    boot(vm, plan);
    expect(vm.memory.readU8(MIB + 0xfffff)).toBe(0);
    expect((await vm.run()).outcome).toBe('halted');
    expect(vm.memory.readU32(0x6000c)).toBe(seen.esp);
    expect(vm.memory.readU32(0x60004)).toBe(0);
  });

  it('may be changed by who has it', async () => {
    const segments = [...plan.segments, { name: 'mine', address: 0x70000, bytes: Uint8Array.of(1, 2) }];
    const mine: BootPlan = { ...plan, segments, cpu: { ...plan.cpu, registers: { rbx: 0x1234n } } as BootPlan['cpu'] };
    const { vm, seen } = await probe(mine);
    expect([seen.ebx, vm.memory.readU16(0x70000)]).toEqual([0x1234, 0x201]);
  });

  it('changes nothing where the VM lacks the memory', () => {
    using vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 0x101000 }] });
    vm.memory.write(MIB, Uint8Array.of(0xcc));
    const { rip } = vm.vcpu.getRegisters();
    expect(() => boot(vm, plan)).toThrow(
      expect.objectContaining({
        code: 'ERR_GUEST_ADDRESS',
        message: expect.stringContaining('the segment 0 wants 1048576 bytes at 0x100000, which are not all memory'),
      }),
    );
    expect(vm.memory.read(0, 0x101000).reduce((sum, byte) => sum + byte, 0)).toBe(0xcc);
    expect(vm.vcpu.getRegisters().rip).toBe(rip);
  });

  it('is a table for people', () => {
    expect(formatBootPlan(plan)).toBe(
      [
        'elf, protected mode at 0x00100000',
        '  0x00002000-0x00002017         24  GDT',
        '  0x00100000-0x001fffff    1048576  segment 0',
      ].join('\n'),
    );
    const sector = new Uint8Array(512).fill(0x90);
    expect(formatBootPlan(bootSector(sector, { memory, check: false }))).toBe(
      'boot-sector, real mode at 0000:7c00\n  0x00007c00-0x00007dff        512  boot sector',
    );
    expect(formatBootPlan({ protocol: 'firmware', segments: [], cpu: { mode: 'reset' } })).toBe(
      'firmware, from the reset vector',
    );
  });

  it('leaves the machine ready at its entry', () => {
    const vm = started(plan);
    expect(vm.vcpu.dump().codeAddress).toBe(MIB);
    expect(vm.vcpu.getSpecialRegisters().cr0).toBe(0x11n);
  });
});

describe('placement', () => {
  it('searches from below and from the top, around what is there', () => {
    const placement = new Placement(memory, 'x');
    placement.put('a', 2 * MIB, new Uint8Array(MIB));
    placement.put('b', 6 * MIB, new Uint8Array(2 * MIB));
    expect(placement.search(MIB, { from: MIB })).toBe(MIB);
    expect(placement.search(MIB + 1, { from: MIB, align: 4096 })).toBe(3 * MIB);
    expect(placement.search(MIB, { high: true })).toBe(5 * MIB);
    expect(placement.search(MIB, { high: true, below: 5 * MIB + 5, align: 4096 })).toBe(4 * MIB);
    expect(placement.search(4 * MIB)).toBeUndefined();
    expect(placement.search(0x9fc00 - 0x1000)).toBe(0x1000);
    expect(placement.search(0x9fc00 - 0xfff)).toBe(MIB);
  });

  it('takes entries of the map that touch for one', () => {
    const e820 = [
      { base: 0x1000, length: 0x1000, type: 1 },
      { base: 0x2000, length: 0x1000, type: 1 },
    ];
    const placement = new Placement({ regions: [], e820 }, 'x');
    expect([placement.fits(0x1800, 0x1000), placement.fits(0x1800, 0x1801), placement.fits(0xfff, 2)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
