import { type DeviceFactory, defineDevice, type FunctionOption, type IrqLine, type ObjectOption } from '@picovm/core';
import { I8042Device } from './i8042-device.ts';
import type { I8042, I8042Options, KeyboardLeds } from './i8042-types.ts';

/**
 * Makes an 8042 keyboard controller at the ports 60h and 64h, with a PS/2 keyboard and a PS/2 mouse. Metrics:
 * `unknownCommands`, `hostErrors`.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export const i8042: DeviceFactory<I8042Options, I8042> = /* @__PURE__ */ defineDevice({
  type: 'i8042',
  apiVersion: 1,
  description: 'a keyboard controller with a PS/2 keyboard and mouse',
  options: {
    keyboardIrq: { type: 'integer', min: 0, max: 23, default: 1, description: "the keyboard's interrupt line" },
    mouseIrq: { type: 'integer', min: 0, max: 23, default: 12, description: "the mouse's interrupt line" },
    a20: {
      type: 'object',
      description: 'the gate of address line 20: { set(level), pulse() }',
    } as ObjectOption<IrqLine>,
    commandByte: {
      ...{ type: 'integer', min: 0, max: 0xff, default: 0x43, hex: true },
      description: 'the command byte after a reset',
    },
    typingGap: {
      ...{ type: 'integer', min: 0, max: 10_000, default: 20 },
      description: 'milliseconds between typed characters',
    },
    mayType: { type: 'function', description: 'whether the guest has room for a character' } as FunctionOption<
      () => boolean
    >,
    onLeds: { type: 'function', description: 'takes the lights of the keyboard' } as FunctionOption<
      (leds: KeyboardLeds) => void
    >,
  },
  ranges: [
    { space: 'port', base: 0x60, length: 1, width: { max: 1 }, label: 'keyboard data' },
    { space: 'port', base: 0x64, length: 1, width: { max: 1 }, label: 'keyboard command' },
  ],
  irqs: [{ option: 'keyboardIrq' }, { option: 'mouseIrq' }],
  create: (options, place) => new I8042Device(options, place),
});
