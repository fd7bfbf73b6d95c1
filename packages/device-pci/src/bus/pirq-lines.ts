import { type IrqLine, SharedIrqLine, VmError } from '@picovm/core';
import type { PirqListener } from '../pci-types.ts';

const PIRQS = 4;

/** The four interrupt lines of the bus, which the pins of all functions share. */
export class PirqLines {
  readonly #lines: readonly SharedIrqLine[];
  #listener: PirqListener | undefined;

  constructor() {
    this.#lines = Array.from({ length: PIRQS }, (_, n) => new SharedIrqLine((level) => this.#listener?.(n, level)));
  }

  /**
   * What a pin is connected to. Boards turn the lines from slot to slot, so that the functions of a machine, most of which
   * have INTA# alone, share them evenly. That slot 1 has INTA# on PIRQA# is how firmware for the 440FX knows it.
   * @param pin 1 to 4
   */
  source(device: number, pin: number): IrqLine {
    return this.#lines[(device + pin + 2) % PIRQS].source();
  }

  /** @throws VmError `ERR_INVALID_ARGUMENT` if they lead somewhere already */
  connect(listener: PirqListener): void {
    if (this.#listener !== undefined) {
      throw new VmError(
        'ERR_INVALID_ARGUMENT',
        "the interrupt lines of the PCI bus lead somewhere already: to another chipset, or where the bus's option irqs says",
      );
    }
    this.#listener = listener;
    this.#lines.forEach(({ level }, n) => {
      if (level) listener(n, true);
    });
  }
}
