import { describe, expect, it } from 'vitest';
import { type Device, RealClock, VirtualClock, VmError, type VmErrorCode, type VmSnapshot } from '../index.ts';
import { device, makeVm } from './make-vm.test-util.ts';
import { allOf, Ticker, tickerMachine, usedMachine } from './snapshot-machine.test-util.ts';

const withCode = (code: VmErrorCode, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });
const kept = { snapshot: () => ({ version: 1 }), restore: () => {} };

describe('a snapshot that cannot be restored leaves the machine as it is', () => {
  const untouched = (vm: ReturnType<typeof tickerMachine>['vm'], snapshot: unknown, error: unknown): void => {
    const before = allOf(vm);
    expect(() => vm.restore(snapshot as VmSnapshot)).toThrow(error as Error);
    expect(allOf(vm)).toEqual(before);
  };

  it('because of the machine: one error lists both sides of everything', () => {
    const { vm } = usedMachine({
      memory: [
        { base: 0, size: 8192, name: 'more' },
        { base: 0xf0000, size: 4096, readonly: true },
      ],
      clock: new VirtualClock({ nsPerInstruction: 5 }),
      devices: [new Ticker('second', 0x60)],
    });
    const source = makeVm(function* () {}, {
      devices: [new Ticker('ticker', 0x50), device('disk', () => {}, kept)],
      clock: new RealClock(),
    });
    untouched(
      vm,
      source.snapshot(),
      withCode(
        'ERR_SNAPSHOT_MISMATCH',
        'the snapshot does not fit this machine: ' +
          'memory at 0x0: the snapshot has 4096 bytes, this machine 8192 bytes; ' +
          'memory at 0xf0000: the snapshot has none, this machine 4096 bytes, read-only; ' +
          'device disk: the snapshot has a test, this machine none; ' +
          'device second: the snapshot has none, this machine a ticker; ' +
          'ports of ticker: the snapshot has 0x50-0x51, this machine 0x40-0x41; ' +
          'MMIO of ticker: the snapshot has 0x50000-0x50003, this machine 0x40000-0x40003; ' +
          'the clock: the snapshot has real, this machine virtual (nsPerInstruction 5)',
      ),
    );
  });

  it('but a device may own more than it did, and a region may have another name', () => {
    const { vm } = tickerMachine({ memory: [{ base: 0, size: 4096, name: 'main' }] });
    const snapshot = vm.snapshot();
    const { machine } = snapshot;
    vm.restore({ ...snapshot, machine: { ...machine, ranges: [{ ...machine.ranges[0], length: 1 }] } });
    tickerMachine().vm.restore(snapshot);
  });

  it('because of the vCPU, which has a say with the rest or alone', () => {
    const { vm } = usedMachine();
    const source = tickerMachine().vm.snapshot();
    const state = { ...source.vcpu, arch: 'arm' };
    untouched(
      vm,
      { ...source, vcpu: state },
      withCode('ERR_SNAPSHOT_MISMATCH', 'the snapshot has arm, this machine fake'),
    );
    Object.assign(vm.vcpu, {
      differences: () => [{ what: 'the CPU model', snapshot: '8086', machine: 'pentium' }],
    });
    untouched(vm, source, withCode('ERR_SNAPSHOT_MISMATCH', 'the CPU model: the snapshot has 8086'));
    const restore = vm.vcpu.restore.bind(vm.vcpu);
    let calls = 0;
    Object.assign(vm.vcpu, {
      differences: undefined,
      restore: (given: never) => {
        restore(given);
        if (calls++ === 0) throw new Error('not this one');
      },
    });
    untouched(vm, source, expect.objectContaining({ message: 'not this one' }));
  });

  it('because of a device, which is put back with all the others', () => {
    const { vm } = usedMachine({ devices: [new Ticker('last', 0x60)] });
    const source = tickerMachine({ devices: [new Ticker('last', 0x60)] }).vm.snapshot();
    const devices = { ...source.devices, last: { ...source.devices.last, bytes: 'none' } };
    untouched(vm, { ...source, devices }, withCode('ERR_DEVICE_STATE', 'last cannot restore this state'));
    const last = vm.devices[1];
    const restore = last.restore?.bind(last);
    let calls = 0;
    Object.assign(last, {
      restore: (state: never) => {
        if (calls++ === 0) throw new Error('broken');
        restore?.(state);
      },
    });
    untouched(vm, source, withCode('ERR_DEVICE', 'last threw in restore: broken'));
  });

  it('with its memory, page by page', () => {
    const size = 0x5000;
    const { vm } = tickerMachine({ memory: [{ base: 0, size }], devices: [new Ticker('last', 0x60)] });
    const { vm: source } = tickerMachine({ memory: [{ base: 0, size }], devices: [new Ticker('last', 0x60)] });
    vm.memory.writeU32(0x0ffc, 1); // zeros there
    vm.memory.writeU32(0x1000, 2); // other bytes there
    source.memory.writeU32(0x1000, 3);
    source.memory.writeU32(0x2000, 4); // zeros here
    for (const { memory } of [vm, source]) memory.writeU32(0x3000, 5);
    const snapshot = source.snapshot();
    const last = { ...snapshot.devices.last, bytes: 'none' };
    untouched(vm, { ...snapshot, devices: { ...snapshot.devices, last } }, withCode('ERR_DEVICE_STATE'));
    vm.restore(snapshot);
    expect(allOf(vm)).toEqual(allOf(source));
  });

  it('and devices that were not asked yet, or that refused, do not notice', () => {
    const heard: string[] = [];
    const noisy = (id: string, refuses?: VmErrorCode): Device =>
      device(id, () => {}, {
        snapshot: () => ({ version: 1, refused: false }),
        restore: ({ refused }) => {
          heard.push(`${id} ${refused ? 'new' : 'old'}`);
          if (refuses !== undefined && refused) throw new VmError(refuses, 'not this one');
        },
      });
    const restored = (refuses: VmErrorCode): string[] => {
      const { vm } = tickerMachine({ devices: [noisy('before'), noisy('refuser', refuses), noisy('behind')] });
      const source = vm.snapshot();
      const state = { version: 1, refused: true };
      const devices = { ...source.devices, before: state, refuser: state, behind: state };
      heard.length = 0;
      untouched(vm, { ...source, devices }, withCode(refuses, 'not this one'));
      return heard;
    };
    expect(restored('ERR_DEVICE_STATE')).toEqual(['before new', 'refuser new', 'before old']);
    // Who throws anything else may have changed something.
    expect(restored('ERR_DEVICE')).toEqual(['before new', 'refuser new', 'before old', 'refuser old']);
  });

  it('because a device is not done when its restore returns', async () => {
    const slow = (): Device =>
      device('slow', () => {}, { ...kept, restore: (async () => Promise.reject(new Error('late'))) as never });
    const { vm } = tickerMachine({ devices: [slow()] });
    expect(() => vm.restore(vm.snapshot())).toThrow(
      withCode('ERR_DEVICE', 'slow threw in restore: it gives a promise'),
    );
    const answer = { ...kept, snapshot: (async () => Promise.reject(new Error('late'))) as never };
    const { vm: other } = tickerMachine({ devices: [device('slow', () => {}, answer)] });
    expect(() => other.snapshot()).toThrow(withCode('ERR_DEVICE', 'it gives a promise'));
    await new Promise((resolve) => setTimeout(resolve, 0)); // a rejection that nobody handles fails the test
  });

  it('and counters that the snapshot names leave no trace', () => {
    const { vm } = usedMachine({ devices: [new Ticker('last', 0x60)] });
    const source = tickerMachine({ devices: [new Ticker('last', 0x60)] }).vm.snapshot();
    const { ticker } = source.counters.devices;
    const counters = { ...source.counters.devices, ticker: { ...ticker, metrics: { writes: 1, invented: 5 } } };
    const devices = { ...source.devices, last: { version: 9 } };
    untouched(
      vm,
      { ...source, devices, counters: { ...source.counters, devices: counters } },
      withCode('ERR_DEVICE_STATE'),
    );
    vm.restore({ ...source, counters: { ...source.counters, devices: counters } });
    expect(vm.counters().devices.ticker.metrics).toEqual({ writes: 1, invented: 5 });
    vm.restore(source);
    expect(vm.counters().devices.ticker.metrics).toEqual({ writes: 0 });
  });

  it('and the message has room for so many differences', () => {
    const { vm } = tickerMachine();
    const source = vm.snapshot();
    const many = Array.from({ length: 5000 }, (_, i) => ({
      id: `${i}${'x'.repeat(900)}`,
      type: 'test',
      version: null,
    }));
    const snapshot = { ...source, machine: { ...source.machine, devices: [...source.machine.devices, ...many] } };
    let error: Partial<VmError> = {};
    try {
      vm.restore(snapshot);
    } catch (thrown) {
      error = thrown as VmError;
    }
    expect(error.code).toBe('ERR_SNAPSHOT_MISMATCH');
    expect(error.message).toMatch(/; and 4980 more$/);
    expect(error.message?.length).toBeLessThan(10_000);
    expect(error.details?.differences).toHaveLength(5000);
  });

  it('unless a device cannot even be put back, which is said', () => {
    const { vm } = usedMachine();
    const source = tickerMachine().vm.snapshot();
    Object.assign(vm.devices[0], {
      restore: () => {
        throw new Error('broken for good');
      },
    });
    expect(() => vm.restore(source)).toThrow(withCode('ERR_DEVICE', 'the machine could not be put back as it was'));
  });

  it.each<[string, (snapshot: VmSnapshot) => unknown]>([
    ['nothing', () => undefined],
    ['text', () => 'a snapshot'],
    ['a part of it', ({ memory: _, ...rest }) => rest],
    ['memory that is no pages', (it) => ({ ...it, memory: [null] })],
    ['too little memory', (it) => ({ ...it, memory: [] })],
    ['a page behind the end', (it) => ({ ...it, memory: [{ pages: Uint32Array.of(1), data: new Uint8Array(4096) }] })],
    ['a page twice', (it) => ({ ...it, memory: [{ pages: Uint32Array.of(0, 0), data: new Uint8Array(8192) }] })],
    ['pages without bytes', (it) => ({ ...it, memory: [{ pages: Uint32Array.of(0), data: new Uint8Array(1) }] })],
    ['a device state too many', (it) => ({ ...it, devices: { ...it.devices, more: { version: 1 } } })],
    ['a device state too few', (it) => ({ ...it, devices: {} })],
    ['a device state that is no data', (it) => ({ ...it, devices: { ticker: { version: 1, f: () => {} } } })],
    [
      'a device twice',
      (it) => ({ ...it, machine: { ...it.machine, devices: [...it.machine.devices, ...it.machine.devices] } }),
    ],
    ['a counter below 0', (it) => ({ ...it, counters: { ...it.counters, totalExits: -1 } })],
    ['a clock that counts in text', (it) => ({ ...it, clock: { skipped: 'a lot' } })],
    ['a clock of the next century', (it) => ({ ...it, clock: { skipped: 2 ** 61 } })],
    ['a clock without its count', (it) => ({ ...it, clock: {} })],
    ['lines that there are not', (it) => ({ ...it, run: { ...it.run, irqLines: 2 ** 24 } })],
    ['an event that there is not', (it) => ({ ...it, run: { ...it.run, systemEvent: 'party' } })],
    ['inherited fields', (it) => Object.create(it)],
    ['a vCPU without a version', (it) => ({ ...it, vcpu: { arch: 'fake' } })],
  ])('because it is %s', (_what, change) => {
    const { vm } = usedMachine();
    untouched(vm, change(usedMachine().vm.snapshot()), withCode('ERR_SNAPSHOT_FORMAT'));
  });
});
