import {
  type Device,
  type DeviceContext,
  type DeviceFactory,
  type DeviceState,
  defineDevice,
  type FunctionOption,
  type PlacedRange,
  type PortHandler,
  StateReader,
} from '@picovm/core';
import type { OnOutputError, Output } from './output/output.ts';
import { OutputPort } from './output/output-port.ts';

/** What `debugConsole` takes. */
export interface DebugConsoleOptions {
  /** Unique in its VM. Default `debugcon`. */
  readonly id?: string;
  /** 0 to 0xFFFF. Default 0xE9. */
  readonly port?: number;
  /** Takes what the guest writes. Default: nobody does. */
  readonly output?: Output;
  /** Called with what `output` throws. */
  readonly onOutputError?: OnOutputError;
}

/** A debug console: the port 0xE9 of Bochs. */
export interface DebugConsole extends Device {
  /** Always `debug-console`. */
  readonly type: 'debug-console';
  /** Does nothing: it has no state. */
  reset(): void;
  /** Its version, 1: it has no state. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of version 1 */
  restore(state: DeviceState): void;
}

/** What reads give, by which a guest finds out that the console is there. */
const PRESENT = 0xe9;
const VERSION = 1;

/**
 * Makes a debug console: every byte that the guest writes to its port goes out, and reads give 0xE9. Wider writes would
 * touch the ports behind it, as on a real bus. Metrics: `bytesOut`, `outputErrors`.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export const debugConsole: DeviceFactory<DebugConsoleOptions, DebugConsole> = /* @__PURE__ */ defineDevice({
  type: 'debug-console',
  apiVersion: 1,
  description: 'the debug console port of Bochs: what the guest writes there goes out',
  defaultId: 'debugcon',
  options: {
    port: { type: 'integer', min: 0, max: 0xffff, default: PRESENT, hex: true, description: 'its port' },
    output: { type: 'function', description: 'takes what the guest writes' } as FunctionOption<Output>,
    onOutputError: { type: 'function', description: 'takes what output throws' } as FunctionOption<OnOutputError>,
  },
  ranges: [
    {
      ...{ space: 'port', base: { option: 'port' }, length: 1, width: { max: 1 }, label: 'debug console' },
      // Nothing comes back but a constant.
      coalesced: true,
    },
  ],
  create({ id, output, onOutputError }, { ranges }) {
    return new DebugConsoleDevice(id, ranges[0], new OutputPort(output, onOutputError));
  },
});

class DebugConsoleDevice implements DebugConsole, PortHandler {
  readonly type = 'debug-console';
  readonly id: string;
  readonly #range: PlacedRange;
  readonly #output: OutputPort;

  constructor(id: string, range: PlacedRange, output: OutputPort) {
    this.id = id;
    this.#range = range;
    this.#output = output;
  }

  attach(context: DeviceContext): void {
    this.#output.attach(context.metrics, context.log);
    context.claimPorts(this.#range, this);
  }

  read(): number {
    return PRESENT;
  }

  write(_offset: number, _size: number, value: number): void {
    this.#output.send(value & 0xff);
  }

  writeBlock(_offset: number, _size: number, data: Uint8Array): void {
    this.#output.sendBlock(data);
  }

  reset(): void {}

  snapshot(): DeviceState {
    return { version: VERSION };
  }

  restore(state: DeviceState): void {
    new StateReader(this.id, state, VERSION);
  }
}
