import { type Device, type DeviceContext, defineDevice, type ObjectOption, StateReader } from '@picovm/core';
import type { PciBus, PciFunction } from '@picovm/device-pci';

/** A card that adds up what is in its memory (BAR 1) when it is told to (BAR 0), and interrupts when it is done. */
class AdderCard implements Device {
  readonly type = 'adder-card';
  readonly id: string;
  readonly #pci: PciBus;
  readonly #slot: number;
  readonly #memory = new Uint8Array(16);
  #function!: PciFunction;
  #sum = 0;
  #done = false;

  constructor(id: string, pci: PciBus, slot: number) {
    this.id = id;
    this.#pci = pci;
    this.#slot = slot;
  }

  attach(context: DeviceContext): void {
    // Port 0: a write adds up, a read gives the sum. Port 1: bit 0 is "done"; a write clears it.
    const ports = {
      read: (offset: number) => (offset === 0 ? this.#sum : offset === 1 ? Number(this.#done) : 0),
      write: (offset: number) => {
        if (offset === 0) this.#sum = this.#memory.reduce((sum, byte) => (sum + byte) & 0xff, 0);
        if (offset < 2) this.#done = offset === 0;
        this.#updateIrq();
      },
    };
    const memory = {
      read: (offset: number) => this.#memory[offset],
      write: (offset: number, _size: number, value: number) => {
        this.#memory[offset] = value;
      },
    };
    this.#function = this.#pci.plug(
      {
        ...{
          name: this.id,
          device: this.#slot,
          vendorId: 0x1234,
          deviceId: 0xadd0,
          classCode: 0xff0000,
          interruptPin: 1,
        },
        bars: [
          { space: 'port', size: 4, handler: ports, width: { max: 1 }, label: 'adder' },
          { space: 'mmio', size: 16, handler: memory, width: { max: 1 }, label: 'adder memory' },
        ],
      },
      context,
    );
  }

  reset(): void {
    this.#function.reset();
    this.#memory.fill(0);
    this.#sum = 0;
    this.#done = false;
    this.#updateIrq();
  }

  snapshot() {
    const { sum, done } = { sum: this.#sum, done: this.#done };
    return { version: 1, pci: this.#function.snapshot(), memory: this.#memory.slice(), sum, done };
  }

  restore(state: { version: number; pci: unknown }): void {
    const reader = new StateReader(this.id, state, 1);
    const memory = reader.bytes('memory', 16, 16);
    const sum = reader.integer('sum', 0xff);
    const done = reader.boolean('done');
    this.#function.restore(state.pci);
    // Nothing was refused: only now anything else changes.
    this.#memory.set(memory);
    this.#sum = sum;
    this.#done = done;
    this.#updateIrq();
  }

  #updateIrq(): void {
    this.#function.intx.set(this.#done);
  }
}

export const adderCard = defineDevice({
  type: 'adder-card',
  apiVersion: 1,
  description: 'adds up bytes, on a PCI bus',
  options: {
    pci: { type: 'object', required: true, description: 'the PCI bus' } as ObjectOption<PciBus> & { required: true },
    slot: { type: 'integer', min: 2, max: 31, default: 4, description: 'its slot' },
  },
  create: ({ id, pci, slot }) => new AdderCard(id, pci, slot),
});
