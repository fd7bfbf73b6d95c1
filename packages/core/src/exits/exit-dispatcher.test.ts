import { describe, expect, it } from 'vitest';
import type { Exit, ExitHandler, ExitReason } from '../index.ts';
import { cpuidExit, dispatcher, touchEverything } from './dispatcher.test-util.ts';

describe('accesses', () => {
  it('reach the buses, alike with and without somebody who looks', () => {
    const plain = dispatcher();
    touchEverything(plain.exits);
    const observed = dispatcher();
    observed.exits.observe(() => {});
    touchEverything(observed.exits);
    const asked = dispatcher();
    asked.exits.on('io', () => {});
    asked.exits.on('mmio', () => {});
    touchEverything(asked.exits);
    expect(plain.seen).toEqual([
      ['w', 0, 1, 0x61],
      ['r', 0, 1],
      ['w', 0, 1, 0x62],
      ['w', 0, 1, 0x63],
      ['r', 0, 1],
      ['r', 0, 1],
      ['r', 0, 1],
      ['w', 0, 2, 0x0a41],
      ['r', 2, 4],
      ['w', 8, 4, 0x55667788],
      ['w', 12, 4, 0x11223344],
      ['r', 16, 4],
      ['r', 20, 4],
    ]);
    expect(observed.seen).toEqual(plain.seen);
    expect(asked.seen).toEqual(plain.seen);
    expect(observed.exits.recent.list()).toEqual(plain.exits.recent.list());
    expect(asked.exits.recent.list()).toEqual(plain.exits.recent.list());
  });

  it('are answered with what the device says', () => {
    const { exits } = dispatcher();
    const out = new Uint8Array(2);
    exits.portReadBlock(0xe9, 1, out);
    expect([exits.portRead(0xe9, 1), [...out], exits.mmioRead(0xb8000, 2)]).toEqual([0x41, [0x41, 0x41], 0x41]);
    expect(exits.mmioRead64(0xb8000)).toBe(0x41_00000041n);
  });

  it('are shown to observers as exits, with size and count kept apart', () => {
    const { exits } = dispatcher();
    const observed: Exit[] = [];
    exits.observe((exit) => observed.push(exit));
    touchEverything(exits);
    const io = { reason: 'io', port: 0xe9, size: 1 };
    expect(observed).toEqual([
      { ...io, direction: 'write', count: 1, data: 0x61, block: undefined },
      { ...io, direction: 'read', count: 1, data: 0x41, block: undefined },
      { ...io, direction: 'write', count: 2, data: 0, block: Uint8Array.of(0x62, 0x63) },
      { ...io, direction: 'read', count: 3, data: 0, block: Uint8Array.of(0x41, 0x41, 0x41) },
      { reason: 'mmio', direction: 'write', address: 0xb8000, size: 2, data: 0x0a41 },
      { reason: 'mmio', direction: 'read', address: 0xb8002, size: 4, data: 0x41 },
      { reason: 'mmio', direction: 'write', address: 0xb8008, size: 8, data: 0x1122334455667788n },
      { reason: 'mmio', direction: 'read', address: 0xb8010, size: 8, data: 0x4100000041n },
    ]);
  });

  it('are kept, the last 32 of them, the oldest first', () => {
    const { exits } = dispatcher();
    touchEverything(exits);
    expect(
      exits.recent
        .list()
        .map(({ space, direction, address, size, count, value }) => [space, direction, address, size, count, value]),
    ).toEqual([
      ['port', 'write', 0xe9, 1, 1, 0x61],
      ['port', 'read', 0xe9, 1, 1, 0x41],
      ['port', 'write', 0xe9, 1, 2, 0x62],
      ['port', 'read', 0xe9, 1, 3, 0x41],
      ['mmio', 'write', 0xb8000, 2, 1, 0x0a41],
      ['mmio', 'read', 0xb8002, 4, 1, 0x41],
      ['mmio', 'write', 0xb8008, 8, 1, Number(0x1122334455667788n)],
      ['mmio', 'read', 0xb8010, 8, 1, 0x4100000041],
    ]);
    for (let i = 0; i < 100; i++) exits.portWrite(i, 1, 0);
    expect(exits.recent.list().map(({ address }) => address)).toEqual(Array.from({ length: 32 }, (_, i) => 68 + i));
  });

  it('are counted by reason; slices and kicks are not exits of the guest', () => {
    const { exits } = dispatcher();
    touchEverything(exits);
    exits.cpuid(cpuidExit());
    exits.rdmsr(0x10);
    exits.wrmsr(0x10, 0n);
    exits.dispatch({ reason: 'halt', interruptsEnabled: false });
    exits.dispatch({ reason: 'slice-end' });
    exits.dispatch({ reason: 'kicked' });
    expect(exits.counts).toMatchObject({
      io: 4,
      mmio: 4,
      cpuid: 1,
      rdmsr: 1,
      wrmsr: 1,
      halt: 1,
      'slice-end': 1,
      kicked: 1,
      debug: 0,
    });
    expect(exits.total).toBe(12);
  });
});

