import type { MovableRange } from './movable-range.ts';

/**
 * The ranges that guests move about. Where they are follows from where the guest wants them, and not from the order in
 * which it said so: of those that overlap, the one with the lowest slot, function and register is answered. So a machine
 * that is restored device by device comes to the same, whatever was where before.
 */
export class RangeMap {
  readonly #ranges: MovableRange[] = [];

  add(range: MovableRange): void {
    this.#ranges.push(range);
    this.#ranges.sort((a, b) => a.priority - b.priority);
  }

  /** Moves all that is to be somewhere else. */
  update(): void {
    const ranges = this.#ranges;
    for (let i = 0; i < ranges.length; i++) ranges[i].free = ranges[i].wanted >= 0 && this.#isFree(i);
    for (const range of ranges) range.leave();
    for (const range of ranges) range.settle();
  }

  #isFree(index: number): boolean {
    const range = this.#ranges[index];
    for (let i = 0; i < index; i++) {
      const other = this.#ranges[i];
      if (other.free && other.overlaps(range)) return false;
    }
    return true;
  }
}
