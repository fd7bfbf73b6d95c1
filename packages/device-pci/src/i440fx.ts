import {
  type Device,
  type DeviceFactory,
  type DeviceState,
  defineDevice,
  type ObjectOption,
  StateReader,
} from '@picovm/core';
import type { PciBus, PciFunction } from './pci-types.ts';

/** What `i440fx` takes. */
export interface I440fxOptions {
  /** Unique in its VM. Default `i440fx`. */
  readonly id?: string;
  /** The bus, which comes before it in the VM's `devices`. */
  readonly pci: PciBus;
}

/** The host bridge of a 440FX: PMC 82441FX. */
export interface I440fx extends Device {
  /** Always `i440fx`. */
  readonly type: 'i440fx';
  /** All registers as at power-up. */
  reset(): void;
  /** All registers. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if `snapshot` cannot have given it */
  restore(state: DeviceState): void;
}

/** SMRAM control: C_BASE_SEG, which is fixed, says that compatible SMRAM is at A0000h (82441FX, section 3.2.20). */
const SMRAM = 0x72;
const SMRAM_INITIAL = 0x02;
const SMRAM_WRITABLE = 0x78;

const FIRST = 0x40;
const VERSION = 1;

/**
 * Makes the host bridge of a 440FX, 8086:1237 revision 2, in slot 0. Its registers for the memory behind it (PAM 59h to 5Fh,
 * SMRAM 72h, and all others from 40h on) keep what is written, and change nothing: C0000h to FFFFFh is memory in a machine
 * of ours, and there is no system management mode.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is wrong
 */
export const i440fx: DeviceFactory<I440fxOptions, I440fx> = /* @__PURE__ */ defineDevice({
  type: 'i440fx',
  apiVersion: 1,
  description: 'the host bridge of an Intel 440FX',
  options: {
    pci: { type: 'object', required: true, description: 'the PCI bus' } as ObjectOption<PciBus> & {
      readonly required: true;
    },
  },
  create: ({ id, pci }) => new I440fxDevice(id, pci),
});

class I440fxDevice implements I440fx {
  readonly type = 'i440fx';
  readonly id: string;
  readonly #pci: PciBus;
  #function!: PciFunction;

  constructor(id: string, pci: PciBus) {
    this.id = id;
    this.#pci = pci;
  }

  attach(context: Parameters<Device['attach']>[0]): void {
    const initial = new Uint8Array(0x100 - FIRST);
    const writable = new Uint8Array(initial.length).fill(0xff);
    initial[SMRAM - FIRST] = SMRAM_INITIAL;
    writable[SMRAM - FIRST] = SMRAM_WRITABLE;
    this.#function = this.#pci.plug(
      {
        ...{ name: this.id, device: 0, vendorId: 0x8086, deviceId: 0x1237, revision: 2, classCode: 0x060000 },
        ...{ subsystemVendorId: 0x1af4, subsystemId: 0x1100 },
        registers: { offset: FIRST, initial, writable },
      },
      context,
    );
  }

  reset(): void {
    this.#function.reset();
  }

  snapshot(): DeviceState {
    return { version: VERSION, pci: this.#function.snapshot() };
  }

  restore(state: DeviceState): void {
    new StateReader(this.id, state, VERSION);
    this.#function.restore(state.pci);
  }
}
