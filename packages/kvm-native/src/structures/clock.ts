import { type Layout, layout, optional, u32, u64 } from './layout.ts';

/** `struct kvm_clock_data`. */
export interface KvmClockData {
  /** Nanoseconds of the guests' paravirtual clock. */
  clock: bigint;
  /** KVM_CLOCK_*: bits that say which of the others count. */
  flags: number;
  /** Nanoseconds since 1970 on the host at that instant, with KVM_CLOCK_REALTIME. */
  realtime?: bigint;
  /** The host's time-stamp counter at that instant, with KVM_CLOCK_HOST_TSC. */
  hostTsc?: bigint;
}

export const CLOCK_DATA: Layout<KvmClockData> = layout<KvmClockData>('kvm_clock_data', 48, {
  clock: [0, u64],
  flags: [8, u32],
  realtime: [16, optional(u64)],
  hostTsc: [24, optional(u64)],
});
