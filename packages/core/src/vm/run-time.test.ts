import { describe, expect, it } from 'vitest';
import { type Device, type DeviceContext, type IrqLine, VirtualClock } from '../index.ts';
import { HLT, HLT_WAITING, type Program } from './fake-accelerator.test-util.ts';
import { device, makeVm, onWrite } from './make-vm.test-util.ts';

/** The smallest interrupt controller: vector 0x20 + line for the lowest asserted line. `intr` follows at once. */
function controller(): Device {
  const lines = new Set<number>();
  let intr: IrqLine | undefined;
  return device('pic', ({ claimInterrupts }) => {
    intr = claimInterrupts({
      setLine: (line, level) => {
        if (level) lines.add(line);
        else lines.delete(line);
        intr?.set(lines.size > 0);
      },
      acknowledge: () => 0x20 + Math.min(...lines),
    });
  });
}

/** Keeps its context, so that a test can act as the device. */
function puppet(): { device: Device; context: () => DeviceContext } {
  let kept: DeviceContext | undefined;
  return { device: device('puppet', (context) => (kept = context)), context: () => kept as DeviceContext };
}

describe('interrupts', () => {
  it('are delivered when the guest takes them, while their line is asserted', async () => {
    const { device: dev, context } = puppet();
    using vm = makeVm(
      function* (cpu) {
        const irq = context().irq(4);
        irq.set(true);
        yield;
        expect(cpu.interrupts).toEqual([]);
        cpu.interruptsEnabled = true;
        yield;
        expect(cpu.interrupts).toEqual([0x24]);
        cpu.interruptsEnabled = true;
        yield;
        expect(cpu.interrupts).toEqual([0x24, 0x24]);
        irq.set(false);
        cpu.interruptsEnabled = true;
        yield;
      },
      { devices: [controller(), dev] },
    );
    expect(await vm.run()).toMatchObject({ outcome: 'halted', counters: { exits: { 'irq-window': 2 } } });
    expect(vm.vcpu.interrupts).toEqual([0x24, 0x24]);
    expect(vm.vcpu.log.filter((entry) => entry.startsWith('window'))).toEqual(['window true', 'window false']);
  });

  it('that are gone by the time the guest would take them are not delivered', async () => {
    const { device: dev, context } = puppet();
    using vm = makeVm(
      function* (cpu) {
        cpu.interruptsEnabled = true;
        yield { reason: 'irq-window' };
        yield;
      },
      { devices: [controller(), dev] },
    );
    context().irq(4).pulse();
    expect((await vm.run()).outcome).toBe('halted');
    expect(vm.vcpu.interrupts).toEqual([]);
  });
});

describe('a guest that waits in HLT', () => {
  /** Waits for an interrupt, then does one more instruction and halts for good. */
  const waiting = (after: () => void): Program =>
    function* (cpu) {
      cpu.interruptsEnabled = true;
      yield HLT_WAITING;
      after();
      yield HLT;
    };

  it('sleeps until an interrupt comes', async () => {
    const { device: dev, context } = puppet();
    let woken = false;
    using vm = makeVm(
      waiting(() => (woken = true)),
      { devices: [controller(), dev] },
    );
    const run = vm.run();
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(woken).toBe(false);
    context().irq(1).set(true);
    expect((await run).outcome).toBe('halted');
    expect(woken).toBe(true);
    expect(vm.vcpu.interrupts).toEqual([0x21]);
  });

  it.each([
    ['an alarm that raises no interrupt', (context: DeviceContext) => void context.clock.alarm(1e6, () => {})],
    [
      'an alarm that is set while it sleeps',
      (context: DeviceContext) => void setTimeout(() => context.clock.alarm(0, () => {}), 1),
    ],
    [
      'a line of the controller that pulses',
      (context: DeviceContext) => void setTimeout(() => context.irq(3).pulse(), 1),
    ],
  ])('is not woken by %s', async (_what, disturb) => {
    const { device: dev, context } = puppet();
    using vm = makeVm(
      waiting(() => expect.unreachable('it ran on behind its HLT')),
      { devices: [controller(), dev] },
    );
    disturb(context());
    expect((await vm.run({ timeoutMs: 50 })).outcome).toBe('timeout');
    // Nor by being run again.
    expect((await vm.run({ timeoutMs: 5 })).outcome).toBe('timeout');
    expect(vm.vcpu.instructions).toBe(1);
  });

  it('wakes by an alarm that raises an interrupt', async () => {
    const { device: dev, context } = puppet();
    using vm = makeVm(
      waiting(() => {}),
      { devices: [controller(), dev] },
    );
    const irq = context().irq(0);
    context().clock.alarm(2e6, () => irq.set(true));
    expect((await vm.run({ timeoutMs: 5000 })).outcome).toBe('halted');
    expect(vm.vcpu.interrupts).toEqual([0x20]);
    expect(vm.clock.now()).toBeGreaterThanOrEqual(2e6);
  });

  it('wakes by an alarm that is set while it sleeps', async () => {
    const { device: dev, context } = puppet();
    using vm = makeVm(
      waiting(() => {}),
      { devices: [controller(), dev] },
    );
    const irq = context().irq(0);
    setTimeout(() => context().clock.alarm(0, () => irq.set(true)), 2);
    expect((await vm.run({ timeoutMs: 5000 })).outcome).toBe('halted');
    expect(vm.vcpu.interrupts).toEqual([0x20]);
  });

  it('can be stopped, aborted, and told of a system event', async () => {
    const { device: dev, context } = puppet();
    using vm = makeVm(
      waiting(() => expect.unreachable()),
      { devices: [controller(), dev] },
    );
    const abort = new AbortController();
    setTimeout(() => vm.stop(), 1);
    expect((await vm.run()).outcome).toBe('stopped');
    setTimeout(() => abort.abort(), 1);
    expect((await vm.run({ signal: abort.signal })).outcome).toBe('aborted');
    setTimeout(() => context().systemEvent('shutdown'), 1);
    expect((await vm.run()).outcome).toBe('shutdown');
    setTimeout(() => vm.stop(), 1);
    expect((await vm.run()).outcome).toBe('stopped');
  });

  it('waits no longer when it is reset, or put elsewhere', async () => {
    using vm = makeVm(
      function* () {
        yield HLT_WAITING;
      },
      { devices: [controller()] },
    );
    expect((await vm.run({ timeoutMs: 3 })).outcome).toBe('timeout');
    vm.vcpu.load(function* () {});
    expect((await vm.run({ timeoutMs: 5000 })).outcome).toBe('halted');
    vm.vcpu.load(function* () {
      yield HLT_WAITING;
    });
    expect((await vm.run({ timeoutMs: 3 })).outcome).toBe('timeout');
    vm.reset();
    const before = vm.vcpu.instructions;
    setTimeout(() => vm.stop(), 5);
    expect((await vm.run()).outcome).toBe('stopped');
    expect(vm.vcpu.instructions).toBe(before + 1);
  });

  it('goes on if a handler says so', async () => {
    using vm = makeVm(
      function* () {
        yield HLT_WAITING;
      },
      { devices: [controller()] },
    );
    vm.on('halt', ({ interruptsEnabled }) => (interruptsEnabled ? 'resume' : undefined));
    expect((await vm.run()).outcome).toBe('halted');
  });
});

