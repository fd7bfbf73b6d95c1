import { type Field, invalid, type Layout, layout, u32, u64 } from './layout.ts';

/** `struct kvm_xcr`: an extended control register (Intel SDM volume 1, section 13.3). */
export interface KvmXcr {
  /** Its number: 0 is XCR0. */
  xcr: number;
  value: bigint;
}

/** `struct kvm_xcrs` has room for so many. */
const MOST = 16;
const HEADER_BYTES = 8;

const XCR: Layout<KvmXcr> = layout<KvmXcr>('kvm_xcr', 16, { xcr: [0, u32], value: [8, u64] });

/** `struct kvm_xcrs`: those that there are, of at most 16. */
export const XCRS: Field<readonly KvmXcr[]> = {
  size: 392,
  read: (view, at) =>
    Array.from({ length: Math.min(MOST, view.getUint32(at, true)) }, (_, i) =>
      XCR.read(view, at + HEADER_BYTES + i * XCR.size),
    ),
  write(view, at, value, path) {
    if (!Array.isArray(value) || value.length > MOST) throw invalid(path, `an array of at most ${MOST}`, value);
    view.setUint32(at, value.length, true);
    value.forEach((xcr, i) => {
      XCR.write(view, at + HEADER_BYTES + i * XCR.size, xcr, `${path}[${i}]`);
    });
  },
};
