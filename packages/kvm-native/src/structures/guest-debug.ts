import { type Layout, layout, list, optional, u32, u64 } from './layout.ts';

/** `struct kvm_guest_debug`. */
export interface KvmGuestDebug {
  /** KVM_GUESTDBG_*: bits. */
  control: number;
  /** DR0 to DR7 for KVM_GUESTDBG_USE_HW_BP. Default: zeros. */
  debugreg?: readonly bigint[];
}

export const GUEST_DEBUG: Layout<KvmGuestDebug> = layout<KvmGuestDebug>('kvm_guest_debug', 72, {
  control: [0, u32],
  debugreg: [8, optional(list(u64, 8))],
});
