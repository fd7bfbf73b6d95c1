import type { Random } from '@picovm/testkit';

const CORNERS = new Uint32Array([
  ...[0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64],
  ...[0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x100, 0x7ffe, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff, 0x10000],
  ...[0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff],
  ...[0xffffff7f, 0xffffff80, 0xffff7fff, 0xffff8000, 0xffff0000, 0x00ff00ff, 0x80808080, 0x01010101],
]);

/** An integer of 32 bits: a corner, a small one, or any. */
export function integer(random: Random): number {
  switch (random.below(8)) {
    case 0:
    case 1:
      return random.pick(CORNERS);
    case 2:
      return random.below(256);
    case 3:
      return (random.below(256) - 128) >>> 0;
    default:
      return random.next();
  }
}

const SINGLES = new Uint32Array([
  ...[0, 1, 0x7fffff, 0x400000, 0x800000, 0x800001, 0xffffff, 0x3f800000, 0x3f800001, 0x3f7fffff, 0x40000000],
  ...[0x3f000000, 0x7f7fffff, 0x7f7ffffe, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fbfffff, 0x7fffffff, 0x7fa12345],
  ...[0x4b000000, 0x4b000001, 0x4affffff, 0x4b7fffff, 0x4effffff, 0x4f000000, 0x4f000001, 0x4f7fffff, 0x33800000],
]);

/** A single-precision number: special, near to others, or of any bits. */
export function single(random: Random): number {
  const sign = random.below(2) << 31;
  switch (random.below(6)) {
    case 0:
    case 1:
      return (random.pick(SINGLES) | sign) >>> 0;
    case 2:
      // Of one magnitude: sums cancel, comparisons are close.
      return ((0x3f000000 + random.below(4) * 0x800000 + random.below(1024)) | sign) >>> 0;
    case 3:
      // Integers and halves.
      return ((0x3f800000 + random.below(34) * 0x800000 + (random.next() & 0x7fff00)) | sign) >>> 0;
    case 4:
      // Results that over- or underflow.
      return (((random.below(2) === 0 ? 0x20000000 : 0x5f000000) + random.below(0x2000000)) | sign) >>> 0;
    default:
      return random.next();
  }
}

const DOUBLES: readonly (readonly [number, number])[] = [
  ...([[0, 0], [0, 1], [0xfffff, 0xffffffff], [0x100000, 0], [0x100000, 1], [0x3ff00000, 0]] as const),
  ...([[0x3ff00000, 1], [0x3fefffff, 0xffffffff], [0x3fe00000, 0], [0x7fefffff, 0xffffffff]] as const),
  ...([[0x7ff00000, 0], [0x7ff00000, 1], [0x7ff80000, 0], [0x7ff7ffff, 0xffffffff], [0x7fffffff, 0]] as const),
  ...([[0x43300000, 0], [0x41dfffff, 0xffc00000], [0x41e00000, 0], [0x41dfffff, 0xffe00000]] as const),
  ...([[0x43dfffff, 0xffffffff], [0x43e00000, 0], [0x380fffff, 0xe0000000], [0x38100000, 0]] as const),
  ...([[0x47efffff, 0xe0000000], [0x47efffff, 0xf0000000], [0x36a00000, 0], [0x36900000, 1], [0x3690ffff, 0]] as const),
]; // biome-ignore format: a table

/** A double-precision number, as its high and its low word: special, near to others, or of any bits. */
export function double(random: Random): readonly [number, number] {
  const sign = random.below(2) << 31;
  switch (random.below(7)) {
    case 0:
    case 1: {
      const [high, low] = random.pick(DOUBLES);
      return [(high | sign) >>> 0, low];
    }
    case 2:
      return [((0x3ff00000 + random.below(4) * 0x100000) | sign) >>> 0, random.below(1024)];
    case 3:
      return [((0x3ff00000 + random.below(66) * 0x100000 + random.below(0x100000)) | sign) >>> 0, 0];
    case 4:
      // What over- or underflows as a single-precision number, or as a product.
      return [
        ((random.pick([0x38000000, 0x36900000, 0x47e00000, 0x20000000, 0x5ff00000]) + random.below(0x400000)) |
          sign) >>>
          0,
        random.next(),
      ];
    default:
      return [random.next(), random.next()];
  }
}
