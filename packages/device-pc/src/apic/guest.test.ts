import { type DrivenClock, RealClock, VirtualClock, Vm } from '@picovm/core';
import { enterProtectedMode, writeFlatGdt } from '@picovm/core/x86';
import { type InterpVcpu, interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { ioApic, localApic, pic8259, pit8254 } from '../index.ts';

const CODE = 0x1000;

// mov esp,8000h / lidt [1090h] / mov edi,0FEE00000h / the local APIC: SVR (F0h) 1FFh, LINT0 (350h) masked / mov ebp,0FEC00000h /
// pin 2: to APIC 0, vector 42h / the 8254: out 43h,34h / out 40h,A9h / out 40h,04h (1193) / the APIC's timer: divider (3E0h) 1,
// periodic, vector 41h (320h), count (380h) 1000000 / xor ecx,ecx / xor ebx,ebx / sti / idle: hlt / cmp ecx,100 / jb idle / cli / hlt
// timer: inc ecx / jmp end / pit: inc ebx / end: mov dword [edi+0B0h],0 / iretd / and behind it the IDT of 41h and 42h
const PROGRAM =
  'bc008000000f011d90100000bf0000e0fec787f0000000ff010000c7875003000000000100bd0000c0fec74500150000' +
  '00c7451000000000c7450014000000c7451042000000b034e643b0a9e640b004e640c787e00300000b000000c7872003' +
  '000041000200c7878003000040420f0031c931dbfbf483f96472fafaf441eb0143c787b000000000000000cf90909090' +
  '1702900e000090907d100800008e000080100800008e0000';

function machine(clock: DrivenClock): Vm<InterpVcpu> {
  const apic = localApic();
  const devices = [pic8259({ apic }), ioApic({ apic }), apic, pit8254()];
  const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 65_536 }], devices, clock });
  vm.vcpu.apicBase = (value) => apic.setBase(value);
  vm.memory.write(
    CODE,
    Uint8Array.from(PROGRAM.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
  );
  enterProtectedMode(vm.vcpu, { entry: BigInt(CODE), gdt: writeFlatGdt(vm.memory, 0x9000) });
  return vm;
}

describe('a guest with APICs', () => {
  it('counts the interrupts of the APIC’s timer, and those of the 8254 by the I/O APIC, each a millisecond apart', async () => {
    const clock = new VirtualClock();
    using vm = machine(clock);
    const { outcome, cpu } = await vm.run({ timeoutMs: 20_000 });
    expect([outcome, cpu?.registers.rcx]).toEqual(['halted', 100n]);
    expect(Number(cpu?.registers.rbx)).toBeGreaterThanOrEqual(100);
    expect(Number(cpu?.registers.rbx)).toBeLessThanOrEqual(101);
    expect(Math.floor(clock.now() / 1e6)).toBe(100);
    expect(vm.counters().devices.lapic.metrics).toMatchObject({ spurious: 0, ticks: 100, lostTicks: 0 });
  });

  it('does so in real time', async () => {
    using vm = machine(new RealClock());
    const { outcome, cpu } = await vm.run({ timeoutMs: 20_000 });
    expect(outcome).toBe('halted');
    // Some more may come between the comparison and CLI.
    expect(Number(cpu?.registers.rcx)).toBeGreaterThanOrEqual(100);
    expect(Number(cpu?.registers.rcx)).toBeLessThan(110);
  });

  it('goes on in another machine in the middle, and is the same at the end', async () => {
    using first = machine(new VirtualClock());
    first.clock.alarm(41_234_567, () => first.stop());
    await first.run({ timeoutMs: 20_000 });
    const saved = structuredClone(first.snapshot());
    using second = machine(new VirtualClock());
    second.restore(saved);
    const ends = [await first.run({ timeoutMs: 20_000 }), await second.run({ timeoutMs: 20_000 })];
    expect(ends[1].cpu?.registers).toEqual(ends[0].cpu?.registers);
    expect(ends[0].cpu?.registers.rcx).toBe(100n);
    expect(second.clock.now()).toBe(first.clock.now());
    expect(second.snapshot().devices).toEqual(first.snapshot().devices);
  });

  it('that sets a period of a nanosecond, and never ends, has an interrupt every 20 µs at most', async () => {
    using vm = machine(new RealClock());
    // The count; and jmp in the place of jb.
    vm.memory.writeU32(CODE + 0x6c, 1);
    vm.memory.writeU8(CODE + 0x79, 0xeb);
    expect((await vm.run({ timeoutMs: 300 })).outcome).toBe('timeout');
    const { ticks, lostTicks } = vm.counters().devices.lapic.metrics;
    expect(ticks).toBeGreaterThan(0);
    expect(ticks).toBeLessThanOrEqual(vm.clock.now() / 20_000 + 1);
    expect(lostTicks).toBeGreaterThan(ticks);
  });
});
