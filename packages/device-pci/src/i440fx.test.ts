import { FakeMachine } from '@picovm/testkit';
import { describe, expect, it } from 'vitest';
import { i440fx, pciBus } from './index.ts';
import { PciGuest } from './test/pci-guest.test-util.ts';

function bridge() {
  const pci = pciBus();
  const machine = new FakeMachine(pci);
  const device = i440fx({ pci });
  machine.attach(device);
  return { machine, device, registers: new PciGuest(machine, 0) };
}

describe('the host bridge', () => {
  it('is what firmware and Linux take for a 440FX', () => {
    const { registers } = bridge();
    expect(registers.read(0x00)).toBe(0x1237_8086);
    expect(registers.read(0x08)).toBe(0x0600_0002);
    expect(registers.read(0x0e, 1)).toBe(0);
    // The sanity check of Linux for mechanism #1: the class of something on bus 0 is a host bridge.
    expect(registers.read(0x0a, 2)).toBe(0x0600);
    for (let bar = 0; bar < 6; bar++) expect(registers.sizeOf(0x10 + 4 * bar)).toBe(0);
    expect(registers.sizeOf(0x30)).toBe(0);
  });

  it('keeps what firmware writes into PAM: U-Boot 33h seven times; SeaBIOS 30h, 33h, then 10h, 11h', () => {
    const { registers } = bridge();
    for (let pam = 0x59; pam <= 0x5f; pam++) {
      expect(registers.read(pam, 1)).toBe(0);
      for (const value of [0x33, 0x30, 0x11]) {
        registers.write(pam, value, 1);
        expect(registers.read(pam, 1)).toBe(value);
      }
    }
  });

  it('has SMRAM at A0000h, whatever is written', () => {
    const { registers, device } = bridge();
    expect(registers.read(0x72, 1)).toBe(0x02);
    registers.write(0x72, 0x4a, 1);
    expect(registers.read(0x72, 1)).toBe(0x4a);
    registers.write(0x72, 0xff, 1);
    expect(registers.read(0x72, 1)).toBe(0x7a);
    const saved = device.snapshot();
    device.reset();
    expect(registers.read(0x72, 1)).toBe(0x02);
    device.restore(saved);
    expect(registers.read(0x72, 1)).toBe(0x7a);
  });
});
