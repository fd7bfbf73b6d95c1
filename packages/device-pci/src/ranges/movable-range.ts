import type { Counter, DeviceContext } from '@picovm/core';
import type { PciRangeSpec } from '../pci-types.ts';

/** Of a range that nobody answers. */
export const NOWHERE = -1;

/** A range that a guest moves about, and the claim to where it is. */
export class MovableRange {
  readonly spec: PciRangeSpec;
  /** For messages: the function, and which of its ranges. */
  readonly name: string;
  /** Of two that overlap, the lower one is answered. */
  readonly priority: number;
  readonly #context: DeviceContext;
  readonly #overlaps: Counter;
  /** Where the guest wants it, or `NOWHERE`. */
  wanted: number = NOWHERE;
  /** Whether no other range of the bus is in its way. */
  free = false;
  /** Where it is answered, or `NOWHERE`. */
  #at = NOWHERE;
  #claim: Disposable | undefined;
  /** Where it last was in something's way. */
  #refused = NOWHERE;
  #logged = false;

  constructor(spec: PciRangeSpec, name: string, priority: number, context: DeviceContext) {
    this.spec = spec;
    this.name = name;
    this.priority = priority;
    this.#context = context;
    this.#overlaps = context.metrics.counter('pciOverlaps');
  }

  /** Whether both want the same address. */
  overlaps(other: MovableRange): boolean {
    return (
      this.spec.space === other.spec.space &&
      this.wanted < other.wanted + other.spec.size &&
      other.wanted < this.wanted + this.spec.size
    );
  }

  /** Gives its place back if it is to be somewhere else. */
  leave(): void {
    if (this.#claim === undefined || (this.free && this.#at === this.wanted)) return;
    this.#claim[Symbol.dispose]();
    this.#claim = undefined;
    this.#at = NOWHERE;
  }

  /** Takes its place if it can. */
  settle(): void {
    if (this.#at === this.wanted) {
      this.#refused = NOWHERE;
      return;
    }
    const problem = this.free ? this.#take() : 'another PCI range is there';
    if (problem === undefined) this.#refused = NOWHERE;
    else this.#refuse(problem);
  }

  #take(): unknown {
    const { spec, wanted } = this;
    const { size, width, label, coalesced } = spec;
    const range = {
      // Machines of which one has it elsewhere are the same: snapshots do not compare where it is.
      ...{ base: wanted, length: size },
      ...(width !== undefined && { width }),
      ...(label !== undefined && { label }),
      ...(coalesced !== undefined && { coalesced }),
    };
    try {
      if (spec.space === 'port') this.#claim = this.#context.claimPorts(range, spec.handler);
      else this.#claim = this.#context.claimMmio(range, spec.handler);
      this.#at = wanted;
      return undefined;
    } catch (problem) {
      return problem instanceof Error ? problem.message : problem;
    }
  }

  // A guest may do this as often as it likes: it is counted, and told once.
  #refuse(problem: unknown): void {
    if (this.#refused === this.wanted) return;
    this.#refused = this.wanted;
    this.#overlaps.value++;
    if (this.#logged) return;
    this.#logged = true;
    this.#context.log.warn(`${this.name} at 0x${this.wanted.toString(16)} is not answered: ${problem}`);
  }
}
