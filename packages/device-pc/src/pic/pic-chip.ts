import {
  ICW1,
  ICW1_IC4,
  ICW1_KEPT,
  ICW1_LTIM,
  ICW1_SINGLE,
  ICW2_BASE,
  ICW4_8086,
  ICW4_AEOI,
  ICW4_KEPT,
  ICW4_SFNM,
  OCW2_EOI,
  OCW2_ROTATE,
  OCW2_SPECIFIC,
  OCW3,
  OCW3_ENABLE_SPECIAL_MASK,
  OCW3_POLL,
  OCW3_READ,
  OCW3_READ_ISR,
  OCW3_SPECIAL_MASK,
  SPURIOUS_INPUT,
} from './bits.ts';
import { highest, priorityOf } from './priority.ts';

/** The command word that a chip waits for at its upper port; 0: none, and the port is the mask (OCW1). */
export type AwaitedWord = 0 | 2 | 3 | 4;

/** One 8259A. It does not know what its INT output leads to: who changes the chip looks at `requested` afterwards. */
export class PicChip {
  /** The levels of the inputs. */
  inputs = 0;
  /** Edge sense latches: inputs that rose and were not acknowledged. They fall with the input. */
  edges = 0;
  mask = 0xff;
  inService = 0;
  /** Inputs that are level triggered whatever ICW1 says: the edge/level control register of PCI chip sets. */
  elcr = 0;
  /** The input with the lowest priority, 0 to 7. */
  lowest = 7;
  icw1 = 0;
  base = 0;
  icw3 = 0;
  icw4 = 0;
  awaits: AwaitedWord = 0;
  /** ICW1 was written since power-on. */
  started = false;
  rotateOnAeoi = false;
  specialMask = false;
  /** The lower port reads as the ISR, not as the IRR. */
  readsInService = false;
  /** The next read is an acknowledge cycle. */
  polled = false;
  /** Whether this is the chip whose ICW3 is a mask of inputs with slaves. */
  readonly isMaster: boolean;

  constructor(isMaster: boolean) {
    this.isMaster = isMaster;
  }

  /** As at power-on. What is on the inputs stays on them: they are wires. */
  reset(): void {
    const { inputs } = this;
    Object.assign(this, new PicChip(this.isMaster), { inputs });
  }

  /** The interrupt request register. */
  get requests(): number {
    return this.inputs & (this.edges | this.#levelTriggered);
  }

  /** ICW4 asks for the protocol of the 8080, which no CPU here speaks: such a chip stays silent. */
  get speaks8080(): boolean {
    return this.started && this.awaits === 0 && (this.icw4 & ICW4_8086) === 0;
  }

  /** The INT output: an input that is not masked has a higher priority than all that are in service. */
  get requested(): boolean {
    return this.#pending() >= 0;
  }

  /** Whether input `n` leads to a slave, which then gives the vector. */
  hasSlave(n: number): boolean {
    return this.isMaster && (this.icw1 & ICW1_SINGLE) === 0 && (this.icw3 & (1 << n)) !== 0;
  }

  /** Whether a slave answers when the master names input `n`. */
  answersTo(n: number): boolean {
    return this.#ready && (this.icw1 & ICW1_SINGLE) === 0 && this.icw3 === n;
  }

  setInput(n: number, level: boolean): void {
    const bit = 1 << n;
    if (level) {
      this.edges |= bit & ~this.inputs;
      this.inputs |= bit;
    } else {
      this.inputs &= ~bit;
      this.edges &= ~bit;
    }
  }

  /** The acknowledge cycle. @returns the input that is served now; -1 if none asks any more: the interrupt is spurious */
  acknowledge(): number {
    const n = this.#pending();
    if (n < 0) return n;
    const bit = 1 << n;
    this.edges &= ~bit;
    if ((this.icw4 & ICW4_AEOI) === 0) this.inService |= bit;
    else if (this.rotateOnAeoi) this.lowest = n;
    return n;
  }

  /** The vector of input `n`, or of a spurious interrupt. */
  vector(n: number): number {
    return this.base | (n < 0 ? SPURIOUS_INPUT : n);
  }

  /** @param offset address line A0 */
  read(offset: number): number {
    if (this.polled) {
      this.polled = false;
      const n = this.acknowledge();
      return n < 0 ? 0 : 0x80 | n;
    }
    if (offset === 1) return this.mask;
    return this.readsInService ? this.inService : this.requests;
  }

  /** @param offset address line A0 */
  write(offset: number, value: number): void {
    if (offset === 1) this.#writeUpper(value);
    else if ((value & ICW1) !== 0) this.#initialize(value);
    else if ((value & OCW3) !== 0) this.#writeOcw3(value);
    else this.#writeOcw2(value);
  }

  get #ready(): boolean {
    return this.started && this.awaits === 0 && (this.icw4 & ICW4_8086) !== 0;
  }

