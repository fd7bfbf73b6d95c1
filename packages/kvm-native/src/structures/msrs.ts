import { checkArray, type Entries, entries, type Layout, layout, u32, u64 } from './layout.ts';

/** `struct kvm_msr_entry`: a model-specific register and its value (Intel SDM volume 4). */
export interface KvmMsrEntry {
  index: number;
  data: bigint;
}

const MSR: Layout<KvmMsrEntry> = layout<KvmMsrEntry>('kvm_msr_entry', 16, { index: [0, u32], data: [8, u64] });

/** `struct kvm_msrs`. */
export const MSRS: Entries<KvmMsrEntry> = entries('kvm_msrs', 8, MSR);

/** The structure with nothing in it but which registers are meant. @throws VmError `ERR_INVALID_ARGUMENT` */
export function msrsRequest(indices: readonly number[]): Uint8Array {
  checkArray('indices', indices);
  return MSRS.encode(indices.map((index) => ({ index, data: 0n })));
}

/** `struct kvm_msr_list`: indices of model-specific registers. */
export const MSR_LIST: Entries<number> = entries('kvm_msr_list', 4, u32);

/** `struct kvm_reg_list`. */
export const REG_LIST: Entries<bigint> = entries('kvm_reg_list', 8, u64);
