import { type Device, type DeviceContext, type DeviceState, type IrqLine, StateReader } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';

/** What a vCPU has whose FPU reports its errors as the coprocessors of the AT did: the pins FERR# and IGNNE#. */
interface FpuPins {
  ferr: ((active: boolean) => void) | undefined;
  ignne: boolean;
}

const VERSION = 1;

/**
 * The logic of the AT for errors of the coprocessor (Intel SDM volume 1, appendix D.2): FERR# asserts IRQ 13, and a write to port
 * F0h takes it back and lets the FPU go on through IGNNE#, until FERR# is gone.
 */
export class CoprocessorError implements Device {
  readonly id = 'fpu-error';
  readonly type = 'fpu-error';
  #line: IrqLine | undefined;
  #pins: FpuPins | undefined;
  #active = false;
  #requested = false;

  attach({ claimPorts, irq }: DeviceContext): void {
    this.#line = irq(13);
    const write = (): void => {
      this.#requested = false;
      this.#line?.set(false);
      if (this.#pins !== undefined) this.#pins.ignne = this.#active;
    };
    claimPorts({ base: 0xf0, length: 1, width: { max: 1 }, label: 'coprocessor error' }, { read: () => 0xff, write });
  }

  /** Leads it to a vCPU; one without the pins, as those of KVM, reports errors by itself. */
  connect(vcpu: X86Vcpu): void {
    if (!('ferr' in vcpu && 'ignne' in vcpu)) return;
    const pins = vcpu as X86Vcpu & FpuPins;
    this.#pins = pins;
    pins.ferr = (active) => {
      this.#active = active;
      if (active) this.#requested = true;
      else pins.ignne = false;
      this.#line?.set(this.#requested);
    };
  }

  reset(): void {
    this.#active = false;
    this.#requested = false;
    this.#line?.set(false);
    if (this.#pins !== undefined) this.#pins.ignne = false;
  }

  snapshot(): DeviceState {
    return { version: VERSION, active: this.#active, requested: this.#requested, ignne: this.#pins?.ignne ?? false };
  }

  restore(state: DeviceState): void {
    const reader = new StateReader(this.id, state, VERSION);
    const active = reader.boolean('active');
    const requested = reader.boolean('requested');
    const ignne = reader.boolean('ignne');
    this.#active = active;
    this.#requested = requested;
    if (this.#pins !== undefined) this.#pins.ignne = ignne;
    this.#line?.set(requested);
  }
}
