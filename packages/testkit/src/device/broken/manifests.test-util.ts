import { type DeviceContext, placeOf } from '@picovm/core';
import type { AnyDeviceFactory } from '../../index.ts';
import { Chime, type ChimeOptions, chimes } from '../chime.test-util.ts';
import { type BrokenDevices, broken } from './broken-chime.test-util.ts';

const DEFAULTS = { id: 'chime', base: 0x510, irq: 5, volume: 50 };

type Given = Partial<typeof DEFAULTS> & { readonly output?: ChimeOptions['output'] };

/** A factory with the manifest of a chime that does with its options what it likes. */
function unchecked(take: (given: Given) => Given): AnyDeviceFactory {
  const { manifest } = chimes();
  const make = (given: Given = {}) => {
    // What is no record of options at all is another matter.
    if (typeof given !== 'object' || given === null) chimes()(given);
    const options = { ...DEFAULTS, ...take(given) };
    return Object.assign(new Chime(options, placeOf(manifest, options)), { type: 'chime', manifest });
  };
  return Object.assign(make, { manifest });
}

/** Chimes that are not what their manifest says. */
export const BROKEN_MANIFESTS: BrokenDevices = {
  'is what it says it is': [
    broken(
      'is attached asynchronously',
      class extends Chime {
        override async attach(context: DeviceContext): Promise<void> {
          super.attach(context);
        }
      },
    ),
    broken(
      'claims a port less than it declares',
      class extends Chime {
        override attach(context: DeviceContext): void {
          super.attach({
            ...context,
            claimPorts: (range, handler) => context.claimPorts({ ...range, length: 3 }, handler),
          });
        }
      },
    ),
    broken(
      'takes other widths than it declares',
      class extends Chime {
        override attach(context: DeviceContext): void {
          super.attach({
            ...context,
            claimPorts: (range, handler) => context.claimPorts({ ...range, width: { max: 2 } }, handler),
          });
        }
      },
    ),
    broken(
      'lets writes come late, and does not declare it',
      class extends Chime {
        override attach(context: DeviceContext): void {
          super.attach({
            ...context,
            claimPorts: (range, handler) => context.claimPorts({ ...range, coalesced: true }, handler),
          });
        }
      },
    ),
    broken(
      'asks for an interrupt line that it does not declare',
      class extends Chime {
        override attach(context: DeviceContext): void {
          super.attach(context);
          context.irq(7);
        }
      },
    ),
    broken(
      'declares an interrupt line and never asks for it',
      class extends Chime {
        override attach(context: DeviceContext): void {
          super.attach({ ...context, irq: () => ({ set: () => {}, pulse: () => {} }) });
        }
      },
    ),
    broken(
      'has no restore()',
      class extends Chime {
        override restore = undefined as never;
      },
    ),
  ],
  'goes where its options put it': [
    broken(
      'claims its default ports whatever its base',
      class extends Chime {
        override attach(context: DeviceContext): void {
          super.attach({
            ...context,
            claimPorts: (range, handler) => context.claimPorts({ ...range, base: 0x510 }, handler),
          });
        }
      },
    ),
    broken(
      'drives its default line whatever its irq',
      class extends Chime {
        override attach(context: DeviceContext): void {
          super.attach({ ...context, irq: () => context.irq(5) });
        }
      },
    ),
    {
      fault: 'allows a base from which its ports do not fit',
      factory: chimes(Chime, 0xffff),
    },
  ],
  'refuses options that its manifest does not allow': [
    { fault: 'looks at no option', factory: unchecked((given) => given) },
    {
      fault: 'ignores options that it does not know',
      factory: unchecked((given) => {
        const known = Object.entries(given).filter(([name]) => name in DEFAULTS || name === 'output');
        return chimes()(Object.fromEntries(known)) && given;
      }),
    },
    {
      fault: 'refuses with a TypeError',
      factory: unchecked((given) => {
        try {
          return chimes()(given) && given;
        } catch {
          throw new TypeError('bad options');
        }
      }),
    },
  ],
};
