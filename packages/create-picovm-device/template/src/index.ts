import {
  type DeviceContext,
  type DeviceParts,
  type DeviceState,
  defineDevice,
  type IrqLine,
  type PortHandler,
  type RangeSpec,
  StateReader,
} from '@picovm/core';

/** The registers, as offsets from the first port. Each is one byte wide; see the README. */
const DATA = 0;
const STATUS = 1;
const CONTROL = 2;

const STATUS_READABLE = 1 << 0;
const STATUS_FULL = 1 << 1;
const CONTROL_INTERRUPT = 1 << 0;

/** A queue: what the guest writes to DATA, it reads again from there in the same order. */
class ByteQueue implements DeviceParts, PortHandler {
  readonly #id: string;
  readonly #capacity: number;
  readonly #range: RangeSpec;
  readonly #irq: number;
  #line: IrqLine | undefined;
  #bytes: number[] = [];
  #control = 0;

  constructor(id: string, capacity: number, range: RangeSpec, irq: number) {
    this.#id = id;
    this.#capacity = capacity;
    this.#range = range;
    this.#irq = irq;
  }

  /** Called once, when the machine is made: claims everything that the device answers or drives. */
  attach(context: DeviceContext): void {
    context.claimPorts(this.#range, this);
    this.#line = context.irq(this.#irq);
  }

  /** What the guest reads. It must be answered at once: the guest is stopped in the middle of an instruction. */
  read(offset: number): number {
    switch (offset) {
      case DATA: {
        const byte = this.#bytes.shift() ?? 0;
        this.#updateIrq();
        return byte;
      }
      case STATUS:
        return (
          (this.#bytes.length > 0 ? STATUS_READABLE : 0) | (this.#bytes.length >= this.#capacity ? STATUS_FULL : 0)
        );
      default:
        return this.#control;
    }
  }

  /** What the guest writes. Guests are not to be trusted: the queue is bounded, and what does not fit is dropped. */
  write(offset: number, _size: number, value: number): void {
    if (offset === DATA && this.#bytes.length < this.#capacity) this.#bytes.push(value);
    if (offset === CONTROL) this.#control = value & CONTROL_INTERRUPT;
    this.#updateIrq();
  }

  /** The RESET pin: everything as it was right after `attach`. */
  reset(): void {
    this.#bytes = [];
    this.#control = 0;
    this.#updateIrq();
  }

  /** All that a guest could tell apart, as plain data. */
  snapshot(): DeviceState {
    return { version: 1, bytes: Uint8Array.from(this.#bytes), control: this.#control };
  }

  /** Takes what `snapshot` gave, or refuses it and changes nothing. */
  restore(state: DeviceState): void {
    const saved = new StateReader(this.#id, state, 1);
    const bytes = saved.bytes('bytes', this.#capacity);
    const control = saved.integer('control', CONTROL_INTERRUPT);
    this.#bytes = [...bytes];
    this.#control = control;
    this.#updateIrq();
  }

  /** Interrupts are levels: whatever changed, the line is set to what it should be now. */
  #updateIrq(): void {
    const enabled = (this.#control & CONTROL_INTERRUPT) !== 0;
    this.#line?.set(enabled && this.#bytes.length > 0);
  }
}

/** Makes the device: `$factory$({ base: 0x530 })`. */
export const $factory$ = defineDevice({
  type: '$type$',
  apiVersion: 1,
  description: '$description$',
  options: {
    base: { type: 'integer', min: 0, max: 0xfffd, default: 0x520, hex: true, description: 'first of its 3 ports' },
    irq: { type: 'integer', min: 0, max: 23, default: 5, description: 'interrupt line' },
    capacity: { type: 'integer', min: 1, max: 4096, default: 16, description: 'bytes that the queue holds' },
  },
  ranges: [{ space: 'port', base: { option: 'base' }, length: 3, width: { max: 1 }, label: 'byte queue' }],
  irqs: [{ option: 'irq' }],
  create: ({ id, capacity }, { ranges, irqs }) => new ByteQueue(id, capacity, ranges[0], irqs[0]),
});