describe('handlers', () => {
  it('claim an access, and answer it', () => {
    const { exits, seen } = dispatcher();
    exits.on('io', (exit) => {
      exit.data = 0x1ff;
      exit.block?.fill(7);
      return 'resume';
    });
    exits.on('mmio', (exit) => {
      exit.data = exit.size === 8 ? -1n : -1;
      return 'resume';
    });
    const out = new Uint8Array(2);
    exits.portReadBlock(0xe9, 1, out);
    expect([exits.portRead(0xe9, 1), exits.mmioRead(0xb8000, 2), [...out]]).toEqual([0xff, 0xffff, [7, 7]]);
    expect(exits.mmioRead64(0xb8000)).toBe(0xffffffff_ffffffffn);
    touchEverything(exits);
    expect(seen).toEqual([]);
  });

  it.each([
    ['undefined', undefined, 0],
    ['a string', '5', 0],
    ['NaN', Number.NaN, 0],
    ['a fraction', 1.5, 1],
    ['a bigint', 0x1_0000_0005n, 5],
    ['a negative number', -1, 0xffffffff],
    ['an object', {}, 0],
  ])('may answer with %s, and nothing is thrown into the guest', (_what, data, expected) => {
    const { exits } = dispatcher();
    const answer = ((exit: { data: unknown }) => {
      exit.data = data;
      return 'resume';
    }) as never;
    for (const reason of ['io', 'mmio', 'rdmsr'] as const) exits.on(reason, answer);
    expect(exits.portRead(0xe9, 4)).toBe(expected);
    expect(exits.mmioRead(0xb8000, 4)).toBe(expected);
    expect(BigInt.asUintN(32, exits.mmioRead64(0xb8000))).toBe(BigInt(expected));
    expect(BigInt.asUintN(32, exits.rdmsr(1) ?? 99n)).toBe(BigInt(expected));
  });

  it('are asked the latest first, until one claims the exit', () => {
    const { exits } = dispatcher();
    const asked: string[] = [];
    exits.on('io', () => void asked.push('first'));
    exits.on('io', () => {
      asked.push('second');
      return 'resume';
    });
    exits.on('io', () => void asked.push('third'));
    exits.portWrite(0xe9, 1, 0);
    expect(asked).toEqual(['third', 'second']);
  });

  it('are taken out by disposing, each registration on its own', () => {
    const { exits, seen, changes } = dispatcher();
    const handler: ExitHandler<'io'> = () => 'resume';
    const first = exits.on('io', handler);
    const second = exits.on('io', handler);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    exits.portWrite(0xe9, 1, 1);
    expect(seen).toEqual([]);
    second[Symbol.dispose]();
    exits.portWrite(0xe9, 1, 2);
    expect(seen).toEqual([['w', 0, 1, 2]]);
    expect(changes()).toBeGreaterThanOrEqual(4);
  });

  it('may come and go while they are asked', () => {
    const { exits } = dispatcher();
    const asked: string[] = [];
    exits.on('io', () => void asked.push('old'));
    const once = exits.on('io', () => {
      asked.push('once');
      once[Symbol.dispose]();
      exits.on('io', () => void asked.push('new'));
    });
    exits.portWrite(0xe9, 1, 0);
    expect(asked).toEqual(['once', 'old']);
    exits.portWrite(0xe9, 1, 0);
    expect(asked).toEqual(['once', 'old', 'new', 'old']);
  });

  it('stop the run, and have then answered', () => {
    const { exits, seen, stops } = dispatcher();
    exits.on('io', () => 'stop');
    exits.portWrite(0xe9, 1, 0);
    expect([stops, seen]).toEqual([['stopped'], []]);
    exits.on('halt', () => 'stop');
    expect(exits.dispatch({ reason: 'halt', interruptsEnabled: false })).toBe('stop');
  });

  it('that throw are a fault, and stop the run', () => {
    const { exits, faults, stops } = dispatcher();
    const broken = (): never => {
      throw new Error('broken');
    };
    exits.on('io', broken);
    exits.on('debug', broken);
    expect(exits.portRead(0xe9, 1)).toBe(0);
    expect(exits.dispatch({ reason: 'debug', address: 0n, dr6: 0n })).toBe('stop');
    expect(stops).toEqual(['stopped']);
    expect(faults).toMatchObject([
      { code: 'ERR_DEVICE', message: "a handler of 'io' exits threw: broken", details: { reason: 'io' } },
      { code: 'ERR_DEVICE', message: "a handler of 'debug' exits threw: broken" },
    ]);
  });

  it('cannot be registered for what is no reason', () => {
    const { exits } = dispatcher();
    for (const reason of ['nothing', 'toString', '__proto__']) {
      expect(() => exits.on(reason as ExitReason, () => {})).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      );
    }
  });
});

