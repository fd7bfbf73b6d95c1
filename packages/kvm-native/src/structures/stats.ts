/** A counter of KVM's (api.rst 4.133). */
export interface KvmStat {
  readonly name: string;
  readonly type: 'cumulative' | 'instant' | 'peak' | 'linear-histogram' | 'log-histogram' | 'unknown';
  readonly unit: 'none' | 'bytes' | 'seconds' | 'cycles' | 'boolean' | 'unknown';
  /** Each value is to be multiplied by `base` to the power of `exponent` to be one of `unit`. */
  readonly base: 10 | 2;
  readonly exponent: number;
  /** Of a linear histogram: the width of its buckets. */
  readonly bucketSize: number;
  /** One, or as many as a histogram has buckets. */
  readonly values: readonly bigint[];
}

/** `struct kvm_stats_header`: where in the file the parts are. */
const STATS_HEADER_BYTES = 24;
/** `struct kvm_stats_desc` without the name. */
const DESCRIPTOR_BYTES = 16;

const TYPES = ['cumulative', 'instant', 'peak', 'linear-histogram', 'log-histogram'] as const;
const UNITS = ['none', 'bytes', 'seconds', 'cycles', 'boolean'] as const;

/** Bytes of the whole file, from what it begins with, and what `size` of its data the descriptors name. */
export function readStats(file: (offset: number, bytes: number) => Uint8Array): { id: string; stats: KvmStat[] } {
  const header = viewOf(file(0, STATS_HEADER_BYTES));
  const [nameBytes, count, idOffset, descOffset, dataOffset] = [4, 8, 12, 16, 20].map((at) =>
    header.getUint32(at, true),
  );
  const stride = DESCRIPTOR_BYTES + nameBytes;
  const descriptors = file(descOffset, stride * count);
  const stats = Array.from({ length: count }, (_, i) => {
    const descriptor = descriptors.subarray(i * stride, (i + 1) * stride);
    return readStat(descriptor, (offset, bytes) => file(dataOffset + offset, bytes));
  });
  return { id: text(file(idOffset, nameBytes)), stats };
}

function readStat(descriptor: Uint8Array, data: (offset: number, bytes: number) => Uint8Array): KvmStat {
  const view = viewOf(descriptor);
  const flags = view.getUint32(0, true);
  const size = view.getUint16(6, true);
  const values = viewOf(data(view.getUint32(8, true), size * 8));
  return {
    name: text(descriptor.subarray(DESCRIPTOR_BYTES)),
    type: TYPES[flags & 15] ?? 'unknown',
    unit: UNITS[(flags >> 4) & 15] ?? 'unknown',
    base: ((flags >> 8) & 15) === 1 ? 2 : 10,
    exponent: view.getInt16(4, true),
    bucketSize: view.getUint32(12, true),
    values: Array.from({ length: size }, (_, i) => values.getBigUint64(i * 8, true)),
  };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\0.*$/s, '');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
