import { type DeviceFactory, defineDevice, type FunctionOption } from '@picovm/core';
import { MAX_DATE, RtcDevice } from './rtc-device.ts';
import type { Rtc, RtcOptions } from './rtc-types.ts';

/**
 * Makes the clock of a PC, at its ports 70h and 71h. Metrics: `hostErrors` (`currentDate` failed, or gave no date).
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export const rtc: DeviceFactory<RtcOptions, Rtc> = /* @__PURE__ */ defineDevice({
  type: 'rtc',
  apiVersion: 1,
  description: 'the MC146818 clock of a PC, with its CMOS memory',
  options: {
    irq: { type: 'integer', min: 0, max: 23, default: 8, description: 'its interrupt line' },
    date: {
      type: 'integer',
      min: 0,
      max: MAX_DATE,
      default: 946_684_800_000,
      description: 'what it shows at first: milliseconds since 1970',
    },
    currentDate: { type: 'function', description: 'gives what it shows at first, as Date.now' } as FunctionOption<
      () => number
    >,
    cmosSize: {
      type: 'integer',
      min: 64,
      max: 128,
      multipleOf: 64,
      default: 128,
      description: 'bytes of CMOS memory, registers among them',
    },
    memorySize: {
      type: 'integer',
      min: 0,
      max: 2 ** 32,
      multipleOf: 1024,
      description: 'bytes of guest memory, for the BIOS to find in CMOS memory',
    },
    cmos: { type: 'bytes', maxLength: 128, description: 'what CMOS memory begins with' },
  },
  ranges: [{ space: 'port', base: 0x70, length: 2, width: { max: 1 }, label: 'clock and CMOS memory' }],
  irqs: [{ option: 'irq' }],
  create: (options, place) => new RtcDevice(options, place),
});
