import { Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { FakeMachine } from '@picovm/testkit';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { fwCfg } from './fw-cfg.ts';
import type { FwCfgOptions } from './fw-cfg-types.ts';

const SELECTOR = 0x510;
const DATA = 0x511;
const DMA = 0x514;
const SIZE = 0x1_0000;

const ERROR = 1;
const READ = 2;
const SKIP = 4;
const SELECT = 8;
const WRITE = 16;

const machineWith = (options: FwCfgOptions = {}, memory: number = SIZE): FakeMachine => {
  return new FakeMachine(fwCfg(options), { memory });
};

function read(machine: FakeMachine, key: number, length: number): number[] {
  machine.writePort(SELECTOR, key, 2);
  return Array.from({ length }, () => machine.readPort(DATA));
}

const ascii = (bytes: Iterable<number>): string => String.fromCharCode(...bytes);
const swapped = (value: number): number => new DataView(Uint32Array.of(value).buffer).getUint32(0);

/** Runs a DMA operation whose description is at 100h. @returns the control word afterwards */
function dma(machine: FakeMachine, control: number, length: number, target: number | bigint): number {
  const description = new DataView(new ArrayBuffer(16));
  description.setUint32(0, control);
  description.setUint32(4, length);
  description.setBigUint64(8, BigInt(target));
  machine.memory.write(0x100, new Uint8Array(description.buffer));
  machine.writePort(DMA, 0, 4);
  machine.writePort(DMA + 4, swapped(0x100), 4);
  return new DataView(machine.memory.read(0x100, 4).buffer).getUint32(0);
}

/** The directory, as firmware reads it. */
function directory(machine: FakeMachine): { name: string; key: number; size: number }[] {
  const view = new DataView(Uint8Array.from(read(machine, 0x19, 4)).buffer);
  return Array.from({ length: view.getUint32(0) }, () => {
    const entry = Uint8Array.from({ length: 64 }, () => machine.readPort(DATA));
    const fields = new DataView(entry.buffer);
    const name = ascii(entry.subarray(8));
    return { name: name.slice(0, name.indexOf('\0')), key: fields.getUint16(4), size: fields.getUint32(0) };
  });
}

describe('the items', () => {
  it('begin with what firmware knows the device by', () => {
    const machine = machineWith();
    expect(ascii(Array.from({ length: 4 }, () => machine.readPort(DATA)))).toBe('QEMU');
    expect(read(machine, 0x01, 4)).toEqual([3, 0, 0, 0]);
  });

  it('tell memory, processors, the boot menu, and the parts of a kernel', () => {
    const machine = machineWith({
      ramSize: 0x1_2345_6000,
      cpus: 4,
      bootMenu: true,
      kernel: Uint8Array.of(1, 2, 3),
      setup: Uint8Array.of(4),
      initrd: new Uint8Array(300).fill(5),
      commandLine: 'ro',
    });
    expect(read(machine, 0x03, 8)).toEqual([0x00, 0x60, 0x45, 0x23, 0x01, 0, 0, 0]);
    expect(read(machine, 0x05, 2)).toEqual([4, 0]);
    expect(read(machine, 0x0f, 2)).toEqual([4, 0]);
    expect(read(machine, 0x0e, 2)).toEqual([1, 0]);
    expect([read(machine, 0x08, 4), read(machine, 0x11, 4)]).toEqual([
      [3, 0, 0, 0],
      [1, 2, 3, 0],
    ]);
    expect([read(machine, 0x17, 4), read(machine, 0x18, 1)]).toEqual([[1, 0, 0, 0], [4]]);
    expect([read(machine, 0x0b, 4), read(machine, 0x12, 300)]).toEqual([[44, 1, 0, 0], Array(300).fill(5)]);
    expect([read(machine, 0x14, 4), ascii(read(machine, 0x15, 3))]).toEqual([[3, 0, 0, 0], 'ro\0']);
  });

  it('are what the host says, by number', () => {
    const machine = machineWith({ items: { 5: Uint8Array.of(9, 0), 32768: 'tables' } });
    expect(read(machine, 0x05, 2)).toEqual([9, 0]);
    expect(ascii(read(machine, 0x8000, 6))).toBe('tables');
  });

  it('read as zeroes behind their end, and where there are none', () => {
    const machine = machineWith();
    expect(read(machine, 0x01, 6)).toEqual([3, 0, 0, 0, 0, 0]);
    expect(read(machine, 0x1234, 3)).toEqual([0, 0, 0]);
    expect(read(machine, 0xffff, 3)).toEqual([0, 0, 0]);
  });

  it('come by string instructions, and start over when they are selected again', () => {
    const machine = machineWith({ files: { a: Uint8Array.of(1, 2, 3) } });
    machine.writePort(SELECTOR, 0x20, 2);
    const block = new Uint8Array(5).fill(9);
    machine.ports.readBlock(DATA, 1, block);
    expect([...block]).toEqual([1, 2, 3, 0, 0]);
    expect(read(machine, 0x20, 2)).toEqual([1, 2]);
    machine.writePort(SELECTOR, 0x4020, 2);
    expect(machine.readPort(DATA)).toBe(1);
  });

  it('are read-only', () => {
    const machine = machineWith();
    machine.writePort(SELECTOR, 0x01, 2);
    machine.writePort(DATA, 0xff);
    expect(read(machine, 0x01, 1)).toEqual([3]);
  });
});

describe('the directory', () => {
  it('has the files sorted by name, and is empty without any', () => {
    expect(directory(machineWith())).toEqual([]);
    const machine = machineWith({
      files: { 'vgaroms/vga.bin': new Uint8Array(1000), bootorder: 'x\0', 'etc/e820': Uint8Array.of(1, 2, 3) },
    });
    const entries = directory(machine);
    expect(entries).toEqual([
      { name: 'bootorder', key: 0x20, size: 2 },
      { name: 'etc/e820', key: 0x21, size: 3 },
      { name: 'vgaroms/vga.bin', key: 0x22, size: 1000 },
    ]);
    expect(read(machine, entries[1].key, 3)).toEqual([1, 2, 3]);
  });

  it('takes names of 55 characters', () => {
    const name = 'n'.repeat(55);
    expect(directory(machineWith({ files: { [name]: '' } }))[0].name).toBe(name);
  });

  it.each<[string, unknown]>([
    ['a name of 56 characters', { files: { ['n'.repeat(56)]: '' } }],
    ['no name', { files: { '': '' } }],
    ['a name with an umlaut', { files: { ü: '' } }],
    ['a number as a file', { files: { a: 7 } }],
    ['an item among the files', { items: { 32: 'x' } }],
    ['an item beyond the last', { items: { 49152: 'x' } }],
    ['an item that is no number', { items: { x: 'x' } }],
  ])('refuses %s', (_what, options) => {
    expect(() => fwCfg(options as FwCfgOptions)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('DMA', () => {
  it('has its signature, at every width', () => {
    const machine = machineWith();
    expect(ascii(Array.from({ length: 8 }, (_, i) => machine.readPort(DMA + i)))).toBe('QEMU CFG');
    expect([swapped(machine.readPort(DMA, 4)), swapped(machine.readPort(DMA + 4, 4))]).toEqual([
      0x51454d55, 0x20434647,
    ]);
  });

  it('selects, skips and reads, and says when it is done', () => {
    const machine = machineWith({ files: { a: 'Hello, firmware' } });
    expect(dma(machine, (0x20 << 16) | SELECT, 0, 0)).toBe(0);
    expect(dma(machine, SKIP, 7, 0)).toBe(0);
    expect(dma(machine, READ, 8, 0x2000)).toBe(0);
    expect(ascii(machine.memory.read(0x2000, 8))).toBe('firmware');
    expect(dma(machine, (0x20 << 16) | SELECT | READ, 5, 0x3000)).toBe(0);
    expect(ascii(machine.memory.read(0x3000, 5))).toBe('Hello');
    // The other interface goes on from there.
    expect(machine.readPort(DATA)).toBe(','.charCodeAt(0));
  });

  it('reads zeroes behind the end', () => {
    const machine = machineWith({ files: { a: 'ab' } });
    machine.memory.write(0x2000, new Uint8Array(8).fill(9));
    expect(dma(machine, (0x20 << 16) | SELECT | READ, 6, 0x2000)).toBe(0);
    expect([...machine.memory.read(0x2000, 8)]).toEqual([0x61, 0x62, 0, 0, 0, 0, 9, 9]);
  });

  it.each<[string, number, number, number | bigint]>([
    ['a write', (0x20 << 16) | SELECT | WRITE, 1, 0x2000],
    ['a read to where no memory is', (0x20 << 16) | SELECT | READ, 4, 0x4000_0000],
    ['a read that leaves memory', (0x20 << 16) | SELECT | READ, 4, SIZE - 2],
    ['a read to the end of 64 bits', (0x20 << 16) | SELECT | READ, 4, 2n ** 64n - 1n],
    ['a read of 4 GiB', (0x20 << 16) | SELECT | READ, 0xffff_ffff, 0x2000],
  ])('refuses %s', (_what, control, length, target) => {
    const machine = machineWith({ files: { a: 'abcd' } });
    const before = machine.memory.read(0x1000, SIZE - 0x1000);
    expect(dma(machine, control, length, target)).toBe(ERROR);
    expect(machine.memory.read(0x1000, SIZE - 0x1000)).toEqual(before);
    expect(machine.metrics.values()).toEqual({ dmaErrors: 1 });
  });

  it('does not mind an address that does not matter', () => {
    const machine = machineWith();
    expect(dma(machine, READ, 0, 2n ** 64n - 1n)).toBe(0);
    expect(dma(machine, SKIP, 0xffff_ffff, 2n ** 64n - 1n)).toBe(0);
    expect(dma(machine, 0, 0xffff_ffff, 2n ** 64n - 1n)).toBe(0);
  });

  it('refuses a description that is no memory, or that it cannot answer in', () => {
    const machine = new FakeMachine(fwCfg(), { memory: [{ base: 0, size: 0x1000, readonly: true }] });
    for (const [high, low] of [
      [0, 0x100],
      [0, 0xffc],
      [0xffff_ffff, 0xffff_fff0],
    ]) {
      machine.writePort(DMA, swapped(high), 4);
      machine.writePort(DMA + 4, swapped(low), 4);
    }
    expect(machine.memory.read(0, 0x1000)).toEqual(new Uint8Array(0x1000));
    expect(machine.metrics.values()).toEqual({ dmaErrors: 3 });
  });

  it('of the most that a guest can ask for takes no time', () => {
    const machine = machineWith({ files: { a: 'abcd' } });
    const began = performance.now();
    for (let i = 0; i < 1000; i++) dma(machine, (0x20 << 16) | SELECT | READ, 0xffff_ffff - i, 0);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('a guest', () => {
  it('finds a file as firmware does, with rep insb', async () => {
    const device = fwCfg({ files: { greeting: 'Hello' } });
    const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 65_536 }], devices: [device] });
    // mov dx,510h / mov ax,20h / out dx,ax / inc dx / mov cx,5 / mov di,500h / cld / rep insb / hlt
    const program = [
      0xba, 0x10, 0x05, 0xb8, 0x20, 0x00, 0xef, 0x42, 0xb9, 5, 0, 0xbf, 0x00, 0x05, 0xfc, 0xf3, 0x6c, 0xf4,
    ];
    vm.memory.write(0x7c00, Uint8Array.from(program));
    enterRealMode(vm.vcpu, { segment: 0, offset: 0x7c00 });
    expect((await vm.run({ timeoutMs: 10_000 })).outcome).toBe('halted');
    expect(ascii(vm.memory.read(0x500, 5))).toBe('Hello');
    vm.dispose();
  });
});
