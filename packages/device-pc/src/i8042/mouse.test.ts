import { describe, expect, it } from 'vitest';
import { type Driver, driver } from './driver.test-util.ts';

/** A mouse that reports. */
function reporting(...before: number[]): Driver {
  const d = driver();
  d.mouse(...before, 0xf4);
  return d;
}

const WHEEL = [0xf3, 200, 0xf3, 100, 0xf3, 80];
const FIVE = [0xf3, 200, 0xf3, 200, 0xf3, 80];
const bytes = (d: Driver): number[] => d.readAll().map((byte) => byte & 0xff);

describe('commands of the mouse', () => {
  it.each<[string, number[], number[]]>([
    ['reset', [0xff], [0xfa, 0xaa, 0x00]],
    ['its type', [0xf2], [0xfa, 0x00]],
    ['status', [0xe9], [0xfa, 0x00, 0x02, 100]],
    ['status after settings', [0xe8, 3, 0xf3, 40, 0xe7, 0xf4, 0xe9], [...Array(6).fill(0xfa), 0xfa, 0x30, 0x03, 40]],
    ['remote mode', [0xf0, 0xe9], [0xfa, 0xfa, 0x40, 0x02, 100]],
    ['a resolution that there is not', [0xe8, 4], [0xfa, 0xfe]],
    ['an echo in wrap mode', [0xee, 0x12, 0xf2, 0xec, 0xf2], [0xfa, 0x12, 0xf2, 0xfa, 0xfa, 0x00]],
    ['no command', [0xe1, 0xef, 0xfb], [0xfe, 0xfe, 0xfe]],
    ['a wheel, by the knock', [...WHEEL, 0xf2], [...Array(7).fill(0xfa), 0x03]],
    ['five buttons, by the knock', [...FIVE, 0xf2], [...Array(7).fill(0xfa), 0x04]],
    ['no wheel, by another knock', [0xf3, 200, 0xf3, 80, 0xf3, 100, 0xf2], [...Array(7).fill(0xfa), 0x00]],
    ['no wheel any more after a reset', [...WHEEL, 0xff, 0xf2], [...Array(6).fill(0xfa), 0xfa, 0xaa, 0, 0xfa, 0]],
  ])('%s', (_what, written, answers) => {
    expect(driver().mouse(...written)).toEqual(answers);
  });
});

describe('movement', () => {
  it('is reported when the guest asked for it, and not before', () => {
    const d = driver();
    d.device.mouse.move(3, 4);
    expect(bytes(d)).toEqual([]);
    d.mouse(0xf4);
    d.device.mouse.move(3, 4);
    expect(bytes(d)).toEqual([0x28, 3, 0xfc]);
    d.device.mouse.move(-2, -5);
    expect(bytes(d)).toEqual([0x18, 0xfe, 5]);
  });

  it('comes with the buttons', () => {
    const d = reporting();
    d.device.mouse.buttons({ left: true, middle: true });
    expect(bytes(d)).toEqual([0x0d, 0, 0]);
    d.device.mouse.buttons({ left: false, right: true });
    expect(bytes(d)).toEqual([0x0e, 0, 0]);
    d.device.mouse.buttons({ right: true });
    expect(bytes(d)).toEqual([]);
  });

  it('of a long way comes in several packets, which add up', () => {
    const d = reporting();
    d.device.mouse.move(600, -300);
    const packets = bytes(d);
    expect(packets).toEqual([0x08, 255, 255, 0x08, 255, 45, 0x08, 90, 0]);
  });

  it('comes at the sample rate', () => {
    const d = reporting(0xf3, 10);
    d.device.mouse.move(1, 0);
    for (let i = 0; i < 3; i++) d.read();
    d.device.mouse.move(1, 0);
    d.device.mouse.move(1, 0);
    const before = d.machine.clock.now();
    expect([d.read() & 0xff, d.read() & 0xff]).toEqual([0x08, 2]);
    expect(d.machine.clock.now() - before).toBeGreaterThan(90e6);
  });

  it('is scaled 2:1', () => {
    const d = reporting(0xe7);
    for (const [moved, told] of [
      [1, 1],
      [2, 1],
      [3, 3],
      [4, 6],
      [5, 9],
      [6, 12],
    ]) {
      d.device.mouse.move(moved, 0);
      expect(bytes(d)[1]).toBe(told);
    }
  });

  it('has the wheel in a fourth byte, for guests that know of it', () => {
    const d = reporting(...WHEEL);
    d.device.mouse.move(0, 0, -1);
    expect(bytes(d)).toEqual([0x08, 0, 0, 0xff]);
    const plain = reporting();
    plain.device.mouse.move(0, 0, -1);
    expect(bytes(plain)).toEqual([]);
  });

  it('has the fourth and the fifth button beside the wheel', () => {
    const d = reporting(...FIVE);
    d.device.mouse.buttons({ back: true, forward: true });
    d.device.mouse.move(0, 0, 2);
    expect(bytes(d)).toEqual([0x08, 0, 0, 0x30, 0x08, 0, 0, 0x32]);
  });

  it('is told on demand in remote mode', () => {
    const d = driver();
    d.mouse(0xf0);
    d.device.mouse.move(7, 0);
    expect(bytes(d)).toEqual([]);
    expect(d.mouse(0xeb)).toEqual([0xfa, 0x08, 7, 0]);
    expect(d.mouse(0xeb)).toEqual([0xfa, 0x08, 0, 0]);
  });

  it('waits, bounded, for a guest that does not take it', () => {
    const d = reporting();
    for (let i = 0; i < 1000; i++) {
      d.device.mouse.move(1000, 0);
      d.machine.clock.advance(1e6);
    }
    expect(d.machine.clock.pending).toBeLessThan(5);
    const packets = bytes(d);
    const told = packets.filter((_, i) => i % 3 === 1).reduce((sum, x) => sum + x, 0);
    expect(told).toBe(0xffff + 255);
  });

  it('takes numbers only', () => {
    const { mouse } = reporting().device;
    expect(() => mouse.move(Number.NaN, 0)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
