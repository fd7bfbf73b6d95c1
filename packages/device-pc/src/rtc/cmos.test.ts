import { describe, expect, it } from 'vitest';
import { rtc } from '../index.ts';
import { driver, SECOND } from './rtc.test-util.ts';

const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

describe('ports', () => {
  it('70h takes an address, and a mask for the NMI; it reads as all ones', () => {
    const clock = driver();
    expect([clock.rtc.nmiMasked, clock.machine.readPort(0x70)]).toEqual([false, 0xff]);
    clock.write(0x8f, 0x55);
    expect([clock.rtc.nmiMasked, clock.read(0x0f), clock.rtc.nmiMasked]).toEqual([true, 0x55, false]);
  });

  it('16-bit writes to 70h set address and byte', () => {
    const clock = driver();
    clock.machine.writePort(0x70, 0xa540, 2);
    expect(clock.read(0x40)).toBe(0xa5);
  });

  it('registers A, C and D have bits that are not written; D says that the battery is good', () => {
    const clock = driver();
    for (const index of [0x0a, 0x0c, 0x0d]) clock.write(index, 0xff);
    expect([0x0a, 0x0c, 0x0d].map((index) => clock.read(index))).toEqual([0x7f, 0, 0x80]);
  });

  it('the memory keeps its bytes, and is 64 of them or 128', () => {
    for (const cmosSize of [64, 128]) {
      const clock = driver({ cmosSize });
      const ram = Array.from({ length: cmosSize - 14 }, (_, i) => i + 14).filter((index) => index !== 0x32);
      for (const index of ram) clock.write(index, index ^ 0xa5);
      expect(ram.map((index) => clock.read(index))).toEqual(ram.map((index) => index ^ 0xa5));
      // What there is no address line for is the same byte again.
      expect(clock.read((cmosSize & 0x7f) | 0x20)).toBe(0x20 ^ 0xa5);
    }
  });
});

describe('the host', () => {
  it('reads and writes bytes, before the machine is made and after', () => {
    const device = rtc();
    device.cmos.write(0x10, 0x40);
    expect([device.cmos.size, device.cmos.read(0x10)]).toEqual([128, 0x40]);
    const clock = driver();
    clock.rtc.cmos.write(0x3d, 0x21);
    expect(clock.read(0x3d)).toBe(0x21);
    clock.write(0x3d, 0x31);
    expect(clock.rtc.cmos.read(0x3d)).toBe(0x31);
    clock.pass(3 * SECOND);
    expect([clock.rtc.cmos.read(0), clock.rtc.cmos.read(0x0c), clock.read(0x0c)]).toEqual([3, 0, 0x50]);
  });

  it.each([-1, 128, 1.5, Number.NaN])('reads no byte %s', (index) => {
    expect(() => rtc().cmos.read(index)).toThrow(invalid);
  });

  it.each([
    [0, 1],
    [0x0d, 1],
    [0x32, 0x20],
    [128, 0],
    [20.5, 0],
    [0x10, 256],
    [0x10, -1],
    [0x10, 0.5],
  ])('does not write byte %s as %s', (index, value) => {
    expect(() => rtc().cmos.write(index, value)).toThrow(invalid);
  });

  it('gives bytes by options; those of the clock are passed over', () => {
    const cmos = new Uint8Array(0x40).fill(0x77);
    const clock = driver({ cmos, date: 0 });
    expect([clock.face(), clock.read(0x0b), clock.read(0x0e), clock.read(0x3f), clock.read(0x40)]).toEqual([
      '1970-01-01 00:00:00 05',
      0x02,
      0x77,
      0x77,
      0,
    ]);
    expect(() => rtc({ cmos: new Uint8Array(65), cmosSize: 64 })).toThrow(invalid);
  });

  // In KiB: base, from 1 MiB on; in 64 KiB: from 16 MiB on.
  it.each([
    [512 * 1024, 512, 0, 0],
    [1024 * 1024, 640, 0, 0],
    [4 * 2 ** 20, 640, 3072, 0],
    [16 * 2 ** 20, 640, 15 * 1024, 0],
    [32 * 2 ** 20, 640, 31 * 1024, 256],
    [128 * 2 ** 20, 640, 0xffff, 112 * 16],
    [2 ** 32, 640, 0xffff, 0xff00],
  ])('of %s bytes of memory writes %s KiB and %s KiB, and %s times 64 KiB', (memorySize, base, extended, above) => {
    const clock = driver({ memorySize });
    const word = (index: number): number => clock.read(index) | (clock.read(index + 1) << 8);
    expect([word(0x15), word(0x17), word(0x30), word(0x34)]).toEqual([base, extended, extended, above]);
  });
});

describe('a reset', () => {
  it('disables interrupts and takes them back; time and memory have a battery', () => {
    const clock = driver();
    clock.write(0x0a, 0x29);
    clock.write(0x0b, 0x7b);
    clock.write(0x0f, 0x05);
    clock.machine.writePort(0x70, 0x8f);
    clock.pass(2.5 * SECOND);
    expect(clock.line.level).toBe(true);
    clock.rtc.reset();
    expect([clock.line.level, clock.machine.clock.pending, clock.rtc.nmiMasked]).toEqual([false, 0, false]);
    expect([0x0a, 0x0b, 0x0c, 0x0f].map((index) => clock.read(index))).toEqual([0x29, 0x03, 0, 0x05]);
    clock.pass(0.5 * SECOND);
    expect(clock.face()).toBe('2000-01-01 00:00:03 07');
  });
});

it('shows the same to two machines that do the same', () => {
  const faces = [driver(), driver()].map((clock) => {
    clock.write(0x0b, 0x42);
    clock.pass(12_345_678_901);
    return [clock.face(), clock.line.changes, clock.rtc.snapshot()];
  });
  expect(faces[0]).toEqual(faces[1]);
});
