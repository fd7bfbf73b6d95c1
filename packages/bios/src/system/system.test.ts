import { beforeEach, describe, expect, it } from 'vitest';
import { DATA, Pc } from '../pc.test-util.ts';

let pc: Pc;

beforeEach(async () => {
  pc = await new Pc().boot();
});

describe('memory', () => {
  it('is told in three ways', async () => {
    expect((await pc.call(0x12)).ax).toBe(639);
    expect(await pc.call(0x15, { ax: 0x8800 })).toMatchObject({ ax: 1024, carry: false });
    expect(await pc.call(0x15, { ax: 0xe801 })).toMatchObject({ ax: 1024, bx: 0, cx: 1024, dx: 0, carry: false });
    pc.bios.connect({ vm: pc.vm, memoryBytes: 64 << 20 });
    expect(await pc.call(0x15, { ax: 0x8800 })).toMatchObject({ ax: 63 * 1024 });
    expect(await pc.call(0x15, { ax: 0xe801 })).toMatchObject({ ax: 15 * 1024, bx: 48 * 16 });
    pc.bios.connect({ vm: pc.vm, memoryBytes: 512 << 20 });
    expect(await pc.call(0x15, { ax: 0x8800 })).toMatchObject({ ax: 63 * 1024 });
    pc.bios.connect({ vm: pc.vm, memoryBytes: 20 << 20 });
    expect(await pc.call(0x15, { ax: 0x8800 })).toMatchObject({ ax: 19 * 1024 });
  });

  it('has a map', async () => {
    const ranges: number[][] = [];
    let next = 0;
    do {
      const result = await pc.call(0x15, { eax: 0xe820, edx: 0x534d4150, ecx: 24, ebx: next, di: 0x100 });
      expect(result).toMatchObject({ carry: false, eax: 0x534d4150, ecx: 20 });
      const at = DATA + 0x100;
      ranges.push([
        Number(pc.vm.memory.readU64(at)),
        Number(pc.vm.memory.readU64(at + 8)),
        pc.vm.memory.readU32(at + 16),
      ]);
      next = result.ebx;
    } while (next !== 0 && ranges.length < 20);
    expect(ranges).toEqual([
      [0, 0x9fc00, 1],
      [0x9fc00, 0x400, 2],
      [0xf0000, 0x10000, 2],
      [0x100000, 0x100000, 1],
      [0xfffc0000, 0x40000, 2],
    ]);
    expect((await pc.call(0x15, { eax: 0xe820, edx: 0x534d4150, ecx: 24, ebx: 99 })).carry).toBe(true);
    expect((await pc.call(0x15, { eax: 0xe820, edx: 1, ecx: 24 })).carry).toBe(true);
  });

  it('moves above 1 MiB and back', async () => {
    const descriptor = (at: number, base: number): void => {
      pc.vm.memory.write(at, Uint8Array.of(0xff, 0xff, base, base >> 8, base >> 16, 0x93, 0, base >>> 24));
    };
    pc.vm.memory.write(0x5000, Buffer.from('to high memory'));
    descriptor(DATA + 0x10, 0x5000);
    descriptor(DATA + 0x18, 0x123456);
    expect(await pc.call(0x15, { ax: 0x8700, cx: 7, si: 0 })).toMatchObject({ carry: false, ah: 0 });
    expect(Buffer.from(pc.vm.memory.read(0x123456, 14)).toString()).toBe('to high memory');
    expect(await pc.call(0x15, { ax: 0x8700, cx: 0x8001, si: 0 })).toMatchObject({ carry: true });
  });
});

describe('A20', () => {
  it('is on, and goes off and on', async () => {
    expect(await pc.call(0x15, { ax: 0x2402 })).toMatchObject({ carry: false, ax: 0x0001 });
    await pc.call(0x15, { ax: 0x2400 });
    expect(await pc.call(0x15, { ax: 0x2402 })).toMatchObject({ carry: false, ax: 0x0000 });
    // Services see memory as the program does.
    pc.vm.memory.write(0x100500, Buffer.from('high'));
    pc.vm.memory.write(0x000500, Buffer.from('low!'));
    await pc.call(0x10, { ax: 0x1300, bx: 7, cx: 4, dx: 0x0a00, es: 0xffff, bp: 0x510 });
    expect(pc.screen[10]).toBe('low!');
    await pc.call(0x15, { ax: 0x2401 });
    expect(await pc.call(0x15, { ax: 0x2402 })).toMatchObject({ ax: 0x0001 });
    await pc.call(0x10, { ax: 0x1300, bx: 7, cx: 4, dx: 0x0a00, es: 0xffff, bp: 0x510 });
    expect(pc.screen[10]).toBe('high');
    expect(await pc.call(0x15, { ax: 0x2403 })).toMatchObject({ bx: 3, carry: false });
  });
});

