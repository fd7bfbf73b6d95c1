import { type DeviceContext, type DeviceState, defineDevice, type IrqLine, StateReader } from '@picovm/core';

/** A byte: bit n masks input n. */
const MASK = 0;
/** Writing to it ends the interrupt that is in service. Reads as its input, or FF. */
const SERVICE = 1;

const INPUTS = 8;
const VERSION = 1;
const NONE = 0xff;

/** An interrupt controller with eight edge-triggered inputs that does everything right. */
export class Pic {
  readonly id: string;
  readonly base: number;
  protected mask = 0;
  protected inputs = 0;
  protected requests = 0;
  protected inService = NONE;
  protected intr: IrqLine | undefined;

  constructor(id: string, base: number) {
    this.id = id;
    this.base = base;
  }

  attach(context: DeviceContext): void {
    this.intr = context.claimInterrupts({
      setLine: (line, level) => this.setLine(line, level),
      acknowledge: () => this.acknowledge(),
    });
    context.claimPorts(
      { base: this.base, length: 2, width: { max: 1 } },
      {
        read: (offset) => (offset === MASK ? this.mask : this.inService),
        write: (offset, _size, value) => {
          if (offset === MASK) this.mask = value;
          else if (offset === SERVICE) this.inService = NONE;
          this.update();
        },
      },
    );
  }

  // What is on the inputs stays on them: they are wires.
  reset(): void {
    this.mask = 0;
    this.requests = 0;
    this.inService = NONE;
    this.update();
  }

  snapshot(): DeviceState {
    const { mask, inputs, requests, inService } = this;
    return { version: VERSION, mask, inputs, requests, inService };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const mask = reader.integer('mask', 0xff);
    const inputs = reader.integer('inputs', 0xff);
    const requests = reader.integer('requests', 0xff);
    const inService = reader.integer('inService', NONE);
    if (inService >= INPUTS && inService !== NONE) throw reader.error('inService is no input');
    Object.assign(this, { mask, inputs, requests, inService });
    this.update();
  }

  protected setLine(line: number, level: boolean): void {
    if (line >= INPUTS) return;
    const bit = 1 << line;
    if (level && (this.inputs & bit) === 0) this.requests |= bit;
    this.inputs = level ? this.inputs | bit : this.inputs & ~bit;
    this.update();
  }

  protected acknowledge(): number {
    const open = this.requests & ~this.mask;
    const input = 31 - Math.clz32(open & -open);
    this.requests &= ~(1 << input);
    this.inService = input;
    this.update();
    return 0x20 + input;
  }

  protected update(): void {
    this.intr?.set((this.requests & ~this.mask) !== 0 && this.inService === NONE);
  }
}

/** The factory of an interrupt controller, or of one that does something wrong. */
export function pics(Type: typeof Pic = Pic) {
  return defineDevice({
    type: 'pic',
    apiVersion: 1,
    description: 'an interrupt controller with eight inputs',
    options: {
      base: { type: 'integer', min: 0, max: 0xfffe, default: 0x20, hex: true, description: 'first of its two ports' },
    },
    ranges: [{ space: 'port', base: { option: 'base' }, length: 2, width: { max: 1 } }],
    create: ({ id, base }) => new Type(id, base),
  });
}
