import { describe, expect, it } from 'vitest';
import { slowBlocks } from '../block/slow-blocks.test-util.ts';
import { type BlockBackend, memoryBlocks } from '../index.ts';
import { diskImage, driver, SIZE } from './floppy.test-util.ts';

const READ = [0xe6, 0x00, 0, 0, 1, 2, 18, 27, 0xff];
const WRITE = [0xc5, 0x00, 0, 0, 1, 2, 18, 27, 0xff];

describe('a slow host', () => {
  it('keeps the controller busy until it is done', async () => {
    const blocks = slowBlocks(diskImage());
    const { dma, send, wait, msr, line, result } = driver({}, blocks);
    dma.program(1024);
    send(...READ);
    wait();
    for (const asked of ['read 0+512', 'read 0+512', 'read 512+512']) {
      expect([msr(), line.level, blocks.asked]).toEqual([0x10, false, [asked]]);
      await blocks.settle();
    }
    expect(line.level).toBe(true);
    expect(result()).toEqual([0, 0, 0, 0, 0, 3, 2]);
    expect(dma.memory.subarray(0, 1024)).toEqual(diskImage().subarray(0, 1024));
  });

  it('is not heard after a reset', async () => {
    const blocks = slowBlocks(diskImage());
    const { dma, dor, send, wait, line, sense, result } = driver({}, blocks);
    dma.program(512);
    send(...READ);
    wait();
    dor(0x18);
    dor(0x1c);
    wait();
    sense();
    await blocks.settle();
    expect(line.level).toBe(false);
    expect(dma.count).toBe(512);
    send(...READ);
    wait();
    await blocks.settleAll();
    expect(result()).toEqual([0, 0, 0, 0, 0, 2, 2]);
    expect(dma.memory.subarray(0, 512)).toEqual(diskImage().subarray(0, 512));
  });

  it('is asked one thing at a time, whatever resets and commands come', async () => {
    const blocks = slowBlocks(SIZE);
    const { dma, dor, send, wait, msr } = driver({}, blocks);
    for (let i = 0; i < 100; i++) {
      dma.program(512, new Uint8Array(512).fill(i));
      send(...(i % 2 === 0 ? READ : WRITE));
      wait();
      expect(msr()).toBe(0x10);
      expect(blocks.asked.length).toBe(1);
      if (i % 7 === 0) await blocks.settle();
      dor(0x18);
      dor(0x1c);
    }
    expect(blocks.asked.length).toBeLessThanOrEqual(1);
  });

  it('does not write into what a later command reads', async () => {
    const blocks = slowBlocks(diskImage());
    const { dma, dor, send, wait, result } = driver({}, blocks);
    dma.program(512);
    send(...READ);
    wait();
    await blocks.settle();
    // Sector 1 is being read when the reset comes.
    dor(0x18);
    dor(0x1c);
    dma.program(512, new Uint8Array(512).fill(0x77));
    send(...WRITE);
    wait();
    await blocks.settleAll();
    expect(result()[0]).toBe(0);
    expect(blocks.bytes.subarray(0, 512)).toEqual(new Uint8Array(512).fill(0x77));
  });

  it('has flushed before a write is done', async () => {
    const blocks = slowBlocks(SIZE);
    const { dma, send, wait, msr, result } = driver({}, blocks);
    dma.program(512);
    send(...WRITE);
    wait();
    const seen: string[] = [];
    while (blocks.asked.length > 0) {
      expect(msr()).toBe(0x10);
      seen.push(...blocks.asked);
      await blocks.settle();
    }
    expect(seen).toEqual(['read 0+512', 'write 0+512', 'flush']);
    expect(result()[0]).toBe(0);
  });

  it('gives a disk that is taken out back, and the command fails', async () => {
    const blocks = slowBlocks(SIZE);
    const { dma, send, wait, fdc, result, line } = driver({}, blocks);
    dma.program(512);
    send(...READ);
    wait();
    expect(fdc.eject(0)).toBe(blocks);
    expect(line.level).toBe(true);
    expect(result().slice(0, 3)).toEqual([0x40, 0x01, 0]);
    await blocks.settleAll();
    expect(line.level).toBe(false);
    expect(fdc.drives[0].blocks).toBeUndefined();
    expect(fdc.eject(0)).toBeUndefined();
  });
});

describe('a host that fails', () => {
  const failing = (what: keyof BlockBackend, how: () => void | Promise<void>): BlockBackend => ({
    ...memoryBlocks(SIZE),
    [what]: how,
  });
  const ways: [string, () => void | Promise<void>][] = [
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ];
  it.each(ways)('%s: the guest sees a data error, and can go on', async (_name, how) => {
    for (const [what, bytes, expected] of [
      ['read', READ, [0x40, 0x20, 0x20]],
      ['write', WRITE, [0x40, 0x20, 0x00]],
      ['flush', WRITE, [0x40, 0x20, 0x00]],
    ] as const) {
      const { dma, send, wait, result, msr, machine, sense } = driver({}, failing(what, how));
      dma.program(512);
      send(...bytes);
      wait();
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      expect(result().slice(0, 3), what).toEqual(expected);
      expect(msr()).toBe(0x80);
      expect(machine.metrics.values()).toMatchObject({ hostErrors: 1 });
      expect(sense()).toEqual([0x80]);
    }
  });
});

