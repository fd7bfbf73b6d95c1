import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { type DeviceState, type StateMigrations, StateReader, VmError } from '../index.ts';

function reading(fields: Record<string, unknown>): StateReader {
  return new StateReader('disk0', { version: 1, ...fields }, 1);
}

function refusal(...words: string[]): unknown {
  const message = expect.stringMatching(['disk0 cannot restore this state: it', ...words].join('.*'));
  return expect.objectContaining({ code: 'ERR_DEVICE_STATE', message, details: { device: 'disk0' } });
}

describe('StateReader', () => {
  it('gives what fits', () => {
    const bytes = Uint8Array.of(1, 0x0f);
    const reader = reading({ n: 5, min: -3, t: 0.5, b: false, s: 'abc', bytes, list: [0, 9] });
    expect(reader.integer('n', 5)).toBe(5);
    expect(reader.integer('min', 5, -3)).toBe(-3);
    expect(reader.register('n', 0x85)).toBe(5);
    expect(reader.number('t')).toBe(0.5);
    expect(reader.number('min', 0, -3)).toBe(-3);
    expect(reader.boolean('b')).toBe(false);
    expect(reader.string('s', 3)).toBe('abc');
    expect(reader.bytes('bytes', 2)).toBe(bytes);
    expect(reader.bytes('bytes', 2, 2, 0x0f)).toBe(bytes);
    expect(reader.registers('bytes', [1, 0xff])).toBe(bytes);
    expect(reader.integers('list', 2, 9)).toEqual([0, 9]);
    expect(() => reader.exactly('n', 5)).not.toThrow();
  });

  const fields = {
    n: 6,
    half: 0.5,
    nan: Number.NaN,
    infinite: Number.POSITIVE_INFINITY,
    text: 'abcd',
    bytes: Uint8Array.of(1, 0x10),
    list: [1, 2, 3],
  };

  it.each<[string, (reader: StateReader) => unknown]>([
    ['no integer from 0 to 5 as n', (reader) => reader.integer('n', 5)],
    ['no integer from 7 to 9 as n', (reader) => reader.integer('n', 9, 7)],
    ['no integer from 0 to 5 as half', (reader) => reader.integer('half', 5)],
    ['no integer from 0 to 5 as text', (reader) => reader.integer('text', 5)],
    ['no integer from 0 to 5 as missing', (reader) => reader.integer('missing', 5)],
    ['bits in n that its register does not have', (reader) => reader.register('n', 5)],
    ['no integer from 0 to 2147483647 as half', (reader) => reader.register('half', 5)],
    ['no number from 0 to 5 as n', (reader) => reader.number('n', 5)],
    ['no number from 1 to 5 as half', (reader) => reader.number('half', 5, 1)],
    ['no number from 0 to .* as nan', (reader) => reader.number('nan')],
    ['no number from 0 to .* as infinite', (reader) => reader.number('infinite')],
    ['no boolean as n', (reader) => reader.boolean('n')],
    ['no string of at most 3 characters as text', (reader) => reader.string('text', 3)],
    ['no string of at most 3 characters as n', (reader) => reader.string('n', 3)],
    ['no byte array of 0 to 1 bytes as bytes', (reader) => reader.bytes('bytes', 1)],
    ['no byte array of exactly 3 bytes as bytes', (reader) => reader.bytes('bytes', 3, 3)],
    ['no byte array of 0 to 9 bytes as list', (reader) => reader.bytes('list', 9)],
    ['bits in bytes that it cannot have', (reader) => reader.bytes('bytes', 2, 2, 0x0f)],
    ['no byte array of exactly 1 bytes as bytes', (reader) => reader.registers('bytes', [0xff])],
    ['bits in bytes that its registers do not have', (reader) => reader.registers('bytes', [0xff, 0x0f])],
    ['no list of at most 2 integers from 0 to 9 as list', (reader) => reader.integers('list', 2, 9)],
    ['no list of at most 3 integers from 0 to 2 as list', (reader) => reader.integers('list', 3, 2)],
    ['no list of at most 3 integers from 0 to 9 as bytes', (reader) => reader.integers('bytes', 3, 9)],
    ['has 6 as n, and the device has 7', (reader) => reader.exactly('n', 7)],
    ['has undefined as missing, and the device has x', (reader) => reader.exactly('missing', 'x')],
  ])('refuses: %s', (problem, read) => {
    expect(() => read(reading(fields))).toThrow(refusal(problem));
  });

  it('makes the error for what the owner refuses itself', () => {
    const cause = new Error('why');
    const error = reading({}).error('has a head behind the last cylinder', cause);
    expect(error).toBeInstanceOf(VmError);
    expect(error).toEqual(refusal('has a head behind the last cylinder'));
    expect(error.cause).toBe(cause);
    expectTypeOf(error).toEqualTypeOf<VmError>();
  });

  it.each([undefined, null, 7, 'state'])('refuses %o, which is no state', (state) => {
    expect(() => new StateReader('disk0', state as never, 1)).toThrow(refusal('is no record'));
  });
});

describe('migrations', () => {
  const MIGRATIONS: StateMigrations = {
    1: ({ head, ...state }) => ({ ...state, heads: [head] }),
    2: (state) => ({ ...state, spinning: false }),
    3: (state) => state,
  };

  it('lead from every older version to the one that is read', () => {
    for (const state of [
      { version: 1, head: 5 },
      { version: 2, heads: [5] },
      { version: 3, heads: [5], spinning: false },
      { version: 4, heads: [5], spinning: false },
    ]) {
      const before = structuredClone(state);
      const reader = new StateReader('disk0', state, 4, MIGRATIONS);
      expect(reader.integers('heads', 1, 9)).toEqual([5]);
      expect(reader.boolean('spinning')).toBe(false);
      expect(() => reader.exactly('version', 4)).not.toThrow();
      expect(state).toEqual(before);
    }
  });

  it('are not asked for the version that is read', () => {
    const migrate = vi.fn();
    new StateReader('disk0', { version: 4 }, 4, { 4: migrate, 3: migrate });
    expect(migrate).not.toHaveBeenCalled();
  });

  it.each<[unknown, string]>([
    [5, 'has the version 5, and this version of the device reads 4: use the version of the device that wrote it'],
    [0, 'has the version 0, and this version of the device reads 4'],
    [1.5, 'has the version 1.5, and this version'],
    ['1', 'has the version 1, and this version'],
    ['toString', 'has the version toString, and this version'],
    [undefined, 'has the version undefined, and this version'],
    [Number.NaN, 'has the version NaN, and this version'],
  ])('do not lead from version %o', (version, problem) => {
    expect(() => new StateReader('disk0', { version } as DeviceState, 4, MIGRATIONS)).toThrow(refusal(problem));
  });

  it('that throw are a refusal too', () => {
    const migrations: StateMigrations = { 1: ({ list }) => ({ length: (list as unknown[]).length }) };
    expect(() => new StateReader('disk0', { version: 1 }, 2, migrations)).toThrow(
      refusal('is malformed: it cannot be read as version 1'),
    );
  });
});
