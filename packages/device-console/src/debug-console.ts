import type { Device, DeviceContext, DeviceState, PortHandler } from '@picovm/core';
import { OptionChecks } from './options.ts';
import type { Output } from './output/output.ts';
import { OutputPort } from './output/output-port.ts';
import { StateReader } from './state-reader.ts';

/** What `debugConsole` takes. */
export interface DebugConsoleOptions {
  /** Unique in its VM. Default `debugcon`. */
  readonly id?: string;
  /** 0 to 0xFFFF. Default 0xE9. */
  readonly port?: number;
  /** Takes what the guest writes. Default: nobody does. */
  readonly output?: Output;
  /** Called with what `output` throws. */
  readonly onOutputError?: (error: unknown) => void;
}

/** A debug console: the port 0xE9 of Bochs. */
export interface DebugConsole extends Device {
  /** Always `debug-console`. */
  readonly type: 'debug-console';
  /** Does nothing: it has no state. */
  reset(): void;
  /** Its version, 1: it has no state. */
  snapshot(): DeviceState;
  /** @throws Error `ERR_DEVICE_STATE` if it is no state of version 1 */
  restore(state: DeviceState): void;
}

/** What reads give, by which a guest finds out that the console is there. */
const PRESENT = 0xe9;
const VERSION = 1;

/**
 * Makes a debug console: every byte that the guest writes to its port goes out, and reads give 0xE9. Wider writes would
 * touch the ports behind it, as on a real bus. Metrics: `bytesOut`, `outputErrors`.
 * @throws Error `ERR_INVALID_ARGUMENT` if an option is out of its range
 */
export function debugConsole(options: DebugConsoleOptions = {}): DebugConsole {
  const { id = 'debugcon', port = PRESENT, output, onOutputError } = options;
  const check = new OptionChecks('debugConsole');
  check.id(id);
  check.integer('port', port, 0, 0xffff);
  check.callback('output', output);
  check.callback('onOutputError', onOutputError);
  return new DebugConsoleDevice(id, port, new OutputPort(output, onOutputError));
}

class DebugConsoleDevice implements DebugConsole, PortHandler {
  readonly type = 'debug-console';
  readonly id: string;
  readonly #port: number;
  readonly #output: OutputPort;

  constructor(id: string, port: number, output: OutputPort) {
    this.id = id;
    this.#port = port;
    this.#output = output;
  }

  attach(context: DeviceContext): void {
    this.#output.attach(context.metrics, context.log);
    context.claimPorts({ base: this.#port, length: 1, width: { max: 1 }, label: 'debug console' }, this);
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
