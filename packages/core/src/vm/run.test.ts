import { describe, expect, it } from 'vitest';
import type { ControlExit, RunOptions } from '../index.ts';
import { HLT, type Program } from './fake-accelerator.test-util.ts';
import { device, makeVm, onWrite, runProgram } from './make-vm.test-util.ts';

const forever: Program = function* () {
  for (;;) yield;
};

/** A guest that leaves with `exit`, and halts if it is let go on. */
const leaving = (exit: ControlExit): Program =>
  function* () {
    yield exit;
  };

const internalError: ControlExit = { reason: 'internal-error', suberror: 1, detail: 'FXSAVE is not emulated' };

describe('the outcome of a run', () => {
  it.each<[ControlExit, string, string]>([
    [HLT, 'halted', 'the guest halted at here'],
    [{ reason: 'halt', interruptsEnabled: true }, 'halted', 'the guest halted at here'],
    [{ reason: 'shutdown' }, 'failed', 'the guest failed at here: triple fault'],
    [{ reason: 'system-event', event: 'shutdown' }, 'shutdown', 'the guest powered off'],
    [{ reason: 'system-event', event: 'reset' }, 'reset', 'the guest asked for a reset'],
    [{ reason: 'system-event', event: 'crash' }, 'failed', 'the guest failed at here: the machine reported a crash'],
    [internalError, 'failed', 'cannot go on: FXSAVE is not emulated (suberror 1)'],
    [{ reason: 'entry-failed', hardwareReason: 0x80000021n }, 'failed', 'hardware reason 0x80000021'],
    [{ reason: 'memory-fault', address: 0x1000, size: 4 }, 'failed', 'guest memory at 0x1000 cannot be reached'],
    [{ reason: 'unknown', accelerator: 'kvm', code: 21 }, 'failed', 'unknown exit 21 (KVM_EXIT_WATCHDOG) of kvm'],
    [{ reason: 'unknown', accelerator: 'other', code: 21 }, 'failed', 'unknown exit 21 of other'],
    [{ reason: 'hypercall', number: 1n, args: [] }, 'failed', "nobody handles 'hypercall' exits"],
    [{ reason: 'debug', address: 0n, dr6: 0n }, 'stopped', 'the run was stopped by a breakpoint; the guest is at here'],
    [{ reason: 'irq-window' }, 'failed', "nobody handles 'irq-window' exits"],
  ])('of a guest that leaves with %o is %s', async (exit, outcome, message) => {
    const result = await runProgram(leaving(exit));
    expect(result.outcome).toBe(outcome);
    expect(result.message).toContain(message);
    expect(result.exit).toEqual(exit);
    expect(result.error).toBeUndefined();
  });

  it('comes with registers, the last accesses and counters', async () => {
    const result = await runProgram(
      function* (cpu) {
        cpu.sink.portWrite(0xe9, 1, 0x41);
        yield;
        cpu.sink.mmioWrite(0xb8000, 2, 0x0a41);
        yield;
      },
      { devices: [onWrite(0xe9, (_value, { metrics }) => metrics.counter('bytes').value++)] },
    );
    expect(result.cpu).toEqual({ registers: { rip: 0x7c00n }, location: 'here', codeAddress: 0x7c00 });
    expect(result.recentAccesses).toMatchObject([
      { space: 'port', address: 0xe9, value: 0x41 },
      { space: 'mmio', address: 0xb8000, value: 0x0a41 },
    ]);
    expect(result.counters).toMatchObject({
      totalExits: 3,
      exits: { io: 1, mmio: 1, halt: 1 },
      instructions: 3,
      unmapped: { port: { reads: 0, writes: 0 }, mmio: { reads: 0, writes: 1 } },
      devices: { 'port-e9': { reads: 0, writes: 1, metrics: { bytes: 1 } } },
    });
  });

  it('is halted for a guest that jumps to itself', async () => {
    const result = await runProgram(function* (cpu) {
      cpu.stuck = true;
      yield* forever(cpu);
    });
    expect(result).toMatchObject({
      outcome: 'halted',
      exit: { reason: 'slice-end' },
      message: 'the guest halted: it jumps to itself at here',
    });
  });

  it('is not that while an interrupt could end the jump', async () => {
    const controller = { setLine: () => {}, acknowledge: () => 0 };
    const result = await runProgram(
      function* (cpu) {
        cpu.stuck = true;
        cpu.interruptsEnabled = true;
        yield* forever(cpu);
      },
      { irq: controller },
      { timeoutMs: 5 },
    );
    expect(result).toMatchObject({ outcome: 'timeout', message: 'the time limit was reached; the guest is at here' });
  });
});

