import { type Layout, layout, u8, u64 } from './layout.ts';

/** `struct kvm_translation`: the answer of KVM_TRANSLATE. */
export interface KvmTranslation {
  linearAddress: bigint;
  /** Guest-physical, if `valid`. */
  physicalAddress: bigint;
  /** 0 or 1: whether the page is mapped. */
  valid: number;
  /** Not told by every kernel: some always say 1. */
  writeable: number;
  /** Likewise 0. */
  usermode: number;
}

export const TRANSLATION: Layout<KvmTranslation> = layout<KvmTranslation>('kvm_translation', 24, {
  linearAddress: [0, u64],
  physicalAddress: [8, u64],
  valid: [16, u8],
  writeable: [17, u8],
  usermode: [18, u8],
});
