import { Random } from '@picovm/testkit';
import { expect, it } from 'vitest';
import { initialized, MASTER } from './pic.test-util.ts';

/** One chip in edge mode by the words of the data sheet: lists and loops in place of bits. */
class ReferencePic {
  readonly lines: boolean[] = Array(8).fill(false);
  readonly requests: boolean[] = Array(8).fill(false);
  readonly service: boolean[] = Array(8).fill(false);
  readonly masked: boolean[] = Array(8).fill(false);
  order = [0, 1, 2, 3, 4, 5, 6, 7];
  specialMask = false;

  line(n: number, level: boolean): void {
    this.requests[n] = level && (this.requests[n] || !this.lines[n]);
    this.lines[n] = level;
  }

  next(): number | undefined {
    for (const n of this.order) {
      if (this.service[n] && !(this.specialMask && this.masked[n])) return undefined;
      if (this.requests[n] && !this.masked[n]) return n;
    }
    return undefined;
  }

  acknowledge(): number {
    const n = this.next();
    if (n === undefined) return 7;
    this.requests[n] = false;
    this.service[n] = true;
    return n;
  }

  end(level: number | undefined, rotate: boolean): void {
    const n = level ?? this.order.find((at) => this.service[at] && !(this.specialMask && this.masked[at]));
    if (n === undefined) return;
    this.service[n] = false;
    if (rotate) this.last(n);
  }

  last(n: number): void {
    while (this.order[7] !== n) this.order.push(this.order.shift() as number);
  }
}

const bits = (list: readonly boolean[]): number => list.reduce((sum, bit, n) => sum + (bit ? 2 ** n : 0), 0);

it.each([1, 2, 3, 4])('masks, ends, rotates and nests as the data sheet says, whatever comes (seed %i)', (seed) => {
  const random = new Random(seed);
  const below = (end: number): number => random.below(end);
  const pic = initialized();
  const reference = new ReferencePic();
  const lines = [0, 1, 3, 4, 5, 6, 7];
  for (let step = 0; step < 5000; step++) {
    const what = below(12);
    const level = below(8);
    if (what <= 4) {
      const line = lines[below(7)];
      const high = below(2) === 1;
      (high ? pic.raise : pic.lower)(line);
      reference.line(line, high);
    } else if (what <= 6) {
      expect([step, pic.acknowledge()]).toEqual([step, 0x08 + reference.acknowledge()]);
    } else if (what === 7) {
      const mask = below(4) === 0 ? below(256) : 0;
      pic.write(MASTER + 1, mask);
      for (let n = 0; n < 8; n++) reference.masked[n] = (mask & (1 << n)) !== 0;
    } else if (what === 8) {
      pic.write(MASTER, 0xc0 | level);
      reference.last(level);
    } else if (what === 9 && below(4) === 0) {
      reference.specialMask = !reference.specialMask;
      pic.write(MASTER, reference.specialMask ? 0x68 : 0x48);
    } else {
      const rotate = below(2) === 1;
      const specific = below(2) === 1;
      pic.write(MASTER, 0x20 | (rotate ? 0x80 : 0) | (specific ? 0x40 | level : 0));
      reference.end(specific ? level : undefined, rotate);
    }
    const seen = [step, pic.intr, pic.irr(MASTER), pic.isr(MASTER)];
    expect(seen).toEqual([step, reference.next() !== undefined, bits(reference.requests), bits(reference.service)]);
  }
});
