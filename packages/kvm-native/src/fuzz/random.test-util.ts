/** Numbers that look random, and are the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 32 bits, unsigned (a Weyl sequence, mixed as MurmurHash3 ends). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  }

  /** 0 to `count - 1`. */
  below(count: number): number {
    return this.next() % count;
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** 64 bits, unsigned: small ones, canonical and non-canonical addresses, single bits, or anything. */
  wide(): bigint {
    switch (this.below(6)) {
      case 0:
        return BigInt(this.below(0x100000));
      case 1:
        return 1n << BigInt(this.below(64));
      case 2:
        return 0xffff800000000000n + BigInt(this.next());
      case 3:
        return 0x7ffffffffff0n + BigInt(this.below(64));
      case 4:
        return BigInt(this.next());
      default:
        return (BigInt(this.next()) << 32n) | BigInt(this.next());
    }
  }

  /** Random bytes. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next());
  }
}
