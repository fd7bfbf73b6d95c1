import {
  type Device,
  type DeviceFactory,
  type DeviceState,
  defineDevice,
  type FunctionOption,
  type ObjectOption,
} from '@picovm/core';
import type { OnHostCallError } from './failure-report.ts';
import { HostCallsDevice } from './host-calls-device.ts';
import type { HostFunctions } from './host-function.ts';

/** What `hostCalls` takes. */
export interface HostCallsOptions {
  /** Unique in its VM. Default `hostcall`. */
  readonly id?: string;
  /** The first of its 16 ports, 0 to 0xFFF0. Default 0x580. */
  readonly base?: number;
  /** Its interrupt line, 0 to 23. Default 10. */
  readonly irq?: number;
  /** What guests can call, by name. Read once: functions added later are not called. */
  readonly functions: HostFunctions;
  /** Bytes of the longest request, 0 to 2^24. Default 65,536. */
  readonly maxRequest?: number;
  /** How many calls may be pending, 1 to 255. Default 16. */
  readonly maxPending?: number;
  /** Called with what a function throws, or its promise rejects with. */
  readonly onError?: OnHostCallError;
}

/** A device with which a guest calls functions of the host program. */
export interface HostCalls extends Device {
  /** Always `hostcall`. */
  readonly type: 'hostcall';
  /** Sets all registers to 0. What pending calls come to is dropped: their blocks stay as they are. */
  reset(): void;
  /** All registers, and where the blocks of pending calls are. Version 1. */
  snapshot(): DeviceState;
  /**
   * The calls that were pending end as INTERRUPTED when the guest runs on: what their functions were doing is no part of a state.
   * @throws VmError `ERR_DEVICE_STATE` if it is no state of this device, or more calls are pending in it than may be
   */
  restore(state: DeviceState): void;
  /** What pending calls come to is dropped. */
  dispose(): void;
}

/**
 * Makes a device with which a guest calls functions of the host program: `hostCalls({ functions: { greet: () => 'hello' } })`.
 * The README is its data sheet. Metrics: `calls`, `failures` (calls that ended with another status than OK), `bytesIn`
 * (requests), `bytesOut` (responses), `pending` (now).
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range, or what is to be called is no function
 */
export const hostCalls: DeviceFactory<HostCallsOptions, HostCalls> = defineDevice({
  type: 'hostcall',
  apiVersion: 1,
  description: 'host calls: a guest calls named functions of the host program, with data in guest memory',
  options: {
    base: { type: 'integer', min: 0, max: 0xfff0, default: 0x580, hex: true, description: 'first of its 16 ports' },
    irq: { type: 'integer', min: 0, max: 23, default: 10, description: 'its interrupt line' },
    functions: {
      type: 'object',
      required: true,
      description: 'the functions that guests can call, by name',
    } as ObjectOption<HostFunctions> & { readonly required: true },
    maxRequest: {
      type: 'integer',
      min: 0,
      max: 0x100_0000,
      default: 65_536,
      description: 'bytes of the longest request',
    },
    maxPending: { type: 'integer', min: 1, max: 255, default: 16, description: 'how many calls may be pending' },
    onError: { type: 'function', description: 'takes what a function throws' } as FunctionOption<OnHostCallError>,
  },
  // Registers are bytes: wider accesses reach the registers behind them.
  ranges: [{ space: 'port', base: { option: 'base' }, length: 16, width: { max: 1 }, label: 'host calls' }],
  irqs: [{ option: 'irq' }],
  create: (options, place) => new HostCallsDevice(options, place),
});