describe('the rest', () => {
  it('tells the equipment and the configuration', async () => {
    expect((await pc.call(0x11)).ax).toBe(pc.word(0x410));
    const { es, bx, carry } = await pc.call(0x15, { ax: 0xc000 });
    expect([carry, pc.word(16 * es + bx), pc.byte(16 * es + bx + 2)]).toEqual([false, 8, 0xfc]);
    expect((await pc.call(0x15, { ax: 0xc100 })).es).toBe(0x9fc0);
  });

  it.each([0x00, 0x41, 0x84, 0xc3, 0xd8])('has no INT 15h function %xh', async (ah) => {
    expect(await pc.call(0x15, { ax: ah << 8 })).toMatchObject({ carry: true, ah: 0x86 });
  });

  it('has no printer', async () => {
    expect((await pc.call(0x17, { ax: 0x0041 })).ah).toBe(1);
  });

  it('sends and receives', async () => {
    expect((await pc.call(0x14, { ax: 0x00e3, dx: 0 })).ah & 0x60).toBe(0x60);
    for (const character of 'ok') await pc.call(0x14, { ax: 0x0100 | character.charCodeAt(0), dx: 0 });
    await pc.call(0x15, { ax: 0x8600, cx: 1 });
    expect(pc.serial).toBe('ok');
    expect((await pc.call(0x14, { ax: 0x0200, dx: 0 })).ah & 0x80).toBe(0x80);
    pc.com1.receive(Buffer.from('!'));
    await pc.call(0x15, { ax: 0x8600, cx: 1 });
    expect(await pc.call(0x14, { ax: 0x0200, dx: 0 })).toMatchObject({ ax: 0x0021 });
    expect((await pc.call(0x14, { ax: 0x0300, dx: 3 })).ah).toBe(0x80);
  });

  it('powers off by APM', async () => {
    expect(await pc.call(0x15, { ax: 0x5300, bx: 0 })).toMatchObject({ carry: false, ax: 0x0102, bx: 0x504d });
    expect((await pc.call(0x15, { ax: 0x5301, bx: 0 })).carry).toBe(false);
    expect((await pc.call(0x15, { ax: 0x5305 })).outcome).toBe('halted');
    pc.prepare(0x15, { ax: 0x5307, bx: 1, cx: 3 });
    expect(await pc.run()).toBe('shutdown');
  });
});

describe('the mouse', () => {
  it('calls the program with packets', async () => {
    // handler: inc byte [cs:1900h] / mov bp, sp / mov al, [bp+10] / mov [cs:1901h], al / mov al, [bp+8] / mov [cs:1902h], al
    //          mov al, [bp+6] / mov [cs:1903h], al / retf
    const handler = [0x2e, 0xfe, 0x06, 0x00, 0x19, 0x89, 0xe5];
    for (const [at, to] of [
      [10, 1],
      [8, 2],
      [6, 3],
    ]) {
      handler.push(0x8a, 0x46, at, 0x2e, 0xa2, to, 0x19);
    }
    pc.vm.memory.write(0x1800, Uint8Array.from([...handler, 0xcb]));
    expect(await pc.call(0x15, { ax: 0xc205, bx: 0x0300 })).toMatchObject({ carry: false, ah: 0 });
    expect(await pc.call(0x15, { ax: 0xc200, bx: 0x0100 })).toMatchObject({ carry: true, ah: 5 });
    expect((await pc.call(0x15, { ax: 0xc207, es: 0, bx: 0x1800 })).carry).toBe(false);
    expect((await pc.call(0x15, { ax: 0xc200, bx: 0x0100 })).carry).toBe(false);
    pc.keyboard.mouse.move(5, 3);
    await pc.call(0x15, { ax: 0x8600, cx: 2 });
    expect(pc.byte(0x1900)).toBe(1);
    expect([pc.byte(0x1901) & 0x28, pc.byte(0x1902), pc.byte(0x1903)]).toEqual([0x28, 5, 0xfd]);
    // Keys go on.
    pc.keyboard.keyboard.type('m');
    expect((await pc.call(0x16, { ax: 0 })).ax).toBe(0x326d);
    expect((await pc.call(0x15, { ax: 0xc2ff })).ah).toBe(1);
  });
});
