import { describe, expect, it } from 'vitest';
import {
  type Device,
  type DeviceContext,
  defineDevice,
  formatAddressMap,
  VirtualClock,
  Vm,
  type VmErrorCode,
} from '../index.ts';
import { FakeAccelerator, type FakeOptions, type Program } from './fake-accelerator.test-util.ts';
import { device, makeVm } from './make-vm.test-util.ts';

const ram = { base: 0, size: 4096 };
const handler = { read: () => 0, write: () => {} };
const withCode = (code: VmErrorCode) => expect.objectContaining({ code });
const broken = (): never => {
  throw new Error('broken');
};

describe('new Vm', () => {
  it.each([
    ['an accelerator', {}, 'a VM needs an accelerator'],
    ['memory', { accelerator: new FakeAccelerator() }, 'a VM needs memory'],
    ['a list of devices', { accelerator: new FakeAccelerator(), memory: [ram], devices: {} }, 'a list'],
  ])('refuses options without %s', (_what, options, message) => {
    expect(() => new Vm(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  });

  it('refuses options that there are not, and lists those that there are', () => {
    const given = { accelerator: new FakeAccelerator(), memory: [ram], device: [] };
    expect(() => new Vm(given as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message:
          "a VM has no option 'device': it has accelerator, memory, vcpus, devices, onUnmapped, clock, logger, shared; did you mean devices?",
      }),
    );
    expect(() => new Vm(undefined as never)).toThrow('a VM takes an object of options, not undefined');
    using vm = makeVm(function* () {});
    expect(() => vm.snapshot({ name: 'x' } as never)).toThrow("snapshot() has no option 'name': it has description");
  });

  const factory = defineDevice({
    type: 'lamp',
    apiVersion: 1,
    description: 'a lamp',
    create: () => ({ attach: () => {} }),
  });

  it.each<[string, unknown]>([
    ['is undefined, and no device', undefined],
    ['is null, and no device', null],
    ['is lamp, and no device', 'lamp'],
    ['is no device: it has no method attach', { id: 'lamp' }],
    ['is the factory lamp, which makes devices: call it, as in lamp()', factory],
    ['is the function makeLamp, and no device: if it makes one, call it', function makeLamp() {}],
    ['is a promise, and no device: await it', Promise.resolve(factory())],
  ])('refuses a device that %s', (message, wrong) => {
    const devices = [device('first', () => expect.unreachable()), wrong as Device];
    expect(() => makeVm(function* () {}, { devices })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: `devices[1] ${message}` }),
    );
  });

  it('refuses a hole in the list of devices', () => {
    // biome-ignore lint/suspicious/noSparseArray: that is what is tested.
    expect(() => makeVm(function* () {}, { devices: [, factory()] as Device[] })).toThrow('devices[0] is undefined');
  });

  it('refuses a device that another VM has, or had', () => {
    const lamp = factory();
    const free = factory({ id: 'free' });
    const make = (...devices: Device[]) => makeVm(function* () {}, { devices });
    expect(() => make(device('odd', broken), free)).toThrow(withCode('ERR_DEVICE'));
    const vm = make(lamp, free); // it was not reached before
    const again = expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining('devices[0] (lamp) belongs to another VM, or did'),
    });
    expect(() => make(lamp)).toThrow(again);
    vm.dispose();
    expect(() => make(lamp)).toThrow(again);
  });

  it('refuses a device that is not done when attach returns', async () => {
    const claims = async ({ claimPorts }: DeviceContext): Promise<void> => {
      claimPorts({ base: 1, length: 1 }, handler);
      await Promise.reject(new Error('late'));
    };
    const disposed: string[] = [];
    const slow = device('slow', claims as never, { dispose: () => disposed.push('slow') });
    expect(() => makeVm(function* () {}, { devices: [slow] })).toThrow(
      expect.objectContaining({
        code: 'ERR_DEVICE',
        message: 'slow threw in attach: it gives a promise, and no machine waits for it: make it synchronous',
      }),
    );
    expect(disposed).toEqual(['slow']);
    await new Promise((resolve) => setTimeout(resolve, 0)); // a rejection that nobody handles fails the test
  });

  it('attaches its devices in order, and prints the map of the machine', () => {
    const order: string[] = [];
    const vm = makeVm(function* () {}, {
      devices: [
        device('com1', ({ claimPorts }) => {
          order.push('com1');
          claimPorts({ base: 0x3f8, length: 8, label: 'UART' }, handler);
        }),
        device('vga', ({ claimMmio }) => {
          order.push('vga');
          claimMmio({ base: 0xb8000, length: 4000 }, handler);
        }),
      ],
    });
    expect(order).toEqual(['com1', 'vga']);
    expect(vm.devices.map(({ id }) => id)).toEqual(['com1', 'vga']);
    expect(vm.acceleratorName).toBe('fake');
    expect(vm.supports.instructionCount).toBe(true);
    expect(formatAddressMap(vm.map())).toBe(
      [
        'physical addresses',
        '  0x00000000-0x00000fff  memory  ram',
        '  0x000b8000-0x000b8f9f  mmio    vga',
        'I/O ports',
        '  0x03f8-0x03ff  port    com1  (UART)',
      ].join('\n'),
    );
    vm.dispose();
  });

  it('gives devices what they need', () => {
    let context: DeviceContext | undefined;
    const messages: string[] = [];
    const log = (message: string): void => void messages.push(message);
    const logger = { debug: log, info: log, warn: log, error: log };
    const vm = makeVm(function* () {}, { logger, devices: [device('dev', (given) => (context = given))] });
    context?.log.warn('careful');
    expect(messages).toEqual(['dev: careful']);
    expect(context?.memory).toBe(vm.memory);
    expect(context?.clock.now()).toBe(0);
    expect(context?.clock).toBe(vm.clock);
    context?.irq(4).set(true);
    expect(vm.irqs.level(4)).toBe(true);
    if (context !== undefined) context.metrics.counter('bytes').value += 3;
    expect(vm.counters().devices).toEqual({ dev: { reads: 0, writes: 0, metrics: { bytes: 3 } } });
    vm.dispose();
  });

  it('refuses what does not fit, with the code of it', () => {
    const make =
      (devices: Device[], memory = [ram]) =>
      () =>
        makeVm(function* () {}, { devices, memory });
    const claims = (id: string, base: number) => device(id, (c) => c.claimPorts({ base, length: 8 }, handler));
    expect(make([claims('a', 0x3f8), claims('b', 0x3f0), claims('c', 0x3ff)])).toThrow(withCode('ERR_BUS_OVERLAP'));
    expect(make([claims('a', 0xffff)])).toThrow(withCode('ERR_BUS_RANGE'));
    expect(make([claims('a', 0), claims('a', 8)])).toThrow(withCode('ERR_DEVICE_ID'));
    expect(make([claims('', 0)])).toThrow(withCode('ERR_DEVICE_ID'));
    expect(make([device('a', (c) => void c.irq(24))])).toThrow(withCode('ERR_INVALID_ARGUMENT'));
    expect(make([], [ram, ram])).toThrow(withCode('ERR_REGION_OVERLAP'));
    expect(make([], [{ base: 0, size: 5 }])).toThrow(withCode('ERR_REGION_ALIGNMENT'));
    expect(make([], [{ base: 0, size: 2 ** 40 }])).toThrow(withCode('ERR_ARENA_FULL'));
  });

  it('names a device whose attach throws', () => {
    expect(() => makeVm(function* () {}, { devices: [device('odd', broken)] })).toThrow(
      expect.objectContaining({
        code: 'ERR_DEVICE',
        message: 'odd threw in attach: broken',
        cause: new Error('broken'),
      }),
    );
  });

  it('refuses MMIO where memory answers, also later', () => {
    const claim = { base: 0xfff, length: 2 };
    const devices = [device('dev', ({ claimMmio }) => claimMmio(claim, handler))];
    expect(() => makeVm(function* () {}, { devices })).toThrow(
      'dev claims the mmio range 0xfff-0x1000, which overlaps 0x0-0xfff of memory region ram',
    );
    const vm = makeVm(function* () {});
    expect(() => vm.mmio.claim(claim, 'mine', handler)).toThrow(withCode('ERR_BUS_OVERLAP'));
    vm.dispose();
  });

  it('refuses a clock that the accelerator cannot drive', () => {
    expect(() => makeVm(function* () {}, { clock: new VirtualClock(), instructionCount: false })).toThrow(
      withCode('ERR_UNSUPPORTED'),
    );
  });

  it('refuses a second interrupt controller', () => {
    const controller = { setLine: () => {}, acknowledge: () => 0 };
    const pic = (id: string) => device(id, (c) => void c.claimInterrupts(controller));
    const second = 'b wants to be a second interrupt controller';
    expect(() => makeVm(function* () {}, { devices: [pic('a'), pic('b')] })).toThrow(second);
    expect(() => makeVm(function* () {}, { irq: controller, devices: [pic('b')] })).toThrow(second);
  });
});

