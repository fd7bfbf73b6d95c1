import { checkObject, type Entries, entries, u32, u64 } from './layout.ts';

/** `struct kvm_pmu_event_filter`. */
export interface KvmPmuEventFilter {
  /** KVM_PMU_EVENT_ALLOW: only these; KVM_PMU_EVENT_DENY: all but these. */
  action: number;
  /** Likewise for the counters of fixed events: a bit each. Default 0. */
  fixedCounterBitmap?: number;
  /** Default 0. */
  flags?: number;
  /** Event select and unit mask, as in IA32_PERFEVTSELx. At most 300. */
  events: readonly bigint[];
}

const FILTER: Entries<bigint> = entries('kvm_pmu_event_filter', 32, u64, 4);

/** @throws VmError `ERR_INVALID_ARGUMENT` */
export function encodePmuEventFilter(filter: KvmPmuEventFilter): Uint8Array {
  checkObject('kvm_pmu_event_filter', filter);
  const bytes = FILTER.encode(filter.events);
  const view = new DataView(bytes.buffer);
  u32.write(view, 0, filter.action, 'kvm_pmu_event_filter.action');
  u32.write(view, 8, filter.fixedCounterBitmap ?? 0, 'kvm_pmu_event_filter.fixedCounterBitmap');
  u32.write(view, 12, filter.flags ?? 0, 'kvm_pmu_event_filter.flags');
  return bytes;
}