describe('CPUID and MSRs', () => {
  it('keep the answer of the accelerator unless somebody answers', () => {
    const { exits } = dispatcher();
    const exit = cpuidExit();
    expect(exits.answersCpuid).toBe(false);
    exits.cpuid(exit);
    expect(exit).toEqual(cpuidExit());
    expect(exits.rdmsr(0x10)).toBeUndefined();
    expect(exits.wrmsr(0x10, 5n)).toBe(false);
  });

  it('are answered by handlers, cut to their widths', () => {
    const { exits } = dispatcher();
    const written: bigint[] = [];
    const registration = exits.on('cpuid', (exit) => {
      exit.ebx = -1;
      exit.ecx = 2 ** 32 + 7;
      return 'resume';
    });
    exits.on('rdmsr', (exit) => {
      exit.data = -1n;
      return exit.index === 0x10 ? 'resume' : undefined;
    });
    exits.on('wrmsr', ({ data }) => {
      written.push(data);
      return 'resume';
    });
    const exit = cpuidExit();
    expect(exits.answersCpuid).toBe(true);
    exits.cpuid(exit);
    expect(exit).toEqual({ ...cpuidExit(), ebx: 0xffffffff, ecx: 7 });
    expect([exits.rdmsr(0x10), exits.rdmsr(0x11)]).toEqual([0xffffffff_ffffffffn, undefined]);
    expect([exits.wrmsr(0x10, 5n), written]).toEqual([true, [5n]]);
    registration[Symbol.dispose]();
    expect(exits.answersCpuid).toBe(false);
  });
});

describe('control exits', () => {
  it('go to the default if no handler claims them', () => {
    const { exits, faults } = dispatcher({
      'irq-window': () => 'resume',
      debug: () => {
        throw new Error('broken');
      },
    });
    expect(exits.dispatch({ reason: 'irq-window' })).toBe('resume');
    expect(exits.dispatch({ reason: 'shutdown' })).toBeUndefined();
    expect(exits.dispatch({ reason: 'debug', address: 0n, dr6: 0n })).toBe('stop');
    expect(faults).toMatchObject([{ code: 'ERR_DEVICE' }]);
    exits.on('irq-window', () => 'stop');
    expect(exits.dispatch({ reason: 'irq-window' })).toBe('stop');
  });

  it('are observed, but not the slices of the host', () => {
    const { exits } = dispatcher();
    const reasons: string[] = [];
    const registration = exits.observe(({ reason }) => reasons.push(reason));
    exits.dispatch({ reason: 'slice-end' });
    exits.dispatch({ reason: 'halt', interruptsEnabled: false });
    exits.cpuid(cpuidExit());
    registration[Symbol.dispose]();
    exits.dispatch({ reason: 'shutdown' });
    expect(reasons).toEqual(['halt', 'cpuid']);
  });
});