describe('a VM that cannot be made', () => {
  const memory = [ram, { base: 0x10000, size: 4096, name: 'high' }];
  const attemptTo = (failing: FakeOptions['failing'], devices: Device[] = []): string[] => {
    const accelerator = new FakeAccelerator({ failing });
    expect(() => new Vm({ accelerator, memory, devices })).toThrow();
    return accelerator.log;
  };

  it('gives back what was made before', () => {
    expect(attemptTo('createVm')).toEqual([]);
    expect(attemptTo('mapMemory')).toEqual(['vm made', 'mapped ram', 'unmapped ram', 'vm disposed']);
    expect(attemptTo('createVcpu')).toEqual([
      'vm made',
      'mapped ram',
      'mapped high',
      'unmapped ram',
      'unmapped high',
      'vm disposed',
    ]);
  });

  it('disposes the devices that it met, the last first, whatever else throws', () => {
    const disposed: string[] = [];
    const one = (id: string, attach: () => void, dispose = () => {}) =>
      device(id, attach, {
        dispose: () => {
          disposed.push(id);
          dispose();
        },
      });
    const log = attemptTo('vcpu.dispose', [
      one('a', () => {}),
      one('b', () => {}, broken),
      one('refuses', broken),
      one('never met', () => {}),
    ]);
    expect(disposed).toEqual(['refuses', 'b', 'a']);
    expect(log.slice(-4)).toEqual(['vcpu disposed', 'unmapped ram', 'unmapped high', 'vm disposed']);
  });

  it('reports why it could not be made, not what failed afterwards', () => {
    const devices = [device('a', () => {}, { dispose: broken }), device('b', broken)];
    expect(() => makeVm(function* () {}, { devices })).toThrow('b threw in attach: broken');
  });
});

