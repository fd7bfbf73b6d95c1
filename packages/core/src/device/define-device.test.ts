import { describe, expect, it, vi } from 'vitest';
import { DEVICE_API_VERSION, type DeviceContext, defineDevice, isDeviceFactory } from '../index.ts';
import { makeVm } from '../vm/make-vm.test-util.ts';
import { definition, lamp } from './lamp.test-util.ts';

const IDLE = function* () {};

function code(expected: string, ...words: string[]): unknown {
  const said = words.map((word) => word.replace(/[^\w ]/g, '\\$&')).join('.*');
  return expect.objectContaining({ code: expected, message: expect.stringMatching(said) });
}

describe('a factory of defineDevice', () => {
  it('makes devices with id, type and manifest, and the defaults filled in', () => {
    const device = lamp();
    expect(device).toMatchObject({ id: 'lamp', type: 'lamp', colour: 'red' });
    expect(device.manifest).toBe(lamp.manifest);
    expect(lamp({ id: 'desk', colour: 'green' })).toMatchObject({ id: 'desk', colour: 'green' });
    expect(lamp.name).toBe('lamp');
  });

  it('takes the id of the definition where none is given', () => {
    expect(defineDevice({ ...definition, defaultId: 'lamp1' })().id).toBe('lamp1');
  });

  it('makes devices that share nothing', () => {
    const [one, two] = [lamp({ id: 'one' }), lamp({ id: 'two', base: 0x520 })];
    using vm = makeVm(IDLE, { devices: [one, two] });
    vm.ports.write(0x510, 1, 7);
    expect([vm.ports.read(0x510, 1), vm.ports.read(0x520, 1)]).toEqual([7, 0]);
  });

  it('says where the device is: ranges and lines, with the values of the options', () => {
    const create = vi.fn(() => ({ attach: () => {} }));
    const placed = defineDevice({
      type: 'placed',
      apiVersion: 1,
      description: 'tells where it is',
      options: {
        base: { type: 'integer', min: 0, max: 0xffff, default: 0x100, description: 'its ports' },
        size: { type: 'integer', min: 1, max: 4096, required: true, description: 'bytes of its window' },
        irq: { type: 'integer', min: 0, max: 23, default: 4, description: 'its line' },
      },
      ranges: [
        { space: 'port', base: { option: 'base' }, length: 2, width: { max: 1 }, label: 'registers' },
        { space: 'mmio', base: 0xe000_0000, length: { option: 'size' } },
      ],
      irqs: [{ option: 'irq' }, 9],
      create,
    });
    placed({ base: 0x200, size: 64 });
    expect(create).toHaveBeenCalledWith(
      { id: 'placed', base: 0x200, size: 64, irq: 4 },
      {
        ranges: [
          { space: 'port', base: 0x200, length: 2, width: { max: 1 }, label: 'registers' },
          { space: 'mmio', base: 0xe000_0000, length: 64 },
        ],
        irqs: [4, 9],
      },
    );
  });

  it('shows ranges that overlap with both owners', () => {
    expect(() => makeVm(IDLE, { devices: [lamp({ id: 'one' }), lamp({ id: 'two', base: 0x511 })] })).toThrow(
      code('ERR_BUS_OVERLAP', 'two claims the port range 0x511-0x512', 'overlaps 0x510-0x511 of one'),
    );
  });

  it('takes an instance of a class, which keeps its prototype', () => {
    class Thing {
      readonly id = 'thing';
      attach(): void {}
    }
    const thing = defineDevice({ type: 'thing', apiVersion: 1, description: 'a thing', create: () => new Thing() })();
    expect(thing).toBeInstanceOf(Thing);
    expect(thing).toMatchObject({ id: 'thing', type: 'thing' });
  });

  it.each<[string, () => unknown]>([
    ['no object', () => undefined],
    ['no attach', () => ({ reset() {} })],
    ['a frozen object', () => Object.freeze({ attach() {} })],
    ['another type', () => ({ type: 'torch', attach() {} })],
    ['another id', () => ({ id: 'torch', attach() {} })],
  ])('refuses a create that gives %s', (_what, create) => {
    expect(() => defineDevice({ ...definition, create: create as never })({})).toThrow(
      code('ERR_INVALID_ARGUMENT', 'the definition of lamp is malformed', 'create() gave'),
    );
  });

  it('lets through what create throws', () => {
    const create = (): never => {
      throw new RangeError('too bright');
    };
    expect(() => defineDevice({ ...definition, create })()).toThrow(new RangeError('too bright'));
  });
});

