import { type Layout, layout, optional, u32 } from './layout.ts';

/** `struct kvm_msi`: a message-signalled interrupt (Intel SDM volume 3A, section 11.11). */
export interface KvmMsi {
  addressLo: number;
  addressHi: number;
  data: number;
  /** KVM_MSI_VALID_DEVID, which x86 does not need. Default 0. */
  flags?: number;
  devid?: number;
}

export const MSI: Layout<KvmMsi> = layout<KvmMsi>('kvm_msi', 32, {
  addressLo: [0, u32],
  addressHi: [4, u32],
  data: [8, u32],
  flags: [12, optional(u32)],
  devid: [16, optional(u32)],
});

/** `struct kvm_irq_level`; `irq` is the status after KVM_IRQ_LINE_STATUS. */
export const IRQ_LEVEL: Layout<{ irq: number; level: number }> = layout<{ irq: number; level: number }>(
  'kvm_irq_level',
  8,
  { irq: [0, u32], level: [4, u32] },
);

/** `struct kvm_tpr_access_ctl`. */
export const TPR_ACCESS_CTL: Layout<{ enabled: number; flags: number }> = layout<{ enabled: number; flags: number }>(
  'kvm_tpr_access_ctl',
  40,
  { enabled: [0, u32], flags: [4, u32] },
);
