import {
  type AccessSize,
  allOnes,
  type Device,
  type DeviceContext,
  type DevicePlace,
  type DeviceState,
  type PortHandler,
  StateReader,
  VmError,
} from '@picovm/core';
import { checkSpec, nameOf } from '../config/check-spec.ts';
import type { PciBus, PciFunction, PciFunctionSpec, PirqListener } from '../pci-types.ts';
import { RangeMap } from '../ranges/range-map.ts';
import { BusFunction } from './bus-function.ts';
import { PirqLines } from './pirq-lines.ts';

/** Ports, from 0xCF8 on. */
const RESET_CONTROL = 1;
const DATA = 4;

/** Of the address register: enable, bus, device, function and register (PCI 3.0, section 3.2.2.3.2). */
const ADDRESS_BITS = 0x80ff_fffc;
const ENABLE = 0x8000_0000;
const BUS = 0x00ff_0000;

/** Of the reset control register of the PIIX3: RCPU, which resets when it rises, and SRST, which says how hard. */
const RESET_CPU = 0x04;
const RESET_BITS = 0x06;

const FUNCTIONS = 256;
const VERSION = 1;

/** A PCI bus with configuration mechanism #1. */
export class PciBusDevice implements Device, PciBus, PortHandler {
  readonly type = 'pci-bus';
  readonly id: string;
  readonly #place: DevicePlace;
  readonly #irqs: readonly number[] | undefined;
  readonly #functions: (BusFunction | undefined)[] = new Array(FUNCTIONS).fill(undefined);
  readonly #ranges = new RangeMap();
  readonly #pirqs = new PirqLines();
  #context: DeviceContext | undefined;
  #address = 0;
  #resetControl = 0;

  constructor(id: string, place: DevicePlace, irqs: readonly number[] | undefined) {
    this.id = id;
    this.#place = place;
    this.#irqs = irqs;
  }

  attach(context: DeviceContext): void {
    this.#context = context;
    context.claimPorts(this.#place.ranges[0], this);
    if (this.#irqs === undefined) return;
    const lines = this.#irqs.map((n) => context.irq(n));
    this.#pirqs.connect((pirq, level) => lines[pirq].set(level));
  }

  plug(spec: PciFunctionSpec, context: DeviceContext): PciFunction {
    checkSpec(spec);
    if (this.#context === undefined) {
      throw new VmError('ERR_INVALID_ARGUMENT', `${this.id} must come before ${nameOf(spec)} in the VM's devices`, {
        bus: this.id,
      });
    }
    const { device, interruptPin: pin } = spec;
    const first = device * 8;
    const index = first + (spec.function ?? 0);
    const names = [this.#functions[index]?.name, nameOf(spec)];
    if (this.#functions[index] !== undefined) {
      throw new VmError(
        'ERR_INVALID_ARGUMENT',
        `${names.join(' and ')} are both plugged into slot ${device}, function ${index - first} of ${this.id}`,
        { bus: this.id, device, function: index - first, names },
      );
    }
    const line = pin === undefined ? undefined : this.#pirqs.source(device, pin);
    const plugged = new BusFunction(spec, context, this.#ranges, line);
    this.#functions[index] = plugged;
    // Of a slot, guests ask function 0 first; the others are looked for if it says that there are some.
    const main = this.#functions[first];
    if (main !== undefined) main.multifunction = this.#functions.slice(first + 1, first + 8).some((each) => each);
    // What its command register says at first may mean something.
    plugged.reset();
    return plugged;
  }

  connectPirqs(listener: PirqListener): void {
    this.#pirqs.connect(listener);
  }

  read(offset: number, size: AccessSize): number {
    if (offset >= DATA) {
      return this.#selected()?.readConfig(this.#register(offset), size) ?? allOnes(size);
    }
    if (offset === 0 && size === 4) return this.#address;
    return offset === RESET_CONTROL && size === 1 ? this.#resetControl : allOnes(size);
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (offset >= DATA) this.#selected()?.guestWrite(this.#register(offset), size, value);
    else if (offset === 0 && size === 4) this.#address = (value & ADDRESS_BITS) >>> 0;
    else if (offset === RESET_CONTROL && size === 1) this.#control(value);
  }

  reset(): void {
    this.#address = 0;
    this.#resetControl = 0;
  }

  snapshot(): DeviceState {
    return { version: VERSION, address: this.#address, resetControl: this.#resetControl };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const address = reader.integer('address', 0xffff_ffff);
    const resetControl = reader.register('resetControl', RESET_BITS);
    if ((address & ~ADDRESS_BITS) !== 0) throw reader.error('has bits in address that its register does not have');
    this.#address = address;
    this.#resetControl = resetControl;
  }

  #selected(): BusFunction | undefined {
    const address = this.#address;
    return (address & ENABLE) !== 0 && (address & BUS) === 0 ? this.#functions[(address >>> 8) & 0xff] : undefined;
  }

  #register(offset: number): number {
    return (this.#address & 0xfc) + offset - DATA;
  }

  #control(value: number): void {
    const rises = (value & ~this.#resetControl & RESET_CPU) !== 0;
    this.#resetControl = value & RESET_BITS;
    if (rises) this.#context?.systemEvent('reset');
  }
}
