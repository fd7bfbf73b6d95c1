import { type Layout, layout, optional, physical, u32, u64 } from './layout.ts';

// The structures that hold the descriptor of an eventfd, which the addon fills in.

/** `struct kvm_ioeventfd`, but its eventfd. */
export interface KvmIoeventfd {
  /** The port, with KVM_IOEVENTFD_FLAG_PIO, or the guest-physical address. */
  addr: number;
  /** The width of the writes that count, in bytes: 1, 2, 4 or 8; 0 for any. Default 0. */
  len?: number;
  /** KVM_IOEVENTFD_FLAG_PIO and KVM_IOEVENTFD_FLAG_DATAMATCH. Default 0. */
  flags?: number;
  /** With KVM_IOEVENTFD_FLAG_DATAMATCH: the value of the writes that count. */
  datamatch?: bigint;
}

export const IOEVENTFD: Layout<KvmIoeventfd> = layout<KvmIoeventfd>('kvm_ioeventfd', 64, {
  datamatch: [0, optional(u64)],
  addr: [8, physical],
  len: [16, optional(u32)],
  flags: [24, optional(u32)],
});

/** `struct kvm_irqfd`. */
export const IRQFD: Layout<{ gsi: number; flags: number }> = layout<{ gsi: number; flags: number }>('kvm_irqfd', 32, {
  gsi: [4, u32],
  flags: [8, u32],
});

/** `struct kvm_hyperv_eventfd`. */
export const HYPERV_EVENTFD: Layout<{ connId: number; flags: number }> = layout<{ connId: number; flags: number }>(
  'kvm_hyperv_eventfd',
  24,
  { connId: [0, u32], flags: [8, u32] },
);