describe('dispose', () => {
  it('gives everything back, once', () => {
    const accelerator = new FakeAccelerator();
    let disposed = 0;
    const vm = new Vm({ accelerator, memory: [ram], devices: [device('a', () => {}, { dispose: () => disposed++ })] });
    accelerator.log.length = 0;
    vm.dispose();
    vm.dispose();
    vm[Symbol.dispose]();
    expect(disposed).toBe(1);
    expect(accelerator.log).toEqual(['vcpu disposed', 'unmapped ram', 'vm disposed']);
  });

  it('throws what a device threw, after everything was given back', () => {
    const messages: string[] = [];
    const log = (message: string): void => void messages.push(message);
    const accelerator = new FakeAccelerator();
    const vm = new Vm({
      accelerator,
      memory: [ram],
      logger: { debug: log, info: log, warn: log, error: log },
      devices: [device('disk', () => {}, { dispose: broken })],
    });
    expect(() => vm.dispose()).toThrow(expect.objectContaining({ code: 'ERR_DEVICE', message: 'disk threw: broken' }));
    expect(messages).toEqual(['disk threw: broken']);
    expect(accelerator.log.at(-1)).toBe('vm disposed');
    vm.dispose();
  });

  it('leaves a VM that says so, and whose parts can still be let go', async () => {
    let context: DeviceContext | undefined;
    const controller = { setLine: () => {}, acknowledge: () => 0 };
    const accelerator = new FakeAccelerator();
    let intr: ReturnType<DeviceContext['claimInterrupts']> | undefined;
    const attach = (given: DeviceContext): void => {
      context = given;
      intr = given.claimInterrupts(controller);
    };
    const vm = new Vm({ accelerator, memory: [ram], devices: [device('dev', attach)] });
    const registration = vm.on('io', () => {});
    vm.dispose();
    accelerator.log.length = 0;
    registration[Symbol.dispose]();
    intr?.set(true);
    context?.systemEvent('reset');
    context?.clock.alarm(0, () => {});
    vm.stop();
    expect(accelerator.log).toEqual([]);
    await expect(vm.run()).rejects.toMatchObject({ code: 'ERR_VM_DISPOSED' });
    expect(() => vm.reset()).toThrow(withCode('ERR_VM_DISPOSED'));
  });

  it('of a VM that runs ends the run, which still has its result', async () => {
    let disposed = 0;
    const accelerator = new FakeAccelerator({
      *program() {
        for (;;) yield;
      },
    });
    const vm = new Vm({ accelerator, memory: [ram], devices: [device('a', () => {}, { dispose: () => disposed++ })] });
    const run = vm.run();
    vm.dispose();
    expect(disposed).toBe(0);
    expect(accelerator.log).not.toContain('vm disposed');
    // Disposing again in the moment in which the run ends must not give anything back twice.
    expect((await run).outcome).toBe('stopped');
    vm.dispose();
    expect(disposed).toBe(1);
    expect(accelerator.log.filter((entry) => entry === 'vm disposed').length).toBe(1);
  });

  it('between the end of a run and its result gives everything back once, and in time', async () => {
    const accelerator = new FakeAccelerator();
    const vm = new Vm({ accelerator, memory: [ram] });
    // In one slice, however slow the host is: a turn of the event loop would not come, as only microtasks are waited for.
    const run = vm.run({ sliceMs: 60_000 });
    for (let turn = 0; vm.running; turn++) {
      expect(turn).toBeLessThan(1000);
      await Promise.resolve();
      vm.dispose();
    }
    expect((await run).outcome).toBe('halted');
    expect(accelerator.log.filter((entry) => entry.endsWith('disposed'))).toEqual(['vcpu disposed', 'vm disposed']);
  });

  it('of a VM whose run fails on the host happens all the same', async () => {
    const accelerator = new FakeAccelerator({
      // biome-ignore lint/correctness/useYield: it throws before it could
      *program() {
        throw new Error('KVM_RUN: EFAULT');
      },
    });
    const vm = new Vm({ accelerator, memory: [ram] });
    const run = vm.run();
    vm.dispose();
    await expect(run).rejects.toThrow('EFAULT');
    expect(accelerator.log.at(-1)).toBe('vm disposed');
  });
});