describe('alarms', () => {
  it('that a device sets while the guest runs are not late by a slice', async () => {
    // In virtual time: the guest has executed `instructions` when the alarm goes off.
    let rangAt = -1;
    const devices = [
      onWrite(0, (_value, { clock }) => {
        clock.alarm(clock.now() + 50, () => (rangAt = clock.now()));
      }),
    ];
    using vm = makeVm(
      function* (cpu) {
        for (let i = 0; i < 10; i++) yield;
        cpu.sink.portWrite(0, 1, 0);
        yield;
        for (let i = 0; i < 10_000; i++) yield;
      },
      { devices, clock: new VirtualClock() },
    );
    await vm.run({ sliceMs: 1000 });
    // The write is the 11th instruction, counted when it is done.
    expect(rangAt).toBe(150);
  });

  it('that are later than the next one do not make the guest leave', async () => {
    const devices = [
      device('early', ({ clock }) => void clock.alarm(1000, () => {})),
      onWrite(0, (_value, { clock }) => void clock.alarm(2000, () => {})),
    ];
    using vm = makeVm(
      function* (cpu) {
        cpu.sink.portWrite(0, 1, 0);
        for (let i = 0; i < 300; i++) yield;
      },
      { devices, clock: new VirtualClock() },
    );
    await vm.run({ sliceMs: 1000 });
    expect(vm.vcpu.kicks).toBe(0);
    expect(vm.vcpu.budgets.map(({ instructions }) => instructions)).toEqual([100, 100, undefined]);
  });

  it('in real time make the guest leave if they are due within its slice', async () => {
    let rang = false;
    const devices = [onWrite(0, (_value, { clock }) => void clock.alarm(0, () => (rang = true)))];
    let seen: boolean | undefined;
    using vm = makeVm(
      function* (cpu) {
        cpu.sink.portWrite(0, 1, 0);
        yield;
        seen = rang;
      },
      { devices },
    );
    await vm.run({ sliceMs: 1000 });
    expect(seen).toBe(true);
  });
});

describe('virtual time', () => {
  const ticking = (log: number[]): Device =>
    device('timer', ({ clock, irq }) => {
      const line = irq(0);
      const tick = (): void => {
        log.push(clock.now());
        line.set(true);
        clock.alarm(clock.now() + 1000, tick);
        clock.alarm(clock.now() + 20, () => line.set(false));
      };
      clock.alarm(1000, tick);
    });

  it('jumps to the next alarm while the guest is halted', async () => {
    const log: number[] = [];
    using vm = makeVm(
      function* (cpu) {
        while (log.length < 5) {
          cpu.interruptsEnabled = true;
          yield HLT_WAITING;
          // The handler runs until the device deasserts its line.
          for (let i = 0; i < 5; i++) yield;
        }
      },
      { devices: [controller(), ticking(log)], clock: new VirtualClock() },
    );
    expect((await vm.run()).outcome).toBe('halted');
    expect(log).toEqual([1000, 2000, 3000, 4000, 5000]);
  });

  it('is the same in every run, however it is sliced', async () => {
    const trace = async (sliceMs: number): Promise<number[]> => {
      const log: number[] = [];
      const devices = [
        ticking(log),
        onWrite(1, (_v, { clock }) => void clock.alarm(clock.now() + 33, () => log.push(-clock.now()))),
      ];
      using vm = makeVm(
        function* (cpu) {
          for (let i = 0; i < 3000; i++) {
            if (i % 250 === 7) cpu.sink.portWrite(1, 1, 0);
            yield;
          }
        },
        { devices, clock: new VirtualClock({ nsPerInstruction: 3.7 }) },
      );
      expect((await vm.run({ sliceMs })).outcome).toBe('halted');
      return log;
    };
    const first = await trace(1000);
    expect(first.length).toBeGreaterThan(15);
    expect(await trace(0.05)).toEqual(first);
    expect(await trace(0.011)).toEqual(first);
  });
});
