import { describe, expect, it } from 'vitest';
import {
  type Device,
  type DrivenClock,
  decodeSnapshot,
  encodeSnapshot,
  RealClock,
  VirtualClock,
  type VmErrorCode,
} from '../index.ts';
import { HLT_WAITING } from './fake-accelerator.test-util.ts';
import { device } from './make-vm.test-util.ts';
import { allOf, tickerMachine, usedMachine } from './snapshot-machine.test-util.ts';

const withCode = (code: VmErrorCode, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });
const controller = { setLine: () => {}, acknowledge: () => 0x21 };
const kept = { snapshot: () => ({ version: 1 }), restore: () => {} };
const pic = (): Device => device('pic', (context) => context.claimInterrupts(controller), kept);

describe('a snapshot', () => {
  it('is plain data that does not change with the machine', () => {
    const { vm, ticker } = usedMachine();
    const snapshot = vm.snapshot({ description: 'before' });
    const copy = structuredClone(snapshot);
    vm.memory.writeU32(0x100, 0);
    vm.exits.portWrite(0x40, 1, 1);
    ticker.bytes.fill(0);
    expect(snapshot).toEqual(copy);
    expect(snapshot).toMatchObject({
      description: 'before',
      creator: '@picovm/core 0.0.0',
      machine: {
        accelerator: 'fake',
        memory: [{ base: 0, size: 4096, name: 'ram', readonly: false }],
        devices: [{ id: 'ticker', type: 'ticker', version: 1 }],
        ranges: [
          { space: 'port', base: 0x40, length: 2, owner: 'ticker' },
          { space: 'mmio', base: 0x40000, length: 4, owner: 'ticker' },
        ],
        clock: { kind: 'virtual', settings: { nsPerInstruction: 10 } },
      },
      devices: { ticker: { alarmAt: 5000, big: 2n ** 64n } },
      run: { halted: false, systemEvent: null, failure: null, irqLines: 8 },
    });
  });

  it('restores all of a machine, and its counters go on', () => {
    const { vm: source } = usedMachine();
    const { vm, ticker } = tickerMachine();
    vm.memory.writeU32(0x500, 1);
    ticker.setAlarm(7);
    vm.exits.mmioRead(0x99999, 4);
    if (ticker.context !== undefined) ticker.context.metrics.counter('others').value = 5;
    vm.restore(decodeSnapshot(encodeSnapshot(source.snapshot())));
    expect({ ...vm.snapshot(), counters: 0 }).toEqual({ ...source.snapshot(), counters: 0 });
    expect([vm.memory.readU32(0x100), vm.memory.readU32(0x500)]).toEqual([0xdeadbeef, 0]);
    expect(vm.vcpu).toMatchObject({ instructions: 77, interruptsEnabled: true, location: '07c0:1234' });
    expect(vm.clock.now()).toBe(770);
    expect(vm.irqs.level(3)).toBe(true);
    expect([...ticker.bytes]).toEqual([9, 1, 2, 3]);
    vm.exits.portWrite(0x40, 1, 5);
    expect(vm.counters()).toMatchObject({
      totalExits: 6,
      exits: { io: 4, mmio: 2 },
      instructions: 77,
      unmapped: { port: { reads: 1, writes: 0 }, mmio: { reads: 0, writes: 1 } },
      devices: { ticker: { reads: 2, writes: 2, metrics: { writes: 2, others: 0 } } },
    });
    expect(vm.exits.recent.list()).toHaveLength(1);
  });

  it('restores into the machine that it was taken of, too, however often', () => {
    const { vm } = usedMachine();
    const before = allOf(vm);
    const snapshot = vm.snapshot();
    for (let i = 0; i < 3; i++) {
      vm.memory.writeU8(i, 1);
      vm.exits.portWrite(0x40, 1, i);
      vm.vcpu.instructions += 5;
      vm.restore(snapshot);
      expect(allOf(vm)).toEqual(before);
    }
  });

  it('gives a device the counts of a counter that it makes later', () => {
    const { vm: source, ticker } = usedMachine();
    const errors = ticker.context?.metrics.counter('errors') ?? { value: 0 };
    errors.value = 3;
    const { vm, ticker: other } = tickerMachine();
    vm.restore(source.snapshot());
    expect(vm.counters()).toEqual(source.counters());
    const counter = other.context?.metrics.counter('errors') ?? { value: 0 };
    counter.value++;
    expect(vm.counters().devices.ticker.metrics.errors).toBe(4);
  });

  it('clears the pages that were zeros', () => {
    const options = {
      memory: [
        { base: 0, size: 0x4000 },
        { base: 0x10000, size: 0x2000 },
      ],
    };
    const [{ vm: source }, { vm }] = [tickerMachine(options), tickerMachine(options)];
    source.memory.writeU32(0x2ffc, 1);
    for (let page = 0; page < 4; page++) vm.memory.writeU32(page * 0x1000 + 4, 2);
    vm.memory.writeU32(0x11ffc, 3);
    vm.restore(source.snapshot());
    expect(allOf(vm)).toEqual(allOf(source));
    expect([vm.memory.readU32(0x2ffc), vm.memory.readU32(0x2004), vm.memory.readU32(0x11ffc)]).toEqual([1, 0, 0]);
  });

  it('tells the accelerator of the new memory', () => {
    const { vm } = tickerMachine();
    const heard: number[][] = [];
    vm.memory.onHostWrite((address, length) => heard.push([address, length]));
    vm.restore(usedMachine().vm.snapshot());
    expect(heard).toEqual([[0, 4096]]);
  });

  it('has alarms go off when they are due', async () => {
    const { vm, ticker } = tickerMachine({
      program: function* () {
        for (;;) yield;
      },
    });
    vm.restore(usedMachine().vm.snapshot());
    vm.clock.alarm(6000, () => vm.stop());
    await vm.run();
    expect(ticker.rang).toEqual([5000]);
  });

  it('keeps that a guest sleeps in HLT, and an interrupt wakes it', async () => {
    const sleeper = function* () {
      yield HLT_WAITING;
    };
    const options = { devices: [pic()], program: sleeper };
    const { vm: source } = tickerMachine(options);
    source.vcpu.interruptsEnabled = true;
    source.clock.alarm(100_000, () => source.stop());
    await source.run();
    const snapshot = source.snapshot();
    expect(snapshot.run.halted).toBe(true);

    const { vm } = tickerMachine({ ...options, devices: [pic()], program: function* () {} });
    vm.restore(snapshot);
    let woken = false;
    vm.clock.alarm(200_000, () => {
      woken = true;
      vm.stop();
    });
    expect((await vm.run()).outcome).toBe('stopped');
    expect([woken, vm.vcpu.budgets.length]).toEqual([true, 0]);
    // One whose registers were set after it fell asleep does not sleep.
    source.vcpu.location = 'elsewhere';
    expect(source.snapshot().run.halted).toBe(false);
  });

  it('keeps a system event that nobody has heard of, and a failure between runs', async () => {
    let raise = (): void => {};
    let fail = (): void => {};
    const events = (): Device =>
      device(
        'events',
        (context) => {
          raise = () => context.systemEvent('shutdown');
          context.claimPorts({ base: 1, length: 1 }, { read: () => fail() as never, write: () => {} });
        },
        { snapshot: () => ({ version: 1 }), restore: () => {} },
      );
    const { vm: source } = tickerMachine({ devices: [events()] });
    raise();
    const { vm } = tickerMachine({ devices: [events()] });
    vm.restore(source.snapshot());
    expect((await vm.run()).outcome).toBe('shutdown');

    fail = () => {
      throw new Error('no disk');
    };
    source.exits.portRead(1, 1);
    vm.restore(source.snapshot());
    expect(await vm.run()).toMatchObject({ outcome: 'failed', error: { message: expect.stringContaining('no disk') } });
  });

  it('restores lines without telling the interrupt controller what its own state says', () => {
    const heard: [number, boolean][] = [];
    const listening = (): Device =>
      device(
        'pic',
        ({ claimInterrupts }) => claimInterrupts({ ...controller, setLine: (n, l) => heard.push([n, l]) }),
        {
          snapshot: () => ({ version: 1 }),
          restore: () => {},
        },
      );
    const { vm } = tickerMachine({ devices: [listening()] });
    const { vm: source } = usedMachine({ devices: [listening()] });
    heard.length = 0;
    vm.restore(source.snapshot());
    expect([vm.irqs.level(3), heard]).toEqual([true, []]);
    // A line that is not as it was when the controller was saved is news.
    const { vm: other } = tickerMachine({ devices: [listening()] });
    other.irqs.source(5).set(true);
    heard.length = 0;
    other.restore(source.snapshot());
    expect(heard).toEqual([[5, true]]);
  });

  it('keeps the time of a real clock', async () => {
    const { vm: source } = tickerMachine({ clock: new RealClock() });
    await source.run();
    const { vm } = tickerMachine({ clock: new RealClock() });
    vm.restore(source.snapshot());
    expect(vm.clock.now()).toBe(source.clock.now());
    expect(vm.clock.now()).toBeGreaterThan(0);
  });

  it('keeps the time that a virtual clock has jumped over', () => {
    const clock = new VirtualClock();
    const { vm: source } = tickerMachine({ clock });
    source.clock.alarm(1e6, () => {});
    clock.skipToNextAlarm();
    const { vm } = tickerMachine();
    vm.restore(source.snapshot());
    expect(vm.clock.now()).toBe(1e6);
  });
});

