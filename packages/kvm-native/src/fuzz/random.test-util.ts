import { Random as Numbers } from '@picovm/testkit';

/** Numbers that look random, and are the same for the same seed; some of 64 bits among them. */
export class Random extends Numbers {
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
}