  get #levelTriggered(): number {
    return (this.icw1 & ICW1_LTIM) === 0 ? this.elcr : 0xff;
  }

  // The input that INT is for; -1 if there is none.
  #pending(): number {
    const asking = this.requests & ~this.mask;
    if (asking === 0 || !this.#ready) return -1;
    const n = highest(asking, this.lowest);
    const blocking = this.#blocking();
    if (blocking === 0) return n;
    const server = highest(blocking, this.lowest);
    if (n === server) return (this.icw4 & ICW4_SFNM) !== 0 && this.hasSlave(n) ? n : -1;
    return priorityOf(n, this.lowest) < priorityOf(server, this.lowest) ? n : -1;
  }

  // What is in service, but in special mask mode what is masked is out of the way.
  #blocking(): number {
    return this.specialMask ? this.inService & ~this.mask : this.inService;
  }

  #initialize(icw1: number): void {
    this.icw1 = icw1 & ICW1_KEPT;
    this.started = true;
    this.awaits = 2;
    this.edges = 0;
    this.mask = 0;
    this.inService = 0;
    this.lowest = 7;
    this.icw3 = this.isMaster ? 0 : 7;
    this.icw4 = 0;
    this.rotateOnAeoi = false;
    this.specialMask = false;
    this.readsInService = false;
    this.polled = false;
  }

  #writeUpper(value: number): void {
    const fourth = (this.icw1 & ICW1_IC4) === 0 ? 0 : 4;
    switch (this.awaits) {
      case 0:
        this.mask = value;
        break;
      case 2:
        this.base = value & ICW2_BASE;
        this.awaits = (this.icw1 & ICW1_SINGLE) === 0 ? 3 : fourth;
        break;
      case 3:
        this.icw3 = this.isMaster ? value : value & 7;
        this.awaits = fourth;
        break;
      case 4:
        this.icw4 = value & ICW4_KEPT;
        this.awaits = 0;
        break;
    }
  }

  #writeOcw2(value: number): void {
    const rotates = (value & OCW2_ROTATE) !== 0;
    const specific = (value & OCW2_SPECIFIC) !== 0;
    if ((value & OCW2_EOI) === 0) {
      // Without an end of interrupt: rotation in automatic mode on or off, or the lowest priority itself.
      if (!specific) this.rotateOnAeoi = rotates;
      else if (rotates) this.lowest = value & 7;
      return;
    }
    const ends = this.#blocking();
    if (!specific && ends === 0) return;
    const n = specific ? value & 7 : highest(ends, this.lowest);
    this.inService &= ~(1 << n);
    if (rotates) this.lowest = n;
  }

  #writeOcw3(value: number): void {
    if ((value & OCW3_ENABLE_SPECIAL_MASK) !== 0) this.specialMask = (value & OCW3_SPECIAL_MASK) !== 0;
    // A poll command overrides what is to be read.
    if ((value & OCW3_POLL) !== 0) this.polled = true;
    else if ((value & OCW3_READ) !== 0) this.readsInService = (value & OCW3_READ_ISR) !== 0;
  }
}