describe('what has no snapshots', () => {
  it.each<[string, Partial<Device>]>([
    ['a device without snapshot()', { restore: () => {} }],
    ['a device without restore()', { snapshot: () => ({ version: 1 }) }],
  ])('is %s', (_what, parts) => {
    const { vm } = tickerMachine({ devices: [device('mute', () => {}, parts)] });
    expect(() => vm.snapshot()).toThrow(withCode('ERR_UNSUPPORTED', 'mute has no snapshots: give the device'));
  });

  it('but not a device that says that it keeps no state', () => {
    const supports = { reset: true, snapshot: false };
    const manifest = { apiVersion: 1, type: 'test', supports } as Device['manifest'];
    const make = (): Device => device('mute', () => {}, { manifest });
    const { vm } = tickerMachine({ devices: [make()] });
    const snapshot = vm.snapshot();
    expect(snapshot.machine.devices[1]).toEqual({ id: 'mute', type: 'test', version: null });
    expect(Object.keys(snapshot.devices)).toEqual(['ticker']);
    vm.restore(snapshot);
    const { vm: other } = tickerMachine({ devices: [device('mute', () => {}, kept)] });
    expect(() => other.restore(snapshot)).toThrow('the state of mute: the snapshot has none, this machine version 1');
  });

  it('is a clock of your own without snapshot()', () => {
    const { snapshot: _, ...rest } = Object.getOwnPropertyDescriptors(RealClock.prototype);
    const clock = Object.create(Object.create(null, rest)) as DrivenClock;
    const { vm } = tickerMachine({ clock: Object.assign(clock, { now: () => 0 }) });
    expect(() => vm.snapshot()).toThrow(withCode('ERR_UNSUPPORTED', 'the clock has no snapshots'));
  });

  it("is an accelerator's own interrupt controller", () => {
    const { vm } = tickerMachine({ irq: controller });
    expect(() => vm.snapshot()).toThrow(withCode('ERR_UNSUPPORTED', 'the interrupt controller of fake'));
  });

  it.each<[string, unknown]>([
    ['a function', { version: 1, f: () => {} }],
    ['a date', { version: 1, list: [new Date()] }],
    ['words', { version: 1, words: new Uint16Array(2) }],
    ['no version', { a: 1 }],
    ['nothing', undefined],
  ])('is a device whose state is, or has, %s', (_what, state) => {
    const { vm } = tickerMachine({
      devices: [device('odd', () => {}, { snapshot: () => state as never, restore: () => {} })],
    });
    expect(() => vm.snapshot()).toThrow(withCode('ERR_DEVICE', 'odd gave no state that can be kept'));
  });

  it('is a state that contains itself', () => {
    const state: Record<string, unknown> = { version: 1 };
    state.self = state;
    const { vm } = tickerMachine({
      devices: [device('odd', () => {}, { snapshot: () => state as never, restore: () => {} })],
    });
    expect(() => vm.snapshot()).toThrow(withCode('ERR_DEVICE', 'nested too deeply'));
  });

  it('is a VM that runs, or is disposed', async () => {
    const { vm } = tickerMachine();
    const snapshot = vm.snapshot();
    const running = vm.run();
    expect(() => vm.snapshot()).toThrow(withCode('ERR_VM_RUNNING'));
    expect(() => vm.restore(snapshot)).toThrow(withCode('ERR_VM_RUNNING'));
    await running;
    vm.dispose();
    expect(() => vm.snapshot()).toThrow(withCode('ERR_VM_DISPOSED'));
    expect(() => vm.restore(snapshot)).toThrow(withCode('ERR_VM_DISPOSED'));
  });

  it('is described in at most 10,000 characters', () => {
    const { vm } = tickerMachine();
    expect(() => vm.snapshot({ description: 'x'.repeat(10_001) })).toThrow(withCode('ERR_INVALID_ARGUMENT'));
    expect(() => vm.snapshot({ description: 5 as never })).toThrow(withCode('ERR_INVALID_ARGUMENT'));
  });
});
