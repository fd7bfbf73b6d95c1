import type { Device, DeviceState, InterruptController } from '@picovm/core';
import type { LocalApic } from '../apic/apic-types.ts';

/** What `pic8259` takes. */
export interface Pic8259Options {
  /** Unique in its VM. Default `pic`. */
  readonly id?: string;
  /** The local APIC, behind it in the VM's `devices`, to whose LINT0 its output leads. Default: to the CPU's INTR, and it is the VM's interrupt controller. */
  readonly apic?: Pick<LocalApic, 'connectPic'>;
}

/** The two interrupt controllers of a PC (Intel 8259A), the second on input 2 of the first. */
export interface Pic8259 extends Device, InterruptController {
  /** Always `pic8259`. */
  readonly type: 'pic8259';
  /** Interrupt line 0 to 15 changed; 2 (the cascade) and 16 to 23 lead nowhere. */
  setLine(line: number, level: boolean): void;
  /** The acknowledge cycle. @returns the vector, 0 to 255; that of input 7 if no input asks any more */
  acknowledge(): number;
  /** As at power-on: no interrupts come before the guest has initialized the chips. */
  reset(): void;
  /** All registers of both chips, and the levels of their inputs. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of the two chips */
  restore(state: DeviceState): void;
}
