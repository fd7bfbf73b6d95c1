import { checkArray, checkObject, invalid, u32 } from './layout.ts';

/** `struct kvm_msr_filter`. */
export interface KvmMsrFilter {
  /** KVM_MSR_FILTER_DEFAULT_ALLOW or KVM_MSR_FILTER_DEFAULT_DENY: of the registers that are in no range. */
  flags: number;
  /** At most 16. */
  ranges: readonly KvmMsrFilterRange[];
}

/** `struct kvm_msr_filter_range`. */
export interface KvmMsrFilterRange {
  /** KVM_MSR_FILTER_READ and KVM_MSR_FILTER_WRITE: what the range is about. */
  flags: number;
  /** The first register. */
  base: number;
  /** How many registers: at most 12288. */
  nmsrs: number;
  /** A bit a register, the lowest first: 1 allows. */
  bitmap: Uint8Array;
}

const MOST_BITS = 0x600 * 8;

/** As the addon takes it. @throws VmError `ERR_INVALID_ARGUMENT` */
export function msrFilterArguments(filter: KvmMsrFilter): [flags: number, ranges: Uint8Array, bitmaps: Uint8Array[]] {
  checkObject('kvm_msr_filter', filter);
  checkArray('kvm_msr_filter.ranges', filter.ranges);
  const ranges = new DataView(new ArrayBuffer(filter.ranges.length * 12));
  const bitmaps = filter.ranges.map((range, i) => {
    const path = `kvm_msr_filter.ranges[${i}]`;
    checkObject(path, range);
    const { flags, base, nmsrs, bitmap } = range;
    u32.write(ranges, i * 12, flags, `${path}.flags`);
    u32.write(ranges, i * 12 + 4, nmsrs, `${path}.nmsrs`);
    u32.write(ranges, i * 12 + 8, base, `${path}.base`);
    if (!(bitmap instanceof Uint8Array) || nmsrs > MOST_BITS || bitmap.length < Math.ceil(nmsrs / 8)) {
      throw invalid(`${path}.bitmap`, `a Uint8Array with a bit for each of at most ${MOST_BITS} registers`, bitmap);
    }
    // The kernel reads whole words.
    const words = new Uint8Array(Math.ceil(nmsrs / 64) * 8);
    words.set(bitmap.subarray(0, words.length));
    return words;
  });
  return [filter.flags, new Uint8Array(ranges.buffer), bitmaps];
}
