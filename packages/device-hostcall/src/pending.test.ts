import { describe, expect, it, vi } from 'vitest';
import { Machine, PORT, RESPONSE, refused, S, settled, slow } from './machine.test-util.ts';

const EVENT = PORT + 5;
const ENABLE = PORT + 6;
const PENDING = PORT + 7;

function machine(options = {}): Machine & { readonly slow: ReturnType<typeof slow> } {
  const later = slow();
  const m = new Machine({ functions: { later: later.call, now: () => 'now' }, ...options });
  return Object.assign(m, { slow: later });
}

describe('a function that returns a promise', () => {
  it('leaves the call pending, and the guest goes on', async () => {
    const m = machine();
    expect(m.call('later', 'one')).toMatchObject(refused(S.PENDING));
    expect(m.ports.read(PENDING, 1)).toBe(1);
    expect(m.metrics).toEqual({ calls: 1, failures: 0, bytesIn: 3, bytesOut: 0, pending: 1 });
    await m.slow.finish('done');
    expect(m.ended()).toEqual({ status: S.OK, length: 4, text: 'done' });
    expect(m.ports.read(PENDING, 1)).toBe(0);
    expect(m.metrics).toEqual({ calls: 1, failures: 0, bytesIn: 3, bytesOut: 4, pending: 0 });
  });

  it('raises the interrupt line when it ends, until the guest acknowledges', async () => {
    const m = machine();
    m.ports.write(ENABLE, 1, 1);
    m.call('later');
    expect(m.levels).toEqual([]);
    await m.slow.finish('');
    expect(m.levels).toEqual([[10, true]]);
    expect(m.ports.read(EVENT, 1)).toBe(1);
    m.ports.write(EVENT, 1, 0);
    expect(m.levels).toHaveLength(1);
    m.ports.write(EVENT, 1, 1);
    expect(m.levels).toEqual([
      [10, true],
      [10, false],
    ]);
    expect(m.ports.read(EVENT, 1)).toBe(0);
  });

  it('is noted while interrupts are off, and raises the line when they come on', async () => {
    const m = machine({ irq: 5 });
    m.call('later');
    await m.slow.finish('');
    expect(m.levels).toEqual([]);
    expect(m.ports.read(EVENT, 1)).toBe(1);
    m.ports.write(ENABLE, 1, 0xff);
    expect(m.levels).toEqual([[5, true]]);
    m.ports.write(ENABLE, 1, 0);
    expect(m.levels.at(-1)).toEqual([5, false]);
  });

  it('does not disturb calls that end at once, nor their interrupt', () => {
    const m = machine();
    m.ports.write(ENABLE, 1, 1);
    m.prepare('later', '', {}, 0x300);
    m.ring(0x300);
    expect(m.call('now')).toMatchObject({ result: S.OK, text: 'now' });
    expect(m.ended(0x300).status).toBe(S.PENDING);
    expect(m.levels).toEqual([]);
  });

  it('answers where the block said when it was called, whatever the guest writes there meanwhile', async () => {
    const m = machine();
    m.call('later', 'request');
    for (let i = 0; i < 8; i++) m.memory.writeU32(0x100 + 4 * i, 0xffff_ffff);
    m.ports.write(PORT, 4, 0xffff_ffff);
    await m.slow.finish('safe');
    expect(m.slow.requests).toEqual(['request']);
    expect(new TextDecoder().decode(m.memory.read(RESPONSE, 4))).toBe('safe');
    expect([m.memory.readU32(0x118), m.memory.readU32(0x11c)]).toEqual([4, S.OK]);
  });

  it('may end in any order, and several may use one block', async () => {
    const functions = { a: slow(), b: slow() };
    const m = new Machine({ functions: { a: functions.a.call, b: functions.b.call } });
    m.prepare('a', '', { response: 0x900 }, 0x300);
    m.ring(0x300);
    m.call('b');
    m.call('b');
    await functions.b.finish('first');
    await functions.a.finish('a');
    expect(m.ended().text).toBe('first');
    expect(m.ended(0x300).text).toBe('a');
    await functions.b.finish('2nd');
    expect(m.ended().text).toBe('2nd');
  });

  it('that rejects, answers what is no answer, or too much, ends with that status and an interrupt', async () => {
    const m = new Machine({
      functions: {
        rejects: () => Promise.reject(new Error('gone')),
        counts: async () => 7 as never,
        large: async () => 'x'.repeat(300),
      },
    });
    for (const [name, status, length] of [
      ['rejects', S.FAILED, 0],
      ['counts', S.FAILED, 0],
      ['large', S.TOO_LARGE, 300],
    ] as const) {
      expect(m.call(name).status).toBe(S.PENDING);
      await settled();
      expect(m.ended()).toMatchObject({ status, length });
      expect(m.ports.read(EVENT, 1)).toBe(1);
      m.ports.write(EVENT, 1, 1);
    }
    expect(m.metrics).toMatchObject({ calls: 3, failures: 3, pending: 0 });
    expect(m.log).toHaveLength(2);
  });

  it('takes any thenable for a promise', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
    const thenable = { then: (resolve: (text: string) => void) => resolve('thenable') };
    const m = new Machine({ functions: { f: () => thenable as never } });
    expect(m.call('f').status).toBe(S.PENDING);
    await settled();
    expect(m.ended().text).toBe('thenable');
  });
});

describe('a guest that calls without end', () => {
  it('finds the device busy when as many calls as it allows are pending', async () => {
    const m = machine({ maxPending: 3 });
    for (let i = 0; i < 3; i++) expect(m.call('later').status).toBe(S.PENDING);
    for (let i = 0; i < 100; i++) expect(m.call('later')).toMatchObject(refused(S.BUSY));
    expect(m.call('now')).toMatchObject(refused(S.BUSY));
    expect(m.slow.requests).toHaveLength(3);
    expect(m.metrics).toMatchObject({ calls: 104, failures: 101, pending: 3 });
    await m.slow.finish('');
    expect(m.call('now').status).toBe(S.OK);
  });
});

describe('what ends too late is dropped', () => {
  it.each<[string, (m: Machine) => void]>([
    ['after a reset', ({ device }) => device.reset()],
    ['after dispose', ({ device }) => device.dispose()],
    ['after restoring another state', ({ device }) => device.restore(new Machine({ functions: {} }).device.snapshot())],
  ])('%s', async (_when, drop) => {
    const onError = vi.fn();
    const m = machine({ onError });
    m.ports.write(ENABLE, 1, 1);
    m.call('later');
    m.call('later');
    drop(m);
    expect(m.metrics.pending).toBe(0);
    const written = vi.fn();
    m.memory.onHostWrite(written);
    await m.slow.finish('late');
    await m.slow.fail(new Error('late'));
    expect(written).not.toHaveBeenCalled();
    expect(m.levels).toEqual([]);
    expect(m.metrics).toMatchObject({ failures: 0, bytesOut: 0 });
    expect(onError).not.toHaveBeenCalled();
  });

  it('also if the function itself resets the device', async () => {
    const written = vi.fn();
    const functions = {
      sync: (): string => {
        m.device.reset();
        return 'x';
      },
      later: async (): Promise<string> => {
        m.device.reset();
        return 'x';
      },
    };
    const m = new Machine({ functions });
    for (const name of Object.keys(functions)) {
      m.prepare(name);
      const listener = m.memory.onHostWrite(written);
      expect(m.ring()).toBe(0);
      await settled();
      listener[Symbol.dispose]();
    }
    expect(written).not.toHaveBeenCalled();
    expect(m.metrics.pending).toBe(0);
  });
});
