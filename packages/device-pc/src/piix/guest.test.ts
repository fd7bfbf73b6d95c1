import { type Device, VirtualClock, Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { i440fx, pciBus } from '@picovm/device-pci';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { piix3Isa } from './piix3-isa.ts';
import { piix4Pm } from './piix4-pm.ts';

const PM1_CONTROL = 0x604;
const SCI_VECTOR = 0x29;

/** A machine whose interrupt controller gives each line its own vector, from 20h on, as long as the line is high. */
function machine(pmBase: number) {
  const pci = pciBus();
  const power = piix4Pm({ pci, pmBase });
  const pic: Device = {
    id: 'pic',
    type: 'pic',
    attach: (context) => {
      let line = 0;
      const intr = context.claimInterrupts({
        setLine: (n, level) => {
          line = n;
          intr.set(level);
        },
        acknowledge: () => 0x20 + line,
      });
    },
  };
  const devices = [pic, pci, i440fx({ pci }), piix3Isa({ pci }), power];
  const memory = [{ base: 0, size: 0x1_0000 }];
  return { vm: new Vm({ accelerator: interp(), memory, devices, clock: new VirtualClock() }), power };
}

type Machine = ReturnType<typeof machine>['vm'];

/** Real-mode code: `out` and `in` with the port in DX. */
const out8 = (port: number, value: number) => [0xba, port & 0xff, port >> 8, 0xb0, value, 0xee];
const out16 = (port: number, value: number) => [0xba, port & 0xff, port >> 8, 0xb8, value & 0xff, value >> 8, 0xef];
const out32 = (port: number, value: number) => [
  ...[0xba, port & 0xff, port >> 8, 0x66, 0xb8],
  ...[0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff),
  ...[0x66, 0xef],
];
const config32 = (fn: number, register: number, value: number) => [
  ...out32(0xcf8, 0x8000_0800 + (fn << 8) + register),
  ...out32(0xcfc, value),
];
const HLT = 0xf4;

async function run(vm: Machine, ...code: number[]): Promise<string> {
  vm.memory.write(0x1000, Uint8Array.from(code));
  enterRealMode(vm.vcpu, { segment: 0, offset: 0x1000 });
  return (await vm.run({ timeoutMs: 10_000 })).outcome;
}

describe('a guest', () => {
  it('places the ports as SeaBIOS does, and powers the machine off as its DSDT says', async () => {
    const { vm } = machine(0);
    const place = [...config32(3, 0x40, 0x601), ...config32(3, 0x80, 1)];
    expect(await run(vm, ...place, ...out16(PM1_CONTROL, 0x2000), HLT)).toBe('shutdown');
    vm.dispose();
  });

  it('powers it off where the ports are in their place already', async () => {
    const { vm } = machine(0x600);
    expect(await run(vm, ...out16(PM1_CONTROL, 0x2000), HLT)).toBe('shutdown');
    vm.dispose();
  });

  it('sleeps in HLT until the power button is pressed, and then powers the machine off', async () => {
    const { vm, power } = machine(0x600);
    // The handler at 2000h powers off.
    vm.memory.writeU32(4 * SCI_VECTOR, 0x2000);
    vm.memory.write(0x2000, Uint8Array.from([...out16(PM1_CONTROL, 0x2001), HLT]));
    const enable = [...out8(0xb2, 0xf1), ...out16(0x602, 0x0100)];
    // sti / hlt / jmp to the hlt
    const running = run(vm, ...enable, 0xfb, HLT, 0xeb, 0xfd);
    setTimeout(() => power.powerButton(), 20);
    expect(await running).toBe('shutdown');
    vm.dispose();
  });

  it('is woken by the timer when bit 23 changes', async () => {
    const { vm } = machine(0x600);
    vm.memory.writeU32(4 * SCI_VECTOR, 0x2000);
    // The handler reads the timer into 3000h, acknowledges, and stops for good.
    const read = [0xba, 0x08, 0x06, 0x66, 0xed, 0x66, 0xa3, 0x00, 0x30];
    vm.memory.write(0x2000, Uint8Array.from([...read, ...out16(0x600, 1), 0xfa, HLT]));
    const enable = [...out8(0xb2, 0xf1), ...out16(0x602, 0x0001)];
    expect(await run(vm, ...enable, 0xfb, HLT, 0xeb, 0xfd)).toBe('halted');
    const ticks = vm.memory.readU32(0x3000);
    expect(ticks).toBeGreaterThanOrEqual(0x80_0000);
    expect(ticks).toBeLessThan(0x80_0100);
    vm.dispose();
  });
});
