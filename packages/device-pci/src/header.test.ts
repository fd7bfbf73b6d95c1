import { describe, expect, it } from 'vitest';
import { COMMAND, LINE, PciGuest, STATUS } from './test/pci-guest.test-util.ts';
import { board } from './test/plug.test-util.ts';

describe('the header of a function', () => {
  it('says what it is', () => {
    const { machine } = board({
      ...{ device: 5, vendorId: 0x8086, deviceId: 0x100e, classCode: 0x020000, revision: 3 },
      ...{ subsystemVendorId: 0x1af4, subsystemId: 0x1100, interruptPin: 2 },
    });
    const pci = new PciGuest(machine, 5);
    expect(pci.read(0x00)).toBe(0x100e_8086);
    expect(pci.read(0x08)).toBe(0x0200_0003);
    expect(pci.read(0x0e, 1)).toBe(0);
    expect(pci.read(0x2c)).toBe(0x1100_1af4);
    expect(pci.read(0x3d, 1)).toBe(2);
    expect(pci.read(STATUS, 2)).toBe(0x0280);
  });

  it('cannot be changed but for command, cache line size and interrupt line', () => {
    const { machine } = board({ device: 5, interruptPin: 1 });
    const pci = new PciGuest(machine, 5);
    const before = Array.from({ length: 64 }, (_, i) => pci.read(4 * i));
    for (let i = 0; i < 64; i++) pci.write(4 * i, 0xffff_ffff);
    expect(pci.read(COMMAND, 2)).toBe(0x0547);
    expect(pci.read(0x0c, 1)).toBe(0xff);
    expect(pci.read(LINE, 1)).toBe(0xff);
    pci.write(COMMAND, 0, 2);
    pci.write(0x0c, 0, 1);
    pci.write(LINE, 0, 1);
    expect(Array.from({ length: 64 }, (_, i) => pci.read(4 * i))).toEqual(before);
  });

  it('has no interrupt line without a pin', () => {
    const { machine } = board({ device: 5 });
    const pci = new PciGuest(machine, 5);
    pci.write(LINE, 0x0b, 1);
    expect(pci.read(LINE, 2)).toBe(0);
  });

  it('says in function 0 whether there are more, in whatever order they come', () => {
    const { machine } = board(
      { device: 5, function: 3 },
      { device: 5 },
      { device: 6 },
      { device: 7, multifunction: true },
    );
    expect(new PciGuest(machine, 5).read(0x0e, 1)).toBe(0x80);
    expect(new PciGuest(machine, 5).read(0x0c)).toBe(0x0080_0000);
    expect(new PciGuest(machine, 6).read(0x0e, 1)).toBe(0);
    expect(new PciGuest(machine, 7).read(0x0e, 1)).toBe(0x80);
  });

  it('has errors that the chip sets and a guest clears by writing ones', () => {
    const { machine, functions } = board({ device: 5 });
    const pci = new PciGuest(machine, 5);
    functions[0].writeConfig(STATUS, 2, 0x3000);
    expect(pci.read(STATUS, 2) & 0xf900).toBe(0x3000);
    pci.write(STATUS, 0x1000, 2);
    expect(pci.read(STATUS, 2) & 0xf900).toBe(0x2000);
    pci.write(STATUS, 0xffff, 2);
    expect(pci.read(STATUS, 2)).toBe(0x0280);
  });

  it('leads to capabilities if there are any', () => {
    const registers = { offset: 0x50, initial: Uint8Array.of(0x09, 0), writable: new Uint8Array(2) };
    const { machine } = board({ device: 5, capabilities: 0x50, registers });
    const pci = new PciGuest(machine, 5);
    expect(pci.read(STATUS, 2) & 0x10).toBe(0x10);
    expect(pci.read(pci.read(0x34, 1), 2)).toBe(0x0009);
  });

  it('tells the device of bus mastering', () => {
    const { machine, functions } = board({ device: 5 });
    const pci = new PciGuest(machine, 5);
    expect(functions[0].busMaster).toBe(false);
    pci.write(COMMAND, 4, 2);
    expect(functions[0].busMaster).toBe(true);
    functions[0].reset();
    expect(functions[0].busMaster).toBe(false);
  });
});

describe('the registers of a device', () => {
  it('take the bits of their masks, and tell the device where was written', () => {
    const written: [number, number][] = [];
    const { machine, functions } = board({
      device: 5,
      registers: [
        { offset: 0x40, initial: Uint8Array.of(0x12, 0x34), writable: Uint8Array.of(0xf0, 0x00) },
        { offset: 0xff, initial: Uint8Array.of(0x80), writable: Uint8Array.of(0x0f) },
      ],
      onConfigWrite: (offset, length) => void written.push([offset, length]),
    });
    const pci = new PciGuest(machine, 5);
    pci.write(0x40, 0xffff, 2);
    pci.write(0xff, 0x33, 1);
    pci.write(0x80, 0xffff_ffff);
    expect([pci.read(0x40), pci.read(0xff, 1), pci.read(0x80)]).toEqual([0x34f2, 0x83, 0]);
    expect(written).toEqual([
      [0x40, 2],
      [0xff, 1],
      [0x80, 4],
    ]);
    functions[0].writeConfig(0x41, 1, 0x99);
    expect(pci.read(0x41, 1)).toBe(0x99);
    expect(functions[0].readConfig(0x40, 2)).toBe(0x99f2);
    functions[0].writeConfig(0, 4, 0);
    expect(pci.read(0)).toBe(0x5678_1234);
    expect(written).toHaveLength(3);
    functions[0].reset();
    expect([pci.read(0x40), pci.read(0xff, 1)]).toEqual([0x3412, 0x80]);
  });
});
