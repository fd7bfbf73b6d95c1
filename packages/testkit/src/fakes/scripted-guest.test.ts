import { type Device, RealClock, VirtualClock, Vm, type VmOptions } from '@picovm/core';
import { describe, expect, it } from 'vitest';
import { type GuestProgram, type ScriptedGuestOptions, type ScriptedVcpu, scriptedGuest } from '../index.ts';

/** A device at ports 0x10 to 0x13 whose reads count up, and that keeps what is written. */
function counter(): Device & { written: number[]; reads: number } {
  const it = {
    id: 'counter',
    type: 'counter',
    written: [] as number[],
    reads: 0,
    attach: (context: Parameters<Device['attach']>[0]) =>
      context.claimPorts(
        { base: 0x10, length: 4 },
        { read: () => ++it.reads, write: (_offset, _size, value) => it.written.push(value) },
      ),
  };
  return it;
}

function machine(
  program: GuestProgram,
  options: Partial<VmOptions<ScriptedVcpu>> = {},
  guest: ScriptedGuestOptions = {},
): Vm<ScriptedVcpu> {
  return new Vm({ accelerator: scriptedGuest(program, guest), memory: [{ base: 0, size: 4096 }], ...options });
}

describe('scriptedGuest', () => {
  it('does to ports, memory and devices what a guest does', async () => {
    const device = counter();
    const seen: unknown[] = [];
    using vm = machine(
      function* (cpu) {
        cpu.out(0x10, 0x1234, 2);
        cpu.outs(0x10, Uint8Array.of(1, 2, 3));
        seen.push(cpu.in(0x10), cpu.ins(0x10, 2));
        cpu.store(0x100, 0xcafe, 2);
        cpu.store64(0x108, 0x1122334455667788n);
        seen.push(cpu.load(0x100), cpu.load(0x108, 1), cpu.load64(0x108), cpu.load(0xb8000), cpu.load64(0xb8000));
        seen.push(cpu.cpuid(0), cpu.rdmsr(0x10), cpu.wrmsr(0x10, 1n));
        yield;
        yield cpu.halt();
      },
      { devices: [device] },
    );
    const result = await vm.run();
    expect(result.exit).toEqual({ reason: 'halt', interruptsEnabled: false });
    expect(device.written).toEqual([0x1234, 1, 2, 3]);
    expect(seen).toEqual([
      1,
      Uint8Array.of(2, 3),
      0xcafe,
      0x88,
      0x1122334455667788n,
      0xffffffff,
      0xffffffffffffffffn,
      [0, 0, 0, 0],
      undefined,
      false,
    ]);
    expect(vm.memory.readU16(0x100)).toBe(0xcafe);
    expect(vm.vcpu.instructions).toBe(2);
  });

  it('shows what the program says of its registers', async () => {
    using vm = machine(function* (cpu) {
      cpu.registers.rax = 7n;
      cpu.location = 'loop';
      yield { reason: 'shutdown' };
    });
    const { cpu, exit } = await vm.run();
    expect(exit?.reason).toBe('shutdown');
    expect(cpu).toEqual({ registers: { rax: 7n }, location: 'loop', codeAddress: undefined });
  });

  it('counts its steps for a virtual clock, or says that it does not', async () => {
    using vm = machine(
      function* () {
        for (;;) yield;
      },
      { clock: new VirtualClock({ nsPerInstruction: 10 }) },
    );
    const at: number[] = [];
    vm.clock.alarm(500, () => {
      at.push(vm.vcpu.instructions);
      vm.stop();
    });
    await vm.run();
    expect(at).toEqual([50]);
    expect(() => machine(function* () {}, { clock: new VirtualClock() }, { instructionCount: false })).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED' }),
    );
  });

  it('takes interrupts while they are enabled', async () => {
    const irq = { setLine: () => {}, acknowledge: () => 0x21 };
    using vm = machine(
      function* (cpu) {
        yield;
        cpu.interruptsEnabled = true;
        while (cpu.interrupts.length === 0) yield;
        yield cpu.halt();
      },
      {
        clock: new RealClock(),
        devices: [
          {
            id: 'pic',
            type: 'pic',
            attach: (context) => context.claimInterrupts(irq).set(true),
          },
        ],
      },
    );
    const result = await vm.run({ timeoutMs: 10_000 });
    expect(vm.vcpu.interrupts).toEqual([0x21]);
    expect(result.exit).toEqual({ reason: 'halt', interruptsEnabled: false });
  });
});

describe('a snapshot of a scripted guest', () => {
  const adding: GuestProgram = function* (cpu) {
    let sum = 0;
    for (let i = 0; i < 6; i++) {
      sum += cpu.in(0x10);
      cpu.out(0x11, sum);
      cpu.registers.rax = BigInt(sum);
      yield;
    }
    cpu.store(0x200, sum);
  };

  function runSteps(vm: Vm<ScriptedVcpu>, instructions: number): void {
    vm.vcpu.run({ nanoseconds: 1e9, instructions });
  }

  it.each([0, 1, 4, 6])('goes on where it was, after %i steps, and does nothing twice', (steps) => {
    const [devices, others] = [[counter()], [counter()]];
    using first = machine(adding, { devices });
    using second = machine(adding, { devices: others });
    runSteps(first, steps);
    const state = structuredClone(first.vcpu.snapshot());
    second.vcpu.restore(state);
    expect(others[0]).toMatchObject({ reads: 0, written: [] });
    expect(second.vcpu.snapshot()).toEqual(state);
    expect(second.vcpu.dump()).toEqual(first.vcpu.dump());
    others[0].reads = devices[0].reads;
    runSteps(first, 10 - steps);
    runSteps(second, 10 - steps);
    expect(second.vcpu.snapshot()).toEqual(first.vcpu.snapshot());
    expect(second.memory.readU32(0x200)).toBe(21);
    expect(others[0].written).toEqual(devices[0].written.slice(steps));
  });

  it('is refused by another program, which stays where it is', () => {
    using first = machine(adding, { devices: [counter()] });
    using other = machine(function* (cpu) {
      for (;;) {
        cpu.registers.rbx = 1n;
        cpu.interruptsEnabled = true;
        yield;
      }
    });
    runSteps(first, 3);
    runSteps(other, 5);
    const before = [other.vcpu.snapshot(), other.vcpu.dump(), other.vcpu.interruptsEnabled];
    const mismatch = expect.objectContaining({ code: 'ERR_SNAPSHOT_MISMATCH' });
    expect(() => other.vcpu.restore(first.vcpu.snapshot())).toThrow(mismatch);
    expect(() => other.vcpu.restore({ ...first.vcpu.snapshot(), arch: 'x86' })).toThrow(mismatch);
    expect(() => other.vcpu.restore({ ...first.vcpu.snapshot(), version: 2 })).toThrow(
      expect.objectContaining({ code: 'ERR_SNAPSHOT_VERSION' }),
    );
    expect(() => other.vcpu.restore({ arch: 'scripted', version: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_SNAPSHOT_FORMAT' }),
    );
    expect([other.vcpu.snapshot(), other.vcpu.dump(), other.vcpu.interruptsEnabled]).toEqual(before);
  });

  it('cannot be had in the middle of a step', () => {
    let refusal: unknown;
    using vm = machine(function* (cpu) {
      yield;
      try {
        cpu.snapshot();
      } catch (error) {
        refusal = error;
      }
    });
    runSteps(vm, 2);
    expect(refusal).toMatchObject({ code: 'ERR_VM_RUNNING' });
  });
});