describe('limits', () => {
  it('of time end a guest that never leaves', async () => {
    expect(await runProgram(forever, {}, { timeoutMs: 3 })).toMatchObject({ outcome: 'timeout', exit: undefined });
  });

  it('of exits end the run at the next instruction', async () => {
    const result = await runProgram(
      function* (cpu) {
        for (let i = 0; ; i++) {
          cpu.sink.portWrite(0x80, 1, i);
          yield;
        }
      },
      {},
      { maxExits: 5 },
    );
    expect(result).toMatchObject({ outcome: 'max-exits', counters: { totalExits: 5 }, exit: undefined });
  });

  it('of exits do not hide that the last one ended the run, or failed', async () => {
    expect((await runProgram(leaving({ reason: 'shutdown' }), {}, { maxExits: 1 })).outcome).toBe('failed');
    const devices = [
      onWrite(0, () => {
        throw new Error('broken');
      }),
    ];
    const faulty: Program = function* (cpu) {
      cpu.sink.portWrite(0, 1, 0);
      yield;
    };
    expect((await runProgram(faulty, { devices }, { maxExits: 1 })).outcome).toBe('failed');
  });

  it('hold for one run', async () => {
    using vm = makeVm(function* (cpu) {
      for (let i = 0; i < 10; i++) {
        cpu.sink.portRead(0x80, 1);
        yield;
      }
    });
    const outcomes = [await vm.run({ maxExits: 2 }), await vm.run({ maxExits: 2 }), await vm.run()];
    expect(outcomes.map(({ outcome, counters }) => [outcome, counters.exits.io])).toEqual([
      ['max-exits', 2],
      ['max-exits', 4],
      ['halted', 10],
    ]);
  });

  it.each<RunOptions>([
    { sliceMs: 0 },
    { sliceMs: Number.POSITIVE_INFINITY },
    { sliceMs: Number.NaN },
    { timeoutMs: -1 },
    { maxExits: 0 },
  ])('that make no sense are refused: %o', async (options) => {
    using vm = makeVm(function* () {});
    await expect(vm.run(options)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(vm.running).toBe(false);
  });

  it.each<[string, unknown]>([
    ["run() has no option 'timeout': it has signal, sliceMs, timeoutMs, maxExits", { timeout: 5 }],
    ['run() takes an object of options, not 1000', 1000],
    ['run() takes an object of options, not null', null],
    ['signal must be an AbortSignal: give the signal of the AbortController', { signal: new AbortController() }],
    ['signal must be an AbortSignal', { signal: null }],
    ['signal must be an AbortSignal', { signal: true }],
  ])('that there are not are refused: %s', async (message, options) => {
    using vm = makeVm(function* () {});
    await expect(vm.run(options as RunOptions)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
    expect(vm.running).toBe(false);
  });

  it('give the vCPU finite budgets, never so short that it gets nowhere', async () => {
    using vm = makeVm(
      function* () {
        for (let i = 0; i < 100; i++) yield;
      },
      // An alarm that is overdue whenever it is looked at.
      {
        devices: [
          device('dev', ({ clock }) => {
            const again = (): void => void clock.alarm(0, again);
            again();
          }),
        ],
      },
    );
    expect((await vm.run()).outcome).toBe('halted');
    for (const { nanoseconds } of vm.vcpu.budgets) {
      expect(nanoseconds).toBeGreaterThanOrEqual(10_000);
      expect(nanoseconds).toBeLessThanOrEqual(1_000_000);
    }
  });
});

describe('slices', () => {
  it('let the event loop have its turn while the guest runs', async () => {
    using vm = makeVm(forever);
    const run = vm.run();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(vm.running).toBe(true);
    vm.stop();
    expect((await run).outcome).toBe('stopped');
  });
});

describe('ending a run from outside', () => {
  it('by a signal', async () => {
    using vm = makeVm(forever);
    const abort = new AbortController();
    const run = vm.run({ signal: abort.signal });
    setTimeout(() => abort.abort(), 2);
    expect(await run).toMatchObject({ outcome: 'aborted', message: 'the run was aborted; the guest is at here' });
  });

  it('by a signal before it began, with no entry into the guest', async () => {
    using vm = makeVm(forever);
    expect((await vm.run({ signal: AbortSignal.abort() })).outcome).toBe('aborted');
    expect(vm.vcpu.budgets).toEqual([]);
  });

  it('by stop from a device, at the next instruction', async () => {
    let executed = 0;
    const vm = makeVm(
      function* (cpu) {
        cpu.sink.portWrite(0, 1, 0);
        yield;
        executed++;
        yield;
      },
      { devices: [onWrite(0, () => vm.stop())] },
    );
    expect((await vm.run()).outcome).toBe('stopped');
    expect(executed).toBe(0);
    expect((await vm.run()).outcome).toBe('halted');
    expect(executed).toBe(1);
    vm.dispose();
  });

  it('leaves nothing behind for the next run', async () => {
    const abort = new AbortController();
    using vm = makeVm(function* () {
      yield { reason: 'debug', address: 0n, dr6: 0n };
      yield { reason: 'debug', address: 1n, dr6: 0n };
    });
    vm.on('debug', () => 'stop');
    vm.stop();
    expect((await vm.run({ signal: abort.signal })).exit).toMatchObject({ reason: 'debug', address: 0n });
    abort.abort();
    vm.stop();
    expect((await vm.run()).exit).toMatchObject({ reason: 'debug', address: 1n });
    expect((await vm.run()).outcome).toBe('halted');
    expect(vm.counters().exits.kicked).toBe(0);
  });

  it('is only for one run at a time', async () => {
    using vm = makeVm(function* () {});
    const run = vm.run();
    await expect(vm.run()).rejects.toMatchObject({ code: 'ERR_VM_RUNNING' });
    expect((await run).outcome).toBe('halted');
  });
});

describe('running again', () => {
  it.each<ControlExit>([HLT, { reason: 'shutdown' }, internalError, { reason: 'system-event', event: 'reset' }])(
    'goes on behind %o',
    async (exit) => {
      using vm = makeVm(leaving(exit));
      expect((await vm.run()).exit).toEqual(exit);
      expect((await vm.run()).exit).toEqual(HLT);
    },
  );
});

describe('handlers of exits', () => {
  it('let the guest go on, or end the run', async () => {
    using vm = makeVm(function* () {
      yield { reason: 'hypercall', number: 1n, args: [] };
      yield { reason: 'hypercall', number: 2n, args: [] };
    });
    const handler = vm.on('hypercall', ({ number }) => (number === 1n ? 'resume' : 'stop'));
    const result = await vm.run();
    expect(result).toMatchObject({ outcome: 'stopped', exit: { reason: 'hypercall', number: 2n } });
    handler[Symbol.dispose]();
    expect((await vm.run()).outcome).toBe('halted');
  });

  it('may end it from an access too', async () => {
    using vm = makeVm(function* (cpu) {
      cpu.sink.portWrite(0xf4, 1, 0);
      yield;
    });
    vm.on('io', ({ port }) => (port === 0xf4 ? 'stop' : undefined));
    expect(await vm.run()).toMatchObject({ outcome: 'stopped', exit: undefined });
  });

  it('tell the vCPU when what the sink answers has changed', () => {
    using vm = makeVm(function* () {});
    vm.vcpu.log.length = 0;
    const handler = vm.on('cpuid', () => 'resume');
    expect(vm.vcpu.sink.answersCpuid).toBe(true);
    handler[Symbol.dispose]();
    expect(vm.vcpu.log).toEqual(['sink changed', 'sink changed']);
  });

  it('that are observers see everything', async () => {
    using vm = makeVm(function* (cpu) {
      cpu.sink.portWrite(0, 1, 0);
      yield;
    });
    const seen: string[] = [];
    vm.observe(({ reason }) => seen.push(reason));
    await vm.run();
    expect(seen).toEqual(['io', 'halt']);
  });
});

describe('system events', () => {
  it('of a device end the run before the guest goes on', async () => {
    let executed = 0;
    const powerOff: Program = function* (cpu) {
      cpu.sink.portWrite(0x604, 1, 0);
      yield;
      executed++;
    };
    const devices = [onWrite(0x604, (_value, { systemEvent }) => systemEvent('shutdown'))];
    expect(await runProgram(powerOff, { devices })).toMatchObject({
      outcome: 'shutdown',
      exit: { reason: 'system-event', event: 'shutdown' },
    });
    expect(executed).toBe(0);
  });

  it('come before an exit that the guest reaches in the meantime', async () => {
    const devices = [onWrite(0x604, (_value, { systemEvent }) => systemEvent('shutdown'))];
    const result = await runProgram(
      function* (cpu) {
        cpu.sink.portWrite(0x604, 1, 0);
        yield HLT;
      },
      { devices },
    );
    expect(result.outcome).toBe('shutdown');
  });

  it('can be claimed; the first of several counts', async () => {
    const events: string[] = [];
    using vm = makeVm(
      function* (cpu) {
        cpu.sink.portWrite(0x64, 1, 0xfe);
        yield;
      },
      {
        devices: [
          onWrite(0x64, (_value, { systemEvent }) => {
            systemEvent('reset');
            systemEvent('crash');
          }),
        ],
      },
    );
    vm.on('system-event', ({ event }) => {
      events.push(event);
      return 'resume';
    });
    expect((await vm.run()).outcome).toBe('halted');
    expect(events).toEqual(['reset']);
  });

  it('between runs wait for the next one, unless the machine is reset', async () => {
    let powerButton = (): void => {};
    const devices = [device('acpi', ({ systemEvent }) => (powerButton = () => systemEvent('shutdown')))];
    using vm = makeVm(forever, { devices });
    powerButton();
    expect((await vm.run({ timeoutMs: 3 })).outcome).toBe('shutdown');
    powerButton();
    vm.reset();
    expect((await vm.run({ timeoutMs: 3 })).outcome).toBe('timeout');
  });
});