describe('reset', () => {
  it('resets the vCPU and all devices, whichever of them throws', () => {
    const reset: string[] = [];
    const accelerator = new FakeAccelerator();
    const vm = new Vm({
      accelerator,
      memory: [ram],
      devices: [
        device('a', () => {}, { reset: broken }),
        device('b', () => {}),
        device('c', () => {}, { reset: () => reset.push('c') }),
      ],
    });
    vm.memory.writeU8(0, 7);
    expect(() => vm.reset()).toThrow(
      expect.objectContaining({ code: 'ERR_DEVICE', message: 'the reset of a threw: broken' }),
    );
    expect(reset).toEqual(['c']);
    expect(accelerator.log).toContain('vcpu reset');
    expect(vm.memory.readU8(0)).toBe(7);
    vm.dispose();
  });

  it.each(['reset', 'dispose'] as const)('and dispose are done when they return: %s', async (method) => {
    const late = (async () => Promise.reject(new Error('late'))) as () => void;
    const vm = makeVm(function* () {}, { devices: [device('slow', () => {}, { [method]: late })] });
    expect(() => vm[method]()).toThrow(
      expect.objectContaining({
        code: 'ERR_DEVICE',
        message: expect.stringContaining('slow threw: it gives a promise, and no machine waits for it'),
      }),
    );
    if (method === 'reset') vm.dispose();
    await new Promise((resolve) => setTimeout(resolve, 0)); // a rejection that nobody handles fails the test
  });

  it('is refused while the VM runs', async () => {
    const vm = makeVm(function* () {});
    const run = vm.run();
    expect(() => vm.reset()).toThrow(withCode('ERR_VM_RUNNING'));
    await run;
    vm.reset();
    vm.dispose();
  });

  it.each(['shutdown', 'system-event', 'halt'] as const)(
    'is for handlers of exits that are no access, too: the guest starts anew (%s)',
    async (reason) => {
      const starts: number[] = [];
      const program: Program = function* (cpu) {
        starts.push(cpu.instructions);
        cpu.sink.portWrite(0x64, 1, 0xfe);
        yield;
        if (reason === 'shutdown') yield { reason };
      };
      const accelerator = new FakeAccelerator({ program });
      const resets: string[] = [];
      const wantsReset = device(
        'chipset',
        ({ claimPorts, systemEvent }) => {
          const write = (): void => {
            if (reason === 'system-event') systemEvent('reset');
          };
          claimPorts({ base: 0x64, length: 1 }, { read: () => 0, write });
        },
        { reset: () => void resets.push('chipset') },
      );
      using vm = new Vm({ accelerator, memory: [ram], devices: [wantsReset] });
      vm.on(reason, () => {
        if (resets.length === 2) return 'stop';
        vm.reset();
        vm.vcpu.load(program);
        return 'resume';
      });
      expect((await vm.run({ timeoutMs: 10_000 })).outcome).toBe('stopped');
      expect(resets).toHaveLength(2);
      expect(starts).toHaveLength(3);
      expect(accelerator.log.filter((line) => line === 'vcpu reset')).toHaveLength(2);
    },
  );

  it('is refused in handlers of accesses, in alarms, and in observers of accesses', async () => {
    const codes: unknown[] = [];
    const attempt = (): void => {
      try {
        vm.reset();
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
    };
    const program: Program = function* ({ sink }) {
      sink.portWrite(0x10, 1, 0);
      yield;
    };
    const devices = [
      device('port', ({ claimPorts }) => claimPorts({ base: 0x10, length: 1 }, { read: () => 0, write: attempt })),
    ];
    using vm = new Vm({ accelerator: new FakeAccelerator({ program }), memory: [ram], devices });
    vm.on('io', () => {
      attempt();
      return undefined;
    });
    vm.clock.alarm(0, attempt);
    expect((await vm.run({ timeoutMs: 10_000 })).outcome).toBe('halted');
    expect(codes).toEqual(['ERR_VM_RUNNING', 'ERR_VM_RUNNING', 'ERR_VM_RUNNING']);
  });
});
