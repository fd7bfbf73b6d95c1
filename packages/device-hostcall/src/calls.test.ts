import { describe, expect, it, vi } from 'vitest';
import { type HostFunctions, hostCalls } from './index.ts';
import {
  BLOCK,
  Machine,
  NAME,
  PORT,
  RAM_END,
  REQUEST,
  RESPONSE,
  ROM,
  refused,
  S,
  settled,
} from './machine.test-util.ts';

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function machine(functions: HostFunctions = {}, options = {}): Machine {
  const greet = (request: Uint8Array): string => `Hello, ${decode(request)}!`;
  return new Machine({ functions: { greet, ...functions }, ...options });
}

describe('a call', () => {
  it('gives the request to the function and its response to the guest', () => {
    const m = machine();
    expect(m.call('greet', 'guest')).toEqual({ result: S.OK, status: S.OK, length: 13, text: 'Hello, guest!' });
    expect(m.metrics).toEqual({ calls: 1, failures: 0, bytesIn: 5, bytesOut: 13, pending: 0 });
    expect(m.levels).toEqual([]);
  });

  it.each<[string, () => unknown, string]>([
    ['bytes', () => Uint8Array.of(0x41, 0x42), 'AB'],
    ['text, as UTF-8', () => 'naïve', 'naïve'],
    ['nothing', () => {}, ''],
    ['empty text', () => '', ''],
  ])('may answer %s', (_what, answer, text) => {
    const m = machine({ answer: answer as () => string });
    expect(m.call('answer')).toMatchObject({ status: S.OK, text, length: new TextEncoder().encode(text).length });
  });

  it('gets a copy of the request, which the function may keep and change', () => {
    const kept: Uint8Array[] = [];
    const m = machine({ keep: (request) => void kept.push(request) });
    m.call('keep', 'first');
    kept[0][0] = 0x46;
    m.call('keep', 'other');
    expect(kept.map(decode)).toEqual(['First', 'other']);
    expect(decode(m.memory.read(REQUEST, 5))).toBe('other');
  });

  it('tells the accelerator what it wrote into memory', () => {
    const m = machine();
    const written = vi.fn();
    m.prepare('greet', 'x');
    m.memory.onHostWrite(written);
    m.ring();
    expect(written.mock.calls).toEqual([
      [RESPONSE, 9],
      [BLOCK + 0x18, 4],
      [BLOCK + 0x1c, 4],
    ]);
  });

  it('may be anywhere, at any alignment, and end with the last byte of memory', () => {
    const m = machine();
    const at = RAM_END - 32;
    m.prepare('greet', 'x', { response: at - 9, capacity: 9 }, at);
    expect(m.ring(at)).toBe(S.OK);
    expect(m.ended(at)).toEqual({ status: S.OK, length: 9, text: 'Hello, x!' });
    m.prepare('greet', 'y', {}, 0x1235);
    expect(m.ring(0x1235)).toBe(S.OK);
    expect(m.ended(0x1235).text).toBe('Hello, y!');
  });

  it('without a request or a buffer may leave their addresses open', () => {
    const m = machine({ note: () => {} });
    expect(m.call('note', '', { request: 0xffff_ffff, response: 0xffff_ffff, capacity: 0 })).toMatchObject({
      result: S.OK,
    });
  });

  it('that does not fit says what it needs, and writes nothing', () => {
    const m = machine();
    m.memory.write(RESPONSE, new TextEncoder().encode('untouched'));
    expect(m.call('greet', 'guest', { capacity: 12 })).toMatchObject(refused(S.TOO_LARGE, 13));
    expect(decode(m.memory.read(RESPONSE, 9))).toBe('untouched');
    expect(m.call('greet', 'guest', { capacity: 13 })).toMatchObject({ status: S.OK, text: 'Hello, guest!' });
    expect(m.metrics).toMatchObject({ calls: 2, failures: 1, bytesOut: 13 });
  });
});

