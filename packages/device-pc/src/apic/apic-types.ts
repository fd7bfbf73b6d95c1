import type { Device, DeviceState, InterruptController, IrqLine } from '@picovm/core';

/** What `localApic` takes. */
export interface LocalApicOptions {
  /** Unique in its VM. Default `lapic`. */
  readonly id?: string;
  /** The APIC ID after a reset, 0 to 254. Default 0. */
  readonly apicId?: number;
  /** Called for each non-maskable interrupt that reaches the processor. Default: they are lost. */
  readonly onNmi?: () => void;
}

/** The local APIC of the VM's processor, as Intel's SDM, volume 3A, chapter 11 has it (xAPIC). */
export interface LocalApic extends Device, InterruptController {
  /** Always `local-apic`. */
  readonly type: 'local-apic';
  /** The pin LINT1, on which a PC has its non-maskable interrupts. */
  readonly lint1: IrqLine;
  /**
   * The two 8259A join: interrupt lines lead to them, too, and their output to LINT0.
   * @returns LINT0
   * @throws VmError `ERR_INVALID_ARGUMENT` if the local APIC is in its VM already: it comes behind them in `devices`
   */
  connectPic(pic: InterruptController): IrqLine;
  /**
   * An I/O APIC joins: interrupt lines lead to it, too.
   * @returns where its messages go
   * @throws VmError as `connectPic`
   */
  connectIoApic(ioApic: ApicListener): ApicBus;
  /** The processor has another IA32_APIC_BASE: bit 11 enables the APIC, bits 12 to 35 say where it is. */
  setBase(value: bigint): void;
  /** An interrupt line changed: those who joined are told. @param line 0 to 23 */
  setLine(line: number, level: boolean): void;
  /** The acknowledge cycle. @returns the vector, 0 to 255; the spurious one if nothing asks */
  acknowledge(): number;
  /**
   * All registers as at power-on, but that LINT0 lets the 8259A's interrupts through, and the APIC is where IA32_APIC_BASE has
   * it after RESET.
   */
  reset(): void;
  /** All registers, and the level of LINT1. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of a local APIC */
  restore(state: DeviceState): void;
  /** Leaves no alarm behind. */
  dispose(): void;
}

/** Who listens to a local APIC: an I/O APIC. */
export interface ApicListener {
  /** An interrupt line changed. @param line 0 to 23 */
  setLine(line: number, level: boolean): void;
  /** A level-triggered interrupt was ended. @param vector 0 to 255 */
  endOfInterrupt(vector: number): void;
  /** Local APICs may take now what they did not take before. */
  retry(): void;
}

/** What carries interrupt messages from an I/O APIC to local ones. */
export interface ApicBus {
  /**
   * An interrupt message.
   * @param mode the delivery mode, 0 to 7
   * @param vector 0 to 255
   * @param level whether it is level triggered
   * @param destination 8 bits
   * @param logical whether the destination is a logical one
   * @returns whether a local APIC took it
   */
  send(mode: number, vector: number, level: boolean, destination: number, logical: boolean): boolean;
}

/** What `ioApic` takes. */
export interface IoApicOptions {
  /** Unique in its VM. Default `ioapic`. */
  readonly id?: string;
  /** First of its 256 addresses, a multiple of 256. Default FEC00000h. */
  readonly base?: number;
  /** The local APIC that it sends to, which comes behind it in the VM's `devices`. */
  readonly apic: Pick<LocalApic, 'connectIoApic'>;
}

/** An I/O APIC (Intel 82093AA). */
export interface IoApic extends Device {
  /** Always `io-apic`. */
  readonly type: 'io-apic';
  /** All entries are masked. */
  reset(): void;
  /** All registers, and the levels of its pins. Version 1. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if it is no state of an I/O APIC */
  restore(state: DeviceState): void;
}
