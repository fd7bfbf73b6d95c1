import { bios } from '@picovm/bios';
import { flatBoot } from '@picovm/boot';
import { VirtualClock } from '@picovm/core';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { pc, pcMemory } from './index.ts';
import { MP_TABLE, mpTable } from './mp-table.ts';
import { booting, MIB, machine, run, STOP } from './pc.test-util.ts';

const bytes = mpTable(0xf41);
const view = new DataView(bytes.buffer);
const text = (at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));
const sum = (at: number, length: number): number =>
  bytes.subarray(at, at + length).reduce((total, byte) => total + byte, 0) & 0xff;

/** The entries of the configuration table: the first of each type has 20 bytes, the others 8. */
function entries(): number[][] {
  const found: number[][] = [];
  let at = 16 + 44;
  for (let n = view.getUint16(16 + 34, true); n > 0; n--) {
    const length = bytes[at] === 0 ? 20 : 8;
    found.push([...bytes.subarray(at, at + length)]);
    at += length;
  }
  expect(at).toBe(bytes.length);
  return found;
}

describe('the MP table', () => {
  it('is led to by a floating pointer, both with their checksums', () => {
    expect([text(0, 4), view.getUint32(4, true), bytes[8], bytes[9], sum(0, 16)]).toEqual([
      ...['_MP_', MP_TABLE + 16, 1, 4, 0],
    ]);
    const length = view.getUint16(16 + 4, true);
    expect([text(16, 4), length, bytes[16 + 6]]).toEqual(['PCMP', bytes.length - 16, 4]);
    expect([sum(16, length), view.getUint32(16 + 36, true)]).toEqual([0, 0xfee00000]);
  });

  it('has one processor, two buses and one I/O APIC, in the order of their types', () => {
    const all = entries();
    expect(all.map(([type]) => type)).toEqual(all.map(([type]) => type).sort());
    expect(all[0].slice(0, 12)).toEqual([0, 0, 0x14, 3, 0x41, 0x0f, 0, 0, 0x01, 0x02, 0, 0]);
    expect(all.slice(1, 4)).toEqual([
      [1, 0, ...new TextEncoder().encode('PCI   ')],
      [1, 1, ...new TextEncoder().encode('ISA   ')],
      [2, 0, 0x11, 1, 0, 0, 0xc0, 0xfe],
    ]);
  });

  it('leads the timer to pin 2, PCI interrupts where PIRQs lead, and the others to their pins', () => {
    const interrupts = entries().filter(([type]) => type === 3);
    const isa = interrupts.filter((entry) => entry[4] === 1).map((entry) => [entry[5], entry[7], entry[2]]);
    expect(isa).toEqual([
      [0, 2, 0],
      [1, 1, 0],
      ...[3, 4, 5, 6, 7, 8].map((n) => [n, n, 0]),
      [9, 9, 0x0d],
      ...[12, 13, 14, 15].map((n) => [n, n, 0]),
    ]);
    // Slot 2 pin A, slot 4 pins A and D.
    const pci = new Map(interrupts.filter((entry) => entry[4] === 0).map((entry) => [entry[5], entry[7]]));
    expect([pci.get(8), pci.get(16), pci.get(19)]).toEqual([10, 11, 11]);
    expect(entries().slice(-2)).toEqual([
      [4, 3, 0, 0, 1, 0, 0xff, 0],
      [4, 1, 0, 0, 1, 0, 0xff, 1],
    ]);
  });

  it('is in memory behind a start of the built-in BIOS, which has nothing there, and of a kernel', async () => {
    expect(
      bios()
        .rom.subarray(0, bytes.length)
        .every((byte) => byte === 0),
    ).toBe(true);
    const started = booting([...STOP]);
    expect(await run(started)).toBe('halted');
    expect(started.vm.memory.read(MP_TABLE, bytes.length)).toEqual(bytes);
    const boot = flatBoot(Uint8Array.from(STOP), { memory: pcMemory(2 * MIB), address: MIB, mode: 'protected' });
    const kernel = machine({ boot });
    expect(await run(kernel)).toBe('halted');
    expect(kernel.vm.memory.read(MP_TABLE, bytes.length)).toEqual(bytes);
    kernel.restart();
    expect(kernel.vm.memory.read(MP_TABLE, bytes.length)).toEqual(bytes);
  });

  it('is the firmware’s own with another firmware', () => {
    const firmware = new Uint8Array(0x20000);
    using vm = pc({ accelerator: interp(), memory: 2 * MIB, clock: new VirtualClock(), firmware }).vm;
    expect(vm.memory.read(MP_TABLE, 16)).toEqual(new Uint8Array(16));
  });
});