describe('a call is refused, with the function not called,', () => {
  const called = vi.fn();

  it.each<[string, number, Record<string, number>]>([
    ['for a name behind the end of memory', S.BAD_NAME, { name: RAM_END - 3 }],
    ['for a name in no memory', S.BAD_NAME, { name: 0xffff_ffff }],
    ['for a name that is too long', S.BAD_NAME, { nameLength: 256 }],
    ['for a name of all lengths', S.BAD_NAME, { nameLength: 0xffff_ffff }],
    ['for a request behind the end of memory', S.BAD_REQUEST, { request: RAM_END - 3 }],
    ['for a request that goes round', S.BAD_REQUEST, { request: 0xffff_fffe, requestLength: 16 }],
    ['for a request that is too long', S.BAD_REQUEST, { request: 0, requestLength: 17 }],
    ['for a request of all lengths', S.BAD_REQUEST, { requestLength: 0xffff_ffff }],
    ['for a buffer behind the end of memory', S.BAD_RESPONSE, { response: RAM_END - 255 }],
    ['for a buffer over a hole', S.BAD_RESPONSE, { response: RAM_END - 1, capacity: 0x10000 }],
    ['for a buffer of all sizes', S.BAD_RESPONSE, { capacity: 0xffff_ffff }],
    ['for a buffer in ROM', S.BAD_RESPONSE, { response: ROM }],
    ['for an unknown name', S.UNKNOWN_FUNCTION, { nameLength: 4 }],
    ['for no name', S.UNKNOWN_FUNCTION, { nameLength: 0 }],
  ])('%s', (_what, status, block) => {
    const m = machine({ called }, { maxRequest: 16 });
    expect(m.call('called', 'data', block)).toMatchObject(refused(status as 2));
    expect(called).not.toHaveBeenCalled();
    expect(m.metrics).toEqual({ calls: 1, failures: 1, bytesIn: 0, bytesOut: 0, pending: 0 });
  });

  it('not for data in ROM, which can be read', () => {
    const m = machine();
    m.memory.write(ROM, new TextEncoder().encode('greetrom'));
    expect(m.call('', '', { name: ROM, nameLength: 5, request: ROM + 5, requestLength: 3 }).text).toBe('Hello, rom!');
  });

  it.each([
    ['in no memory', 0xffff_0000],
    ['at the end of the address space', 0xffff_ffff],
    ['half in memory', RAM_END - 31],
    ['in ROM', ROM],
  ])('for a block %s, of which nothing is written', (_what, address) => {
    const m = machine();
    const written = vi.fn();
    m.memory.onHostWrite(written);
    expect(m.ring(address)).toBe(S.BAD_BLOCK);
    expect(written).not.toHaveBeenCalled();
    expect(m.metrics).toMatchObject({ calls: 1, failures: 1 });
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', '\ufeffgreet', 'greet\0', 'Greet'])(
    'for %j, which is no function of the table',
    (name) => {
      expect(machine().call(name, 'x')).toMatchObject(refused(S.UNKNOWN_FUNCTION));
    },
  );

  it('and the log says once what there is, with nothing that a terminal would obey', () => {
    const m = machine();
    for (let i = 0; i < 5; i++) m.call(`\u001b[2Jgreet${i}`);
    expect(m.log).toEqual(['the guest called "\\u001b[2Jgreet0", which there is not: there is greet']);
  });
});

describe('overlaps do no harm', () => {
  it.each([
    ['the whole block', BLOCK],
    ['its status', BLOCK + 0x1c],
    ['its beginning', BLOCK - 200],
    ['the name', NAME],
    ['the request', REQUEST],
  ])('of the buffer and %s', (_what, response) => {
    const noise = new Uint8Array(256).fill(0x5a);
    const m = machine({ noise: () => noise });
    m.prepare('noise', 'abc', { response });
    expect(m.ring()).toBe(S.OK);
    expect(m.memory.readU32(BLOCK + 0x18)).toBe(256);
    expect(m.memory.readU32(BLOCK + 0x1c)).toBe(S.OK);
  });
});

describe('a function that fails', () => {
  const failing: HostFunctions = {
    breaks: () => {
      throw new Error('disk full at /home/me');
    },
    counts: (() => 7) as never,
    nulls: (() => null) as never,
    traps: (() => ({
      // biome-ignore lint/suspicious/noThenProperty: what a hostile object would do.
      get then() {
        throw new Error('then');
      },
    })) as never,
  };

  it.each(Object.keys(failing))('ends the call as FAILED, and the guest learns nothing else: %s', (name) => {
    const errors: [unknown, string][] = [];
    const m = machine(failing, { onError: (error: unknown, of: string) => errors.push([error, of]) });
    expect(m.call(name)).toMatchObject({ ...refused(S.FAILED), text: '' });
    expect(errors).toEqual([[expect.any(Error), name]]);
    expect(m.metrics).toMatchObject({ calls: 1, failures: 1, pending: 0 });
    expect(m.call('greet', 'x').status).toBe(S.OK);
  });

  it('may throw what cannot be shown', () => {
    const odd: unknown = Object.create(null);
    const onError = vi.fn();
    const odds = (): never => {
      throw odd;
    };
    const m = machine({ odds }, { onError });
    expect(m.call('odds').status).toBe(S.FAILED);
    expect(onError.mock.calls).toEqual([[odd, 'odds']]);
    expect(m.log).toEqual([expect.stringContaining('odds failed')]);
  });

  it('is logged once, however often a guest calls it, and reported each time', () => {
    const onError = vi.fn();
    const m = machine(failing, { onError });
    for (let i = 0; i < 10; i++) m.call('breaks');
    expect(m.log).toEqual([expect.stringContaining('breaks failed')]);
    expect(m.log[0]).toContain('disk full');
    expect(onError).toHaveBeenCalledTimes(10);
    expect(m.metrics.failures).toBe(10);
  });

  it('may be reported to someone who fails as well', () => {
    const m = machine(failing, {
      onError: () => {
        throw new Error('no');
      },
    });
    expect(m.call('breaks').status).toBe(S.FAILED);
  });
});

it('whoever is told of failures may fail later too', async () => {
  const rejections: unknown[] = [];
  const heard = (reason: unknown): number => rejections.push(reason);
  process.on('unhandledRejection', heard);
  const broken = async (): Promise<never> => {
    throw new Error('broken');
  };
  const m = machine({ broken }, { onError: broken });
  m.call('broken');
  await settled();
  await settled();
  process.off('unhandledRejection', heard);
  expect(rejections).toEqual([]);
  expect(m.ended().status).toBe(S.FAILED);
});

describe('options', () => {
  it('must name functions', () => {
    // @ts-expect-error: functions are required
    expect(() => hostCalls()).toThrow("hostcall needs the option 'functions'");
    const refusals: [unknown, string][] = [
      [{ greet: 'hello' }, 'hostcall: functions.greet must be a function, not string'],
      [{ '': () => {} }, 'functions has a name of 0 bytes'],
      [{ ['é'.repeat(128)]: () => {} }, 'functions has a name of 256 bytes'],
      [new Map([['greet', () => {}]]), 'functions must be an object that has the functions itself'],
      [
        new (class {
          greet(): void {}
        })(),
        'functions must be an object that has the functions itself',
      ],
      [[], 'functions must be an object'],
      [undefined, "needs the option 'functions'"],
      [7, 'functions must be an object of the host program, not 7'],
    ];
    for (const [functions, message] of refusals) {
      expect(() => hostCalls({ functions: functions as never })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
      );
    }
  });

  it('place the device, and name it', () => {
    const device = hostCalls({ id: 'host', base: 0x600, irq: 5, functions: {} });
    const m = machine();
    m.attach(device);
    expect(m.ports.map()).toMatchObject([
      { base: PORT, length: 16, owner: 'hostcall' },
      { base: 0x600, length: 16, owner: 'host' },
    ]);
  });

  it.each([
    { base: 0xfff1 },
    { irq: 24 },
    { maxRequest: -1 },
    { maxPending: 0 },
    { maxPending: 256 },
    { onError: 1 as never },
  ])('refuse %o', (options) => {
    expect(() => hostCalls({ functions: {}, ...options })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});
