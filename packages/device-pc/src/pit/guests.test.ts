import { type DrivenClock, RealClock, VirtualClock, Vm } from '@picovm/core';
import { enterRealMode } from '@picovm/core/x86';
import { interp } from '@picovm/x86-interp';
import { describe, expect, it } from 'vitest';
import { pic8259, pit8254, rtc } from '../index.ts';

const CODE = 0x1000;
/** Where the counts of the timer's program are. */
const COUNT_LOW = 0x27;
const COUNT_HIGH = 0x2b;

// cli / xor ax,ax / mov ds,ax / mov word [80h],isr / mov [82h],ax / the master: 11h, 20h, 04h, 01h, and FEh as its mask /
// out 43h,34h / out 40h,A9h / out 40h,04h (1193) / xor cx,cx / sti / idle: hlt / cmp cx,100 / jb idle / cli / hlt
// isr: inc cx / mov al,20h / out 20h,al / iret
const TIMER =
  'fa31c08ed8c70680003910a38200b011e620b020e621b004e621b001e621b0fee621b034e643b0a9e640b004e640' +
  '31c9fbf483f96472fafaf441b020e620cf';

// The same with both chips set up from a table, register B of the clock at 42h, an ISR on vector 70h that reads register C and
// ends the interrupt in both chips, 512 interrupts, and then the seconds in BL.
const CLOCK =
  'fa31c08ed88ed0bc0080c706c0013510a3c201be4310b90b00ad31d288c288e0eee2f6fbf481f9000272f9fab000e670e47188c3f4' +
  '41b00ce670e471b020e6a0e620cf201121082104210121fba011a170a102a101700b7142';

function machine(program: string, clock: DrivenClock = new VirtualClock()): Vm {
  const devices = [pic8259(), pit8254(), rtc()];
  const vm = new Vm({ accelerator: interp(), memory: [{ base: 0, size: 65_536 }], devices, clock });
  vm.memory.write(
    CODE,
    Uint8Array.from(program.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
  );
  enterRealMode(vm.vcpu, { segment: 0, offset: CODE });
  return vm;
}

function withCount(vm: Vm, count: number): Vm {
  vm.memory.write(CODE + COUNT_LOW, Uint8Array.of(count & 0xff));
  vm.memory.write(CODE + COUNT_HIGH, Uint8Array.of(count >> 8));
  return vm;
}

// In ticks of the timer, from when the guest was made.
function ticksOf(clock: VirtualClock): number {
  return Math.round((clock.now() * 1_193_182) / 1e9);
}

// With a clock of the host some more may come between the comparison and CLI.
function isAbout(counted: bigint | undefined, least: number): boolean {
  return counted !== undefined && counted >= least && counted < least + 10;
}

describe('a guest', () => {
  it('counts the interrupts of the timer, one for the control word and one a period', async () => {
    const clock = new VirtualClock();
    using vm = machine(TIMER, clock);
    const { outcome, cpu } = await vm.run({ timeoutMs: 20_000 });
    expect([outcome, cpu?.registers.rcx]).toEqual(['halted', 100n]);
    expect(vm.counters().devices.pic.metrics).toMatchObject({ interrupts: 100, spurious: 0 });
    // Few instructions, of 10 ns each, before the count is written and after the last interrupt.
    expect(ticksOf(clock) - 99 * 1193).toBeGreaterThanOrEqual(1);
    expect(ticksOf(clock) - 99 * 1193).toBeLessThan(4);
  });

  it('does so with a clock that runs as that of the host', async () => {
    using vm = machine(TIMER, new RealClock());
    const { outcome, cpu } = await vm.run({ timeoutMs: 20_000 });
    expect(outcome).toBe('halted');
    expect(isAbout(cpu?.registers.rcx, 100)).toBe(true);
  });

  it('goes on from a snapshot as if nothing had been', async () => {
    const clocks = [new VirtualClock(), new VirtualClock()];
    const [first, second] = clocks.map((clock) => machine(TIMER, clock));
    await first.run({ maxExits: 101 });
    second.restore(first.snapshot());
    const ends = [];
    for (const vm of [first, second]) {
      const { outcome, cpu } = await vm.run({ timeoutMs: 20_000 });
      ends.push([outcome, cpu?.registers.rcx, vm.devices.map((device) => device.snapshot?.())]);
      vm.dispose();
    }
    expect(ends[0].slice(0, 2)).toEqual(['halted', 100n]);
    expect(ends[1]).toEqual(ends[0]);
    expect(clocks[1].now()).toBe(clocks[0].now());
  });

  it.each([1, 2, 3])('that sets a count of %i does not bring the machine to a standstill', async (count) => {
    using vm = withCount(machine(TIMER, new RealClock()), count);
    const { outcome, cpu } = await vm.run({ timeoutMs: count === 1 ? 200 : 20_000 });
    // A count of 1 is illegal, and gives the one edge of the control word.
    expect(outcome).toBe(count === 1 ? 'timeout' : 'halted');
    if (count === 1) expect(cpu?.registers.rcx).toBe(1n);
    // They come as fast as it takes them: how many it takes between the comparison and CLI is the host's affair.
    else expect(cpu?.registers.rcx).toBeGreaterThanOrEqual(100n);
  });

  it('has half a second of periodic interrupts of the clock, by the slave', async () => {
    const clock = new VirtualClock();
    using vm = machine(CLOCK, clock);
    const { outcome, cpu } = await vm.run({ timeoutMs: 20_000 });
    expect([outcome, cpu?.registers.rcx, cpu?.registers.rbx]).toEqual(['halted', 512n, 0n]);
    expect(Math.abs(clock.now() - 5e8)).toBeLessThan(1000);
    expect(vm.counters().devices.pic.metrics).toMatchObject({ interrupts: 512, spurious: 0 });
  });
});
