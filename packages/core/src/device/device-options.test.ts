import { describe, expect, it } from 'vitest';
import { defineDevice, describeOption, type FunctionOption, type ObjectOption } from '../index.ts';

/** Gives the options as `create` got them. */
const probe = defineDevice({
  type: 'probe',
  apiVersion: 1,
  description: 'shows its options',
  options: {
    level: { type: 'integer', min: -8, max: 8, multipleOf: 4, default: 0, description: 'a level' },
    base: { type: 'integer', min: 0x10, max: 0xffff, hex: true, default: 0x20, description: 'an address' },
    loud: { type: 'boolean', default: false, description: 'whether it is loud' },
    label: { type: 'string', description: 'any text' },
    colour: { type: 'string', choices: ['red', 'green'], default: 'red', description: 'a colour' },
    rom: { type: 'bytes', maxLength: 4, description: 'a ROM' },
    output: { type: 'function', description: 'takes text' } as FunctionOption<(text: string) => void>,
    backend: { type: 'object', description: 'where data goes' } as ObjectOption<{ readonly path: string }>,
  },
  create: (options) => ({ options, attach: () => {} }),
});

const sized = defineDevice({
  type: 'sized',
  apiVersion: 1,
  description: 'needs a size',
  options: { size: { type: 'integer', min: 1, max: 64, required: true, description: 'a size' } },
  create: ({ size }) => ({ size, attach: () => {} }),
});

describe('options', () => {
  it('come with their defaults; those without one are undefined', () => {
    expect(probe().options).toEqual({ id: 'probe', level: 0, base: 0x20, loud: false, colour: 'red' });
    expect(Object.keys(probe().options)).toContain('label');
  });

  it('that are given as undefined are as if left out', () => {
    expect(probe({ level: undefined, label: undefined }).options).toEqual(probe().options);
    expect(() => sized({ size: undefined as never })).toThrow("needs the option 'size'");
  });

  it('come as they were given, host objects as themselves', () => {
    const given = {
      id: 'mine',
      level: -8,
      base: 0xffff,
      loud: true,
      label: '',
      colour: 'green',
      rom: Uint8Array.of(1, 2, 3, 4),
      output: () => {},
      backend: { path: 'x' },
    } as const;
    const { options } = probe(given);
    expect(options).toEqual(given);
    expect(options.rom).toBe(given.rom);
    expect(options.backend).toBe(given.backend);
  });

  it.each<[unknown, string]>([
    [{ levle: 1 }, "probe has no option 'levle': it has id, level, base, loud, label, colour, rom, output, backend"],
    [{ toString: 1 }, "probe has no option 'toString'"],
    [{ id: '' }, 'probe: id must be a string that is not empty'],
    [{ id: 7 }, 'probe: id must be a string that is not empty'],
    [{ level: 12 }, 'probe: level must be an integer from -8 to 8 and a multiple of 4, not 12'],
    [{ level: 3 }, 'probe: level must be an integer from -8 to 8 and a multiple of 4, not 3'],
    [{ level: '4' }, "probe: level must be an integer from -8 to 8 and a multiple of 4, not '4'"],
    [{ level: 0.5 }, 'not 0.5'],
    [{ level: Number.NaN }, 'not NaN'],
    [{ level: 4n }, 'not 4'],
    [{ base: 0 }, 'probe: base must be an integer from 0x10 to 0xffff, not 0x0'],
    [{ base: 65536 }, 'not 0x10000'],
    [{ base: -16 }, 'not -0x10'],
    [{ base: 32.5 }, 'not 32.5'],
    [{ base: 1e300 }, 'not 1e+300'],
    [{ loud: 1 }, 'probe: loud must be true or false, not 1'],
    [{ label: 5 }, 'probe: label must be a string, not 5'],
    [{ colour: 'blue' }, "probe: colour must be one of red, green, not 'blue'"],
    [{ rom: new Uint8Array(5) }, 'probe: rom must be a Uint8Array of at most 4 bytes, not 5 bytes'],
    [{ rom: [1, 2] }, 'probe: rom must be a Uint8Array of at most 4 bytes, not an array'],
    [{ output: 'stdout' }, "probe: output must be a function, not 'stdout'"],
    [{ output: {} }, 'probe: output must be a function, not an object'],
    [{ backend: null }, 'probe: backend must be an object of the host program, not null'],
    [{ backend: () => {} }, 'probe: backend must be an object of the host program, not a function'],
    [[], 'probe takes an object of options, not an array'],
    [null, 'probe takes an object of options, not null'],
    ['base=1', "probe takes an object of options, not 'base=1'"],
  ])('refuses %o with one clear error', (given, message) => {
    expect(() => probe(given as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  });

  it('that are required are asked for', () => {
    expect(sized({ size: 64 }).size).toBe(64);
    // @ts-expect-error: the option is required
    expect(() => sized()).toThrow("sized needs the option 'size': an integer from 1 to 64");
  });

  it('are described as a part of a sentence', () => {
    const { options } = probe.manifest;
    expect(Object.values(options).map(describeOption)).toEqual([
      'an integer from -8 to 8 and a multiple of 4',
      'an integer from 0x10 to 0xffff',
      'true or false',
      'a string',
      'one of red, green',
      'a Uint8Array of at most 4 bytes',
      'a function',
      'an object of the host program',
    ]);
  });
});
