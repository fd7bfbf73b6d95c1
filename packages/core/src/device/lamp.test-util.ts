import { type DeviceContext, defineDevice, type FunctionOption } from '../index.ts';

/** A device with an option of most kinds. */
export const definition = {
  type: 'lamp',
  apiVersion: 1,
  description: 'a lamp with a brightness',
  options: {
    base: { type: 'integer', min: 0, max: 0xfffe, default: 0x510, hex: true, description: 'first of its ports' },
    colour: { type: 'string', choices: ['red', 'green'], default: 'red', description: 'its colour' },
    output: { type: 'function', description: 'takes the brightness' } as FunctionOption<(level: number) => void>,
  },
  ranges: [{ space: 'port', base: { option: 'base' }, length: 2, width: { max: 1 }, label: 'lamp' }],
  supports: { snapshot: false },
  create: () => ({ attach: (_context: DeviceContext) => {} }),
} as const;

export const lamp = defineDevice({
  ...definition,
  create({ colour, output }, { ranges }) {
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
