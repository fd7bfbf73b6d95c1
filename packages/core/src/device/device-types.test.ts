import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Device,
  type DeviceContext,
  type DeviceFactory,
  type DeviceState,
  defineDevice,
  type FunctionOption,
  type ObjectOption,
  type PlacedRange,
} from '../index.ts';

type Table = Readonly<Record<string, () => void>>;

// What the compiler infers: `npm run typecheck` fails where a line here is wrong.
describe('the types of defineDevice', () => {
  it('infer the options from their specifications', () => {
    const device = defineDevice({
      type: 'typed',
      apiVersion: 1,
      description: 'has options of all kinds',
      options: {
        size: { type: 'integer', min: 1, max: 9, required: true, description: 'required' },
        level: { type: 'integer', min: 1, max: 9, default: 2, description: 'with a default' },
        limit: { type: 'integer', min: 1, max: 9, description: 'without one' },
        loud: { type: 'boolean', description: 'yes or no' },
        colour: { type: 'string', choices: ['red', 'green'], default: 'red', description: 'one of two' },
        label: { type: 'string', description: 'any' },
        rom: { type: 'bytes', maxLength: 9, description: 'bytes' },
        output: { type: 'function', description: 'of the host' } as FunctionOption<(level: number) => void>,
        table: { type: 'object', required: true, description: 'of the host' } as ObjectOption<Table> & {
          readonly required: true;
        },
      },
      ranges: [
        { space: 'port', base: 0x100, length: 1 },
        { space: 'mmio', base: 0xe000_0000, length: 4096 },
      ],
      irqs: [3],
      create(options, { ranges, irqs }) {
        expectTypeOf(options).toEqualTypeOf<
          { readonly id: string } & {
            readonly size: number;
            readonly level: number;
            readonly limit: number | undefined;
            readonly loud: boolean | undefined;
            readonly colour: 'red' | 'green';
            readonly label: string | undefined;
            readonly rom: Uint8Array | undefined;
            readonly output: ((level: number) => void) | undefined;
            readonly table: Table;
          }
        >();
        expectTypeOf(ranges).toEqualTypeOf<readonly [PlacedRange, PlacedRange]>();
        expectTypeOf(irqs).toEqualTypeOf<readonly [number]>();
        return { extra: 1, attach: () => {} };
      },
    });
    expectTypeOf(device).parameter(0).toExtend<{ readonly size: number; readonly table: Table }>();
    expectTypeOf<{ size: 1; table: Table; colour: 'green'; id: 'x'; rom: undefined }>().toExtend<
      Parameters<typeof device>[0]
    >();
    expectTypeOf<{ size: 1; table: Table; colour: 'blue' }>().not.toExtend<Parameters<typeof device>[0]>();
    expectTypeOf<{ size: 1 }>().not.toExtend<Parameters<typeof device>[0]>();
    expectTypeOf(device({ size: 1, table: {} })).toExtend<Device & { extra: number }>();
    expect(device({ size: 1, table: {} }).extra).toBe(1);
  });

  it('leave a device without options, ranges and lines with none', () => {
    const bare = defineDevice({
      type: 'bare',
      apiVersion: 1,
      description: 'has nothing',
      create(options, { ranges, irqs }) {
        expectTypeOf(options.id).toEqualTypeOf<string>();
        expectTypeOf(ranges).toEqualTypeOf<readonly []>();
        expectTypeOf(irqs).toEqualTypeOf<readonly []>();
        return { attach: () => {} };
      },
    });
    bare();
    bare({ id: 'x' });
    // @ts-expect-error: there is no such option
    expect(() => bare({ base: 1 })).toThrow("bare has no option 'base'");
  });

  it('fit the annotation of an exported factory', () => {
    interface BellOptions {
      readonly id?: string;
      readonly base?: number;
      readonly onRing?: () => void;
    }
    interface Bell extends Device {
      readonly type: 'bell';
      readonly rings: number;
      reset(): void;
      snapshot(): DeviceState;
    }
    class BellDevice {
      readonly type = 'bell';
      rings = 0;
      attach(_context: DeviceContext): void {}
      reset(): void {
        this.rings = 0;
      }
      snapshot(): DeviceState {
        return { version: 1, rings: this.rings };
      }
    }
    // As isolatedDeclarations wants it: the type of an export is written down.
    const bell: DeviceFactory<BellOptions, Bell> = defineDevice({
      type: 'bell',
      apiVersion: 1,
      description: 'rings',
      options: {
        base: { type: 'integer', min: 0, max: 0xffff, default: 0x70, description: 'its port' },
        onRing: { type: 'function', description: 'called when it rings' } as FunctionOption<() => void>,
      },
      create: () => new BellDevice(),
    });
    expectTypeOf(bell).toBeCallableWith();
    expectTypeOf(bell).toBeCallableWith({ base: 1 });
    expectTypeOf(bell({}).rings).toBeNumber();

    interface Wrong {
      readonly base?: string;
    }
    // @ts-expect-error: the option is a number
    const wrong: DeviceFactory<Wrong, Bell> = bell;
    expect(wrong).toBe(bell);
  });
});
