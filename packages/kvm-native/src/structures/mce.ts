import { type Layout, layout, u8, u64 } from './layout.ts';

/** `struct kvm_x86_mce`: a machine check (Intel SDM volume 3B, chapter 16). */
export interface KvmX86Mce {
  status: bigint;
  addr: bigint;
  misc: bigint;
  mcgStatus: bigint;
  bank: number;
}

export const X86_MCE: Layout<KvmX86Mce> = layout<KvmX86Mce>('kvm_x86_mce', 64, {
  status: [0, u64],
  addr: [8, u64],
  misc: [16, u64],
  mcgStatus: [24, u64],
  bank: [32, u8],
});
