import { Vm } from '@picovm/core';
import { buildPageTables, resetSpecialRegisters } from '@picovm/core/x86';
import { interp } from '@picovm/x86-interp';
import { beforeEach, describe, expect, it } from 'vitest';
import { LinearMemory } from './linear-memory.ts';

const TABLES = 0x10000;
let vm: Vm;
let memory: LinearMemory;

beforeEach(() => {
  vm = new Vm({
    accelerator: interp(),
    memory: [
      { base: 0, size: 0x40000 },
      { base: 0x100000, size: 0x2000 },
      { base: 0x200000, size: 0x1000, readonly: true },
    ],
  });
  memory = new LinearMemory(vm.memory, vm.mmio);
  memory.translateBy({ special: resetSpecialRegisters(), a20: true });
});

describe('without paging', () => {
  it('reads and writes little-endian, also over the ends of pages and regions', () => {
    memory.write32(0x3fffe, 0x1234_5678);
    expect([memory.read16(0x3fffe), memory.read32(0x3fffe)]).toEqual([0x5678, 0xffff_5678]);
    memory.write32(0xffe, 0xcafe_f00d);
    expect(vm.memory.readU32(0xffe)).toBe(0xcafe_f00d);
  });

  it('leaves read-only memory alone, and what is none', () => {
    memory.write32(0x200000, 1);
    memory.writeBytes(0x200000, Uint8Array.of(1, 2, 3));
    memory.writeBytes(0x1fffff, Uint8Array.of(1, 2, 3));
    expect(vm.memory.readU32(0x200000)).toBe(0);
    expect([...memory.readBytes(0x1fffff, 2)]).toEqual([0xff, 0]);
    memory.writeBytes(0xffff_fffe, Uint8Array.of(1, 2, 3, 4));
    expect(vm.memory.readU16(0)).toBe(0x0403);
  });

  it('obeys A20', () => {
    memory.translateBy({ special: resetSpecialRegisters(), a20: false });
    memory.write8(0x100123, 0x77);
    expect([vm.memory.readU8(0x123), vm.memory.readU8(0x100123)]).toEqual([0x77, 0]);
  });

  it('copies ranges that overlap, in either direction', () => {
    const fill = (): void =>
      vm.memory.write(
        0x1000,
        Uint8Array.from({ length: 16 }, (_, n) => n),
      );
    fill();
    memory.copy(0x1000, 0x1003, 8);
    expect([...vm.memory.read(0x1000, 8)]).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    fill();
    memory.copy(0x1003, 0x1000, 8, true);
    expect([...vm.memory.read(0x1003, 8)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('with paging', () => {
  beforeEach(() => {
    const tables = buildPageTables(vm.memory, '32-bit', TABLES, [
      { linear: 0n, physical: 0x2000, length: 0x1000 },
      { linear: 0x1000n, physical: 0x1000, length: 0x1000 },
    ]);
    memory.translateBy({ special: { ...resetSpecialRegisters(), ...tables }, a20: true });
  });

  it('goes where the tables lead, page by page', () => {
    memory.write32(0xffe, 0x1234_5678);
    expect([vm.memory.readU16(0x2ffe), vm.memory.readU16(0x1000)]).toEqual([0x5678, 0x1234]);
    expect([...memory.readBytes(0xffe, 4)]).toEqual([0x78, 0x56, 0x34, 0x12]);
  });

  it('finds ones where there is no page', () => {
    memory.write8(0x5000, 1);
    memory.writeBytes(0x1fff, Uint8Array.of(1, 2));
    expect([memory.read8(0x5000), memory.read16(0x1fff), vm.memory.readU8(0x5000)]).toEqual([0xff, 0xff01, 0]);
    expect([...memory.readBytes(0x5000, 2)]).toEqual([0xff, 0xff]);
  });
});
