import {
  type Device,
  type DeviceContext,
  type DeviceFactory,
  type DevicePlace,
  type DeviceState,
  defineDevice,
  type IrqLine,
  type ObjectOption,
  StateReader,
} from '@picovm/core';
import { FIRST_REGISTER, noRegisters, type PciBus, type PciFunction } from './pci.ts';

/** What `piix3Isa` takes. */
export interface Piix3IsaOptions {
  /** Unique in its VM. Default `piix3`. */
  readonly id?: string;
  /** The bus, which comes before it in the VM's `devices`. */
  readonly pci: PciBus;
}

/** The PCI-to-ISA bridge of a PIIX3, which routes the interrupt lines of the PCI bus. */
export interface Piix3Isa extends Device {
  /** Always `piix3-isa`. */
  readonly type: 'piix3-isa';
  /** All registers as at power-up: the lines lead nowhere. */
  reset(): void;
  /** All registers. */
  snapshot(): DeviceState;
  /** @throws VmError `ERR_DEVICE_STATE` if `snapshot` cannot have given it */
  restore(state: DeviceState): void;
}

/** Registers (82371SB data sheet, section 2.2), their values after a reset, and the bits that can be written. */
const REGISTERS: readonly (readonly [offset: number, initial: number, writable: number])[] = [
  [0x4c, 0x4d, 0xff], // IORT: ISA I/O recovery timer
  [0x4e, 0x03, 0xff], // XBCS: X-bus chip select
  [0x4f, 0x00, 0x01],
  [0x60, 0x80, 0x8f], // PIRQRCA to PIRQRCD: PIRQ route control
  [0x61, 0x80, 0x8f],
  [0x62, 0x80, 0x8f],
  [0x63, 0x80, 0x8f],
  [0x69, 0x02, 0xfe], // TOM: top of memory
  [0x6a, 0x00, 0x96], // MSTAT: miscellaneous status
  [0x70, 0x80, 0xef], // MBIRQ0: motherboard IRQ route control
  [0x76, 0x0c, 0x8f], // MBDMA0 and 1: motherboard DMA control
  [0x77, 0x0c, 0x8f],
  [0x78, 0x02, 0xff], // PCSC: programmable chip select
  [0x79, 0x00, 0xff],
  [0x80, 0x00, 0x7f], // APICBASE
  [0x82, 0x00, 0x0f], // DLC: deterministic latency control, with passive release
  [0xa0, 0x08, 0x1f], // SMICNTL
  [0xa2, 0x00, 0xff], // SMIEN
  [0xa3, 0x00, 0x01],
  [0xa4, 0x00, 0xff], // SEE: system event enable
  [0xa5, 0x00, 0xff],
  [0xa6, 0x00, 0x00],
  [0xa7, 0x00, 0xe0],
  [0xa8, 0x0f, 0xff], // FTMR: fast off timer
  [0xac, 0x00, 0xff], // CTLTMR and CTHTMR: clock scaling
  [0xae, 0x00, 0xff],
];

const PIRQRC = 0x60;
const PIRQS = 4;
/** Of a route: it is off. */
const OFF = 0x80;
/** The lines that a PIRQ can be led to; the board itself has 0, 1, 2, 8 and 13. */
const IRQS = [3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15] as const;
const VERSION = 1;

/**
 * Makes the PCI-to-ISA bridge of a PIIX3, 8086:7000, function 0 of slot 1. PIRQRC (60h to 63h) lead PIRQA# to PIRQD# on to
 * interrupt lines 3 to 7, 9 to 12, 14 and 15. The other registers keep what is written, and change nothing: what they are
 * for is other devices here.
 * @throws VmError `ERR_INVALID_ARGUMENT` if an option is wrong
 */
export const piix3Isa: DeviceFactory<Piix3IsaOptions, Piix3Isa> = /* @__PURE__ */ defineDevice({
  type: 'piix3-isa',
  apiVersion: 1,
  description: 'the PCI-to-ISA bridge of an Intel PIIX3, which routes PCI interrupts',
  defaultId: 'piix3',
  options: {
    pci: { type: 'object', required: true, description: 'the PCI bus' } as ObjectOption<PciBus> & {
      readonly required: true;
    },
  },
  irqs: IRQS,
  create: ({ id, pci }, { irqs }) => new Piix3IsaDevice(id, pci, irqs),
});

class Piix3IsaDevice implements Piix3Isa {
  readonly type = 'piix3-isa';
  readonly id: string;
  readonly #pci: PciBus;
  readonly #irqs: DevicePlace['irqs'];
  #function!: PciFunction;
  #lines: readonly IrqLine[] = [];
  /** Bit n: PIRQ n is asserted. */
  #pirqs = 0;

  constructor(id: string, pci: PciBus, irqs: DevicePlace['irqs']) {
    this.id = id;
    this.#pci = pci;
    this.#irqs = irqs;
  }

  attach(context: DeviceContext): void {
    const registers = noRegisters();
    for (const [offset, initial, writable] of REGISTERS) {
      registers.initial[offset - FIRST_REGISTER] = initial;
      registers.writable[offset - FIRST_REGISTER] = writable;
    }
    this.#function = this.#pci.plug(
      {
        ...{ name: this.id, device: 1, vendorId: 0x8086, deviceId: 0x7000, classCode: 0x060100 },
        ...{ subsystemVendorId: 0x1af4, subsystemId: 0x1100, multifunction: true },
        // It forwards all three kinds of cycles.
        command: 0x0007,
        registers,
        onConfigWrite: () => this.#updateIrqs(),
      },
      context,
    );
    this.#lines = this.#irqs.map((n) => context.irq(n));
    this.#pci.connectPirqs((pirq, level) => {
      this.#pirqs = (this.#pirqs & ~(1 << pirq)) | (Number(level) << pirq);
      this.#updateIrqs();
    });
  }

  reset(): void {
    this.#function.reset();
    this.#updateIrqs();
  }

  snapshot(): DeviceState {
    return { version: VERSION, pci: this.#function.snapshot() };
  }

  restore(state: DeviceState): void {
    new StateReader(this.id, state, VERSION);
    this.#function.restore(state.pci);
    this.#updateIrqs();
  }

  // Several PIRQs may lead to one line.
  #updateIrqs(): void {
    let asserted = 0;
    for (let pirq = 0; pirq < PIRQS; pirq++) {
      const route = this.#function.readConfig(PIRQRC + pirq, 1);
      if ((this.#pirqs & (1 << pirq)) !== 0 && (route & OFF) === 0) asserted |= 1 << (route & 0x0f);
    }
    for (let i = 0; i < this.#lines.length; i++) this.#lines[i].set((asserted & (1 << this.#irqs[i])) !== 0);
  }
}
