import type { DeviceState } from '@picovm/core';
import { describe, expect, it } from 'vitest';
import { slowBlocks } from '../block/slow-blocks.test-util.ts';
import { memoryBlocks } from '../index.ts';
import { type Driver, diskImage, driver, SIZE } from './floppy.test-util.ts';

/** Moves what a guest has of one machine to a new one. */
function moved(from: Driver, to: Driver): Driver {
  const state = structuredClone(from.fdc.snapshot());
  to.clock.restore(from.clock.now());
  to.dma.memory.set(from.dma.memory);
  to.dma.at = from.dma.at;
  to.dma.count = from.dma.count;
  to.fdc.restore(state);
  expect(to.fdc.snapshot()).toEqual(state);
  return to;
}

describe('a snapshot', () => {
  it('of a write that its host was doing does it again', async () => {
    const blocks = slowBlocks(SIZE);
    const first = driver({}, blocks);
    first.dma.program(1024, new Uint8Array(1024).fill(5));
    first.send(0xc5, 0x00, 0, 0, 1, 2, 18, 27, 0xff);
    first.wait();
    await blocks.settle();
    expect(blocks.asked).toEqual(['write 0+512']);
    const image = memoryBlocks(SIZE);
    const second = moved(first, driver({}, image));
    expect(second.msr()).toBe(0x10);
    second.wait();
    expect(second.line.level).toBe(true);
    expect(second.result()).toEqual([0, 0, 0, 0, 0, 3, 2]);
    expect(image.bytes.subarray(0, 1536)).toEqual(new Uint8Array(1536).fill(5, 0, 1024));
  });

  it('of every moment of a transfer goes on elsewhere', () => {
    const bytesOf = (machine: Driver, count: number): number[] => {
      const bytes: number[] = [];
      for (let i = 0; i < count; i++) bytes.push(machine.take());
      return bytes;
    };
    let machine = driver();
    machine.send(0x03, 0xdf, 0x03);
    machine.give(0x46);
    machine = moved(machine, driver());
    machine.send(0x00, 0, 0, 17, 2, 18, 27, 0xff);
    machine = moved(machine, driver());
    machine.wait();
    const bytes = bytesOf(machine, 300);
    machine = moved(machine, driver());
    bytes.push(...bytesOf(machine, 724));
    machine = moved(machine, driver());
    expect(machine.line.level).toBe(true);
    expect(machine.take()).toBe(0x40);
    machine = moved(machine, driver());
    expect(machine.line.level).toBe(false);
    expect(machine.result()).toEqual([0x80, 0, 1, 0, 1, 2]);
    expect(new Uint8Array(bytes)).toEqual(diskImage().subarray(16 * 512, 18 * 512));
  });

  it('of a format goes on elsewhere', () => {
    const disk = memoryBlocks(diskImage());
    let machine = driver();
    machine.send(0x03, 0xdf, 0x03);
    machine.send(0x4d, 0x00, 2, 2, 0x54, 0xf6);
    machine.wait();
    for (const byte of [0, 0, 3, 2, 0]) machine.give(byte);
    machine = moved(machine, driver({}, disk));
    for (const byte of [0, 4, 2]) machine.give(byte);
    expect(machine.result().slice(0, 3)).toEqual([0, 0, 0]);
    expect(Buffer.compare(disk.bytes, diskImage().fill(0xf6, 1024, 2048))).toBe(0);
  });

  it('of a format that its host was doing does the rest', async () => {
    const blocks = slowBlocks(diskImage());
    const first = driver({}, blocks);
    first.dma.program(8, Uint8Array.of(0, 0, 3, 2, 0, 0, 4, 2));
    first.send(0x4d, 0x00, 2, 2, 0x54, 0xf6);
    first.wait();
    await blocks.settle();
    await blocks.settle();
    expect(blocks.asked).toEqual(['write 1536+512']);
    const disk = memoryBlocks(blocks.bytes.slice());
    const second = moved(first, driver({}, disk));
    second.wait();
    expect(second.result().slice(0, 3)).toEqual([0, 0, 0]);
    expect(Buffer.compare(disk.bytes, diskImage().fill(0xf6, 1024, 2048))).toBe(0);
  });

  it('is refused where other disks are in the drives', () => {
    const { fdc } = driver();
    const state = fdc.snapshot();
    const others = driver({}, memoryBlocks(368_640)).fdc;
    expect(() => others.restore(state)).toThrow(
      expect.objectContaining({
        code: 'ERR_DEVICE_STATE',
        message: expect.stringContaining('a disk of 2880 sectors in drive 0, and the device has a disk of 720 sectors'),
      }),
    );
    fdc.eject(0);
    expect(() => fdc.restore(state)).toThrow('no disk');
  });

  it('with a transfer that cannot be is refused', () => {
    const machine = driver();
    machine.send(0x03, 0xdf, 0x03);
    machine.send(0x45, 0x00, 0, 0, 17, 2, 18, 27, 0xff);
    machine.wait();
    const state = machine.fdc.snapshot();
    const refused = (change: object): void =>
      expect(() => machine.fdc.restore({ ...state, ...change } as DeviceState), JSON.stringify(change)).toThrow(
        expect.objectContaining({ code: 'ERR_DEVICE_STATE' }),
      );
    refused({ stage: 2 });
    refused({ stage: 5 });
    refused({ position: 512 });
    refused({ specify: Uint8Array.of(0xdf, 2) });
    refused({ transferring: new Uint8Array(9) });
    refused({ transferring: Uint8Array.of(0x45, 1, 0, 0, 17, 2, 18, 27, 0xff) });
    refused({ dor: 0 });
    refused({ command: Uint8Array.of(0x45) });
    refused({ result: Uint8Array.of(0) });
    refused({ geometries: Uint8Array.of(80, 2, 200, 0, 0, 0) });
    refused({ heads: Uint8Array.of(200, 0) });
    expect(machine.fdc.snapshot()).toEqual(state);
  });
});
