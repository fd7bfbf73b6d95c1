import { beforeEach, describe, expect, it } from 'vitest';
import { Pc } from '../pc.test-util.ts';

let pc: Pc;

beforeEach(async () => {
  pc = await new Pc().boot();
});

const NS = 1e9;

describe('ticks', () => {
  it('are told and set', async () => {
    await pc.call(0x1a, { ax: 0x0100, cx: 0x0012, dx: 0x3456 });
    const { cx, dx, ax, carry } = await pc.call(0x1a, { ax: 0 });
    expect([cx, dx, ax, carry]).toEqual([0x12, 0x3456, 0, false]);
  });

  it('begin anew at midnight, which is told once', async () => {
    pc.vm.memory.writeU32(0x46c, 0x1800af);
    pc.vm.memory.writeU8(0x470, 0);
    pc.prepare(0x12, { cx: 1, interrupts: true });
    pc.vm.memory.write(0x1000, Uint8Array.of(0xfb, 0xf4, 0xe2, 0xfc, 0xfa, 0xf4));
    await pc.finish();
    expect(await pc.call(0x1a, { ax: 0 })).toMatchObject({ cx: 0, dx: 0, ax: 1 });
    expect(await pc.call(0x1a, { ax: 0 })).toMatchObject({ ax: 0 });
  });

  it('call INT 1Ch', async () => {
    pc.vm.memory.write(0x1800, Uint8Array.of(0x2e, 0xfe, 0x06, 0x00, 0x19, 0xcf)); // inc byte [cs:1900h] / iret
    pc.vm.memory.write(4 * 0x1c, Uint8Array.of(0x00, 0x18, 0, 0));
    pc.prepare(0x12, { cx: 5, interrupts: true });
    pc.vm.memory.write(0x1000, Uint8Array.of(0xfb, 0xf4, 0xe2, 0xfc, 0xfa, 0xf4));
    await pc.finish();
    expect(pc.byte(0x1900)).toBe(5);
  });

  it('come 18.2 times a second, whatever a polling program does with its interrupts', async () => {
    const before = pc.vm.clock.now();
    pc.prepare(0x1a);
    // mov ah,0 / int 1Ah / mov bx,dx / add bx,18 / l: mov ah,0 / int 1Ah / cmp dx,bx / jb l / hlt
    const code = [0xb4, 0, 0xcd, 0x1a, 0x89, 0xd3, 0x83, 0xc3, 18, 0xb4, 0, 0xcd, 0x1a, 0x39, 0xda, 0x72, 0xf8, 0xf4];
    pc.vm.memory.write(0x1000, Uint8Array.from(code));
    expect((await pc.finish()).outcome).toBe('halted');
    const seconds = (pc.vm.clock.now() - before) / NS;
    expect(seconds).toBeGreaterThan(0.93);
    expect(seconds).toBeLessThan(1.01);
  });
});

describe('the clock chip', () => {
  it('has time and date', async () => {
    expect(await pc.call(0x1a, { ax: 0x0200 })).toMatchObject({ carry: false, cx: 0x1234, dx: expect.any(Number) });
    expect((await pc.call(0x1a, { ax: 0x0200 })).dx >> 8).toBe(0x56);
    expect(await pc.call(0x1a, { ax: 0x0400 })).toMatchObject({ carry: false, cx: 0x2026, dx: 0x0715 });
  });

  it('is set', async () => {
    await pc.call(0x1a, { ax: 0x0300, cx: 0x2359, dx: 0x5800 });
    await pc.call(0x1a, { ax: 0x0500, cx: 0x1999, dx: 0x1231 });
    expect(await pc.call(0x1a, { ax: 0x0200 })).toMatchObject({ cx: 0x2359, dx: 0x5800 });
    expect(await pc.call(0x1a, { ax: 0x0400 })).toMatchObject({ cx: 0x1999, dx: 0x1231 });
  });

  it('has an alarm, which calls INT 4Ah', async () => {
    pc.vm.memory.write(0x1800, Uint8Array.of(0x2e, 0xfe, 0x06, 0x00, 0x19, 0xcf));
    pc.vm.memory.write(4 * 0x4a, Uint8Array.of(0x00, 0x18, 0, 0));
    expect((await pc.call(0x1a, { ax: 0x0600, cx: 0x1234, dx: 0x5800 })).carry).toBe(false);
    expect((await pc.call(0x1a, { ax: 0x0600, cx: 0x1234, dx: 0x5900 })).carry).toBe(true);
    await pc.call(0x15, { ax: 0x8600, cx: 0x2d, dx: 0xc6c0 });
    expect(pc.byte(0x1900)).toBe(1);
    await pc.call(0x1a, { ax: 0x0700 });
    expect(pc.rtc.cmos.read(0x0b) & 0x20).toBe(0);
  });

  it.each([0x08, 0x80, 0xb1, 0xff])('has no function %xh', async (ah) => {
    expect((await pc.call(0x1a, { ax: ah << 8, dx: 1 })).carry).toBe(true);
  });
});

describe('waits', () => {
  it.each([
    [1000, 0],
    [25_000, 0],
    [1_500_000, 0],
  ])('of %i microseconds', async (microseconds) => {
    const before = pc.vm.clock.now();
    const { carry, outcome } = await pc.call(0x15, { ax: 0x8600, cx: microseconds >>> 16, dx: microseconds & 0xffff });
    const waited = (pc.vm.clock.now() - before) / 1000;
    expect([carry, outcome]).toEqual([false, 'halted']);
    expect(waited).toBeGreaterThanOrEqual(microseconds);
    expect(waited).toBeLessThan(microseconds + 2500);
    expect(pc.rtc.cmos.read(0x0b) & 0x40).toBe(0);
  });

  it('for an event set a bit, and only one at a time', async () => {
    expect((await pc.call(0x15, { ax: 0x8300, cx: 0, dx: 20_000, es: 0, bx: 0x600 })).carry).toBe(false);
    expect((await pc.call(0x15, { ax: 0x8300, cx: 0, dx: 20_000, es: 0, bx: 0x601 })).carry).toBe(true);
    expect(pc.byte(0x600)).toBe(0);
    await pc.call(0x15, { ax: 0x8600, cx: 0, dx: 30_000 });
    expect([pc.byte(0x600), pc.byte(0x4a0)]).toEqual([0x80, 0]);
    expect((await pc.call(0x15, { ax: 0x8300, cx: 0, dx: 20_000, es: 0, bx: 0x600 })).carry).toBe(false);
    expect((await pc.call(0x15, { ax: 0x8301 })).carry).toBe(false);
    expect(pc.rtc.cmos.read(0x0b) & 0x40).toBe(0);
  });
});
