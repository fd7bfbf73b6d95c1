import {
  type Device,
  type DeviceContext,
  type DeviceFactory,
  type DeviceState,
  defineDevice,
  type IrqLine,
  type ObjectOption,
  type PlacedRange,
  type PortHandler,
  StateReader,
} from '@picovm/core';
import { HostCallback } from './host-callback.ts';

/** What `port92` takes. */
export interface Port92Options {
  /** Unique in its VM. Default `port92`. */
  readonly id?: string;
  /** The gate of address line 20: bit 1 of the port. At first it is off. Default: it leads nowhere. */
  readonly a20?: IrqLine;
}

const FAST_RESET = 0x01;
const A20 = 0x02;
const VERSION = 1;

/**
 * Makes System Control Port A of the PS/2 and later PCs: port 92h, one byte, read and write. Bit 0 going from 0 to 1 resets
 * the machine (system event `reset`), bit 1 opens the gate of address line 20; all bits are read as they were written.
 * Metrics: `hostErrors`.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is none
 */
export const port92: DeviceFactory<Port92Options, Device> = /* @__PURE__ */ defineDevice({
  type: 'port92',
  apiVersion: 1,
  description: 'System Control Port A of a PC: fast A20 gate and fast reset',
  options: {
    a20: {
      type: 'object',
      description: 'the gate of address line 20: { set(level), pulse() }',
    } as ObjectOption<IrqLine>,
  },
  ranges: [{ space: 'port', base: 0x92, length: 1, width: { max: 1 }, label: 'system control port A' }],
  create: ({ id, a20 }, { ranges }) => new Port92Device(id, ranges[0], a20),
});

class Port92Device implements PortHandler {
  readonly id: string;
  readonly #range: PlacedRange;
  readonly #a20: HostCallback<boolean>;
  #context: DeviceContext | undefined;
  #value = 0;

  constructor(id: string, range: PlacedRange, a20: IrqLine | undefined) {
    this.id = id;
    this.#range = range;
    this.#a20 = new HostCallback('a20', a20 && ((level) => a20.set(level)));
  }

  attach(context: DeviceContext): void {
    this.#context = context;
    this.#a20.attach(context.log, context.metrics.counter('hostErrors'));
    context.claimPorts(this.#range, this);
    this.#set(0);
  }

  read(): number {
    return this.#value;
  }

  write(_offset: number, _size: number, value: number): void {
    const rising = value & ~this.#value;
    this.#set(value & 0xff);
    if ((rising & FAST_RESET) !== 0) this.#context?.systemEvent('reset');
  }

  reset(): void {
    this.#set(0);
  }

  snapshot(): DeviceState {
    return { version: VERSION, value: this.#value };
  }

  restore(state: DeviceState): void {
    this.#set(new StateReader(this.id, state, VERSION).integer('value', 0xff));
  }

  #set(value: number): void {
    this.#value = value;
    this.#a20.call((value & A20) !== 0);
  }
}
