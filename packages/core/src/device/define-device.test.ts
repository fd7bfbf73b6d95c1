import { describe, expect, expectTypeOf, it } from 'vitest';
import { type DeviceContext, defineDevice, type FunctionOption } from '../index.ts';

const lamp = defineDevice({
  type: 'lamp',
  apiVersion: 1,
  description: 'a lamp with a brightness',
  options: {
    base: { type: 'integer', min: 0, max: 0xfffe, default: 0x510, hex: true, description: 'first of its two ports' },
    colour: { type: 'string', choices: ['red', 'green'], default: 'red', description: 'its colour' },
    output: { type: 'function', description: 'takes the brightness' } as FunctionOption<(level: number) => void>,
  },
  ranges: [{ space: 'port', base: { option: 'base' }, length: 2, width: { max: 1 }, label: 'lamp' }],
  supports: { snapshot: false },
  create({ colour, output }, { ranges }) {
    expectTypeOf(colour).toEqualTypeOf<'red' | 'green'>();
    expectTypeOf(output).toEqualTypeOf<((level: number) => void) | undefined>();
    let level = 0;
    const handler = {
      read: () => level,
      write: (_offset: number, _size: number, value: number) => {
        level = value;
        output?.(level);
      },
    };
    return {
      colour,
      attach: (context: DeviceContext) => context.claimPorts(ranges[0], handler),
      reset: () => {
        level = 0;
      },
    };
  },
});

describe('defineDevice', () => {
  it('makes devices with id, type and manifest, and the defaults filled in', () => {
    const device = lamp();
    expect(device).toMatchObject({ id: 'lamp', type: 'lamp', colour: 'red' });
    expect(device.manifest).toBe(lamp.manifest);
    expect(lamp({ id: 'desk', colour: 'green' })).toMatchObject({ id: 'desk', colour: 'green' });
  });

  it('refuses unknown options, naming those that there are', () => {
    // @ts-expect-error: there is no such option
    expect(() => lamp({ bse: 1 })).toThrow("lamp has no option 'bse': it has id, base, colour, output");
  });
});