describe('the manifest', () => {
  it('is the definition as JSON, with what was left out', () => {
    expect(JSON.parse(JSON.stringify(lamp.manifest))).toEqual(lamp.manifest);
    expect(lamp.manifest).toEqual({
      type: 'lamp',
      apiVersion: 1,
      description: 'a lamp with a brightness',
      defaultId: 'lamp',
      options: {
        base: { type: 'integer', min: 0, max: 0xfffe, default: 0x510, hex: true, description: 'first of its ports' },
        colour: { type: 'string', choices: ['red', 'green'], default: 'red', description: 'its colour' },
        output: { type: 'function', description: 'takes the brightness' },
      },
      ranges: [{ space: 'port', base: { option: 'base' }, length: 2, width: { max: 1 }, label: 'lamp' }],
      irqs: [],
      supports: { reset: true, snapshot: false },
    });
  });

  it('cannot be changed, neither itself nor through what it was made of', () => {
    const options = { level: { type: 'integer', min: 0, max: 9, default: 1, description: 'a level' } } as const;
    const { manifest } = defineDevice({ ...definition, options, ranges: [] });
    (options.level as { max: number }).max = 100;
    expect(manifest.options.level).toMatchObject({ max: 9 });
    expect(Object.isFrozen(manifest)).toBe(true);
    for (const part of [manifest.options, manifest.options.level, manifest.ranges, manifest.irqs, manifest.supports]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe('the version of the device API', () => {
  const OTHERS = [
    [DEVICE_API_VERSION + 1, 'a newer @picovm/core'],
    [DEVICE_API_VERSION - 1, 'a newer lamp'],
  ] as const;

  it('is checked by the factory, which names both and what to do', () => {
    const newer = defineDevice({ ...definition, apiVersion: DEVICE_API_VERSION + 1 });
    expect(() => newer()).toThrow(
      code('ERR_DEVICE_API', 'lamp was made for version 2', 'this @picovm/core has version 1', 'a newer @picovm/core'),
    );
  });

  it.each(OTHERS)('is checked when a device of another copy of core is attached: %i', (apiVersion, advice) => {
    const attach = vi.fn();
    const device = { id: 'lamp', type: 'lamp', manifest: { ...lamp.manifest, apiVersion }, attach };
    expect(() => makeVm(IDLE, { devices: [device] })).toThrow(
      code('ERR_DEVICE_API', `lamp was made for version ${apiVersion}`, 'has version 1', advice),
    );
    expect(attach).not.toHaveBeenCalled();
  });

  it('of a device without a manifest is not known, and such a device is welcome', () => {
    using vm = makeVm(IDLE, { devices: [{ id: 'plain', type: 'plain', attach: () => {} }] });
    expect(vm.devices).toHaveLength(1);
  });

  it('that is newer may bring options of kinds that this one does not know: lists still show the device', () => {
    const options = { colour: { type: 'colour', description: 'as #rrggbb' } } as never;
    const newer = defineDevice({ ...definition, apiVersion: DEVICE_API_VERSION + 1, options });
    expect(newer.manifest.options).toEqual(options);
    expect(() => newer({} as never)).toThrow(code('ERR_DEVICE_API'));
  });
});

describe('isDeviceFactory', () => {
  it('knows the factories of this and of another copy of core', () => {
    expect(isDeviceFactory(lamp)).toBe(true);
    expect(isDeviceFactory(Object.assign(() => ({}), { manifest: { type: 'x', apiVersion: 7 } }))).toBe(true);
  });

  it.each([undefined, null, {}, 'lamp', { manifest: lamp.manifest }, () => {}, class {}])('refuses %o', (value) => {
    expect(isDeviceFactory(value)).toBe(false);
  });

  it('refuses a function with a manifest that is none', () => {
    for (const manifest of [null, 1, {}, { type: 'x' }]) {
      expect(isDeviceFactory(Object.assign(() => {}, { manifest }))).toBe(false);
    }
  });
});

describe('a definition that contradicts itself', () => {
  const option = (spec: object): object => ({ options: { x: { description: 'an x', ...spec } }, ranges: [] });

  it.each<[string, object]>([
    ['type must be lower-case', { type: 'Lamp' }],
    ['type must be lower-case', { type: undefined }],
    ['apiVersion', { apiVersion: 0 }],
    ['apiVersion', { apiVersion: '1' }],
    ['description must be one line', { description: '' }],
    ['description must be one line', { description: 'a\nb' }],
    ['defaultId must be one line', { defaultId: '' }],
    ['no function create', { create: undefined }],
    ["option 'id' cannot be there", { options: { id: { type: 'string', description: 'x' } }, ranges: [] }],
    ["option 'a b' must have a name", { options: { 'a b': { type: 'string', description: 'x' } }, ranges: [] }],
    ["option 'x' must have a description", option({ type: 'boolean', description: '' })],
    [
      "option 'x' has the type 'number', and there are integer, boolean, string, bytes, function, object",
      option({ type: 'number' }),
    ],
    ["option 'x' must be a record with a type: integer, boolean", { options: { x: null } }],
    ["option 'x' must be a record with a type: integer, boolean", { options: { x: 'integer' } }],
    ['ranges and its irqs must be lists', { ranges: {} }],
    ['ranges and its irqs must be lists', { irqs: 4 }],
    ["ranges.0.space must be 'port' or 'mmio'", { ranges: [null] }],
    ['irqs.0 must be an integer', { irqs: [null] }],
    ["option 'x' must have both min and max, which are integers", option({ type: 'integer', min: 0 })],
    ["option 'x' must have both min and max, which", option({ type: 'integer', min: 2, max: 1 })],
    ["option 'x' must have an integer as multipleOf", option({ type: 'integer', min: 0, max: 1, multipleOf: 0 })],
    [
      "option 'x' must have a default that is an integer from 0 to 9",
      option({ type: 'integer', min: 0, max: 9, default: 10 }),
    ],
    ["option 'x' is required and has a default", option({ type: 'boolean', default: true, required: true })],
    ["option 'x' must have a list of strings as choices", option({ type: 'string', choices: [] })],
    ["option 'x' must have a list of strings as choices", option({ type: 'string', choices: [1] })],
    [
      "option 'x' must have a default that is one of a, b",
      option({ type: 'string', choices: ['a', 'b'], default: 'c' }),
    ],
    ["option 'x' must have an integer as maxLength", option({ type: 'bytes' })],
    ['options.x.signature is no plain data', option({ type: 'function', signature: () => {} })],
    ['options.x.default is no plain data', option({ type: 'bytes', maxLength: 4, default: new Uint8Array(4) })],
    ["ranges.0.space must be 'port' or 'mmio'", { ranges: [{ space: 'ports', base: 1, length: 1 }] }],
    ['ranges.1.base must be an integer', { ranges: [{ space: 'port', base: 1, length: 1 }, { space: 'port' }] }],
    ['ranges.0.length must be an integer from 1', { ranges: [{ space: 'port', base: 1, length: 0 }] }],
    ["ranges.0.base refers to an option 'port'", { ranges: [{ space: 'port', base: { option: 'port' }, length: 1 }] }],
    [
      "ranges.0.base refers to an option 'colour'",
      { ranges: [{ space: 'port', base: { option: 'colour' }, length: 1 }] },
    ],
    ["irqs.0 refers to an option 'x'", { ...option({ type: 'integer', min: 0, max: 9 }), irqs: [{ option: 'x' }] }],
    ["irqs.0 refers to an option 'toString'", { irqs: [{ option: 'toString' }] }],
    ['irqs.0 must be an integer from 0 to 23', { irqs: [24] }],
    ['supports.snapshot must be true or false', { supports: { snapshot: 'no' } }],
  ])('is refused at once: %s', (problem, wrong) => {
    expect(() => defineDevice({ ...definition, ...wrong } as never)).toThrow(
      code('ERR_INVALID_ARGUMENT', 'the definition of', 'is malformed', problem),
    );
  });

  it('is told from one that is right', () => {
    const context = {} as DeviceContext;
    expect(() =>
      defineDevice(definition)().attach({ ...context, claimPorts: () => ({ [Symbol.dispose]: () => {} }) }),
    ).not.toThrow();
  });
});