it('a DMA channel that moves nothing is an overrun, whatever it said last', () => {
  const channel = { write: () => 0, read: () => 0, terminalCount: true };
  const { command } = driver({ dma: { channel: () => channel } });
  expect(command(...READ).slice(0, 3)).toEqual([0x40, 0x10, 0]);
  expect(command(...WRITE).slice(0, 3)).toEqual([0x40, 0x10, 0]);
});

describe('disks', () => {
  it('are changed, with what their sizes say', () => {
    const { dma, command, fdc, ccr, seek } = driver();
    const small = diskImage(368_640);
    fdc.insert(0, memoryBlocks(small));
    ccr(2);
    seek(0x0f, 0, 39);
    dma.program(512);
    expect(command(0xe6, 0x04, 39, 1, 9, 2, 9, 27, 0xff).slice(0, 3)).toEqual([0x04, 0, 0]);
    expect(dma.memory.subarray(0, 512)).toEqual(small.subarray(-512));
    expect(fdc.drives[0]).toMatchObject({ type: '1.44M', cmosType: 4 });
  });

  it.each([
    [163_840, '360K', 1],
    [1_228_800, '1.2M', 2],
    [737_280, '720K', 3],
    [512, '1.44M', 4],
    [1_763_328, '1.44M', 4],
    [2_949_120, '2.88M', 5],
  ])('of %i bytes come with a drive of the type %s', (size, type, cmosType) => {
    const { fdc } = driver({ drives: [{ blocks: memoryBlocks(size) }] });
    expect(fdc.drives[0]).toMatchObject({ type, cmosType });
  });

  it('that are smaller than any other are 1.44M disks of zeros behind their end, which cannot be written', () => {
    const { dma, command } = driver({}, memoryBlocks(new Uint8Array(1024).fill(9)));
    dma.program(3 * 512);
    expect(command(...READ)[0]).toBe(0);
    expect(dma.memory.subarray(0, 1536)).toEqual(new Uint8Array(1536).fill(9, 0, 1024));
    dma.program(512);
    expect(command(0xc5, 0x04, 79, 1, 18, 2, 18, 27, 0xff).slice(0, 3)).toEqual([0x64, 0x20, 0]);
  });

  /** An image of so many sectors with a BIOS parameter block of 720 KB: 80 cylinders, 2 heads, 9 sectors. */
  function image720(sectors: number): Uint8Array {
    const image = diskImage(sectors * 512);
    const view = new DataView(image.buffer);
    view.setUint16(11, 512, true);
    view.setUint16(19, 1440, true);
    image[21] = 0xf9;
    view.setUint16(24, 9, true);
    view.setUint16(26, 2, true);
    return image;
  }

  it('are laid out as their boot sectors say', () => {
    const image = image720(400);
    const { dma, command, ccr } = driver({}, memoryBlocks(image));
    ccr(2);
    dma.program(512);
    expect(command(0xe6, 0x04, 10, 1, 9, 2, 9, 27, 0xff)[0]).toBe(0x24);
    expect(dma.memory.subarray(0, 512)).toEqual(image.subarray(197 * 512, 198 * 512));
  });

  it('are laid out by their size if their boot sectors are of smaller ones', () => {
    const image = image720(2880);
    const { dma, command } = driver({}, memoryBlocks(image));
    dma.program(512);
    expect(command(0xe6, 0x04, 10, 1, 18, 2, 18, 27, 0xff)[0]).toBe(0x24);
    expect(dma.memory.subarray(0, 512)).toEqual(image.subarray(395 * 512, 396 * 512));
  });

  it('and drives are checked', () => {
    const { fdc } = driver();
    const refused = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
    expect(() => fdc.insert(2, memoryBlocks(512))).toThrow(refused);
    expect(() => fdc.insert(0, memoryBlocks(2 ** 23))).toThrow(refused);
    expect(() => fdc.insert(0, memoryBlocks(0))).toThrow(refused);
    expect(() => fdc.insert(0, {} as BlockBackend)).toThrow(refused);
    expect(() => driver({ drives: [] })).toThrow(refused);
    expect(() => driver({ drives: [{ type: '8"' as '360K' }] })).toThrow(refused);
    expect(() => driver({ dma: {} as never })).toThrow(refused);
    expect(() => driver({ drives: Array.from({ length: 5 }, () => ({})) })).toThrow(refused);
  });
});
