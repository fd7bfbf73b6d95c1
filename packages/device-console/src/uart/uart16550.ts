import { type DeviceFactory, defineDevice, type FunctionOption } from '@picovm/core';
import type { OnOutputError, Output } from '../output/output.ts';
import { Uart16550Device } from './uart16550-device.ts';
import type { Uart16550, Uart16550Options } from './uart16550-types.ts';

/**
 * Makes a 16550A UART. Metrics: `bytesIn` (taken by `receive`), `bytesOut`, `overruns`, `outputErrors`.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export const uart16550: DeviceFactory<Uart16550Options, Uart16550> = /* @__PURE__ */ defineDevice({
  type: 'uart16550',
  apiVersion: 1,
  description: 'a serial port with a 16550A UART, as a PC wires it',
  defaultId: 'com1',
  options: {
    base: { type: 'integer', min: 0, max: 0xfff8, default: 0x3f8, hex: true, description: 'first of its eight ports' },
    irq: { type: 'integer', min: 0, max: 23, default: 4, description: 'its interrupt line' },
    queueSize: {
      type: 'integer',
      min: 1,
      max: 0x100_0000,
      default: 65_536,
      description: 'bytes that can wait for the guest to take them',
    },
    output: { type: 'function', description: 'takes what the guest sends' } as FunctionOption<Output>,
    onOutputError: {
      type: 'function',
      description: 'takes what output or onDrain throws',
    } as FunctionOption<OnOutputError>,
    onDrain: { type: 'function', description: 'called when nothing waits any more' } as FunctionOption<() => void>,
  },
  ranges: [{ space: 'port', base: { option: 'base' }, length: 8, width: { max: 1 }, label: '16550A UART' }],
  irqs: [{ option: 'irq' }],
  create: (options, place) => new Uart16550Device(options, place),
});
