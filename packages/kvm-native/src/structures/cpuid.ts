import { type Entries, entries, type Layout, layout, u32 } from './layout.ts';

/** `struct kvm_cpuid_entry2`: what CPUID answers to one leaf (Intel SDM volume 2A, "CPUID"). */
export interface KvmCpuidEntry2 {
  /** The leaf: EAX of the instruction. */
  function: number;
  /** The subleaf: ECX of the instruction, where `flags` has KVM_CPUID_FLAG_SIGNIFCANT_INDEX. */
  index: number;
  /** KVM_CPUID_FLAG_*. */
  flags: number;
  eax: number;
  ebx: number;
  ecx: number;
  edx: number;
}

const CPUID_ENTRY2: Layout<KvmCpuidEntry2> = layout<KvmCpuidEntry2>('kvm_cpuid_entry2', 40, {
  function: [0, u32],
  index: [4, u32],
  flags: [8, u32],
  eax: [12, u32],
  ebx: [16, u32],
  ecx: [20, u32],
  edx: [24, u32],
});

/** `struct kvm_cpuid2`. */
export const CPUID2: Entries<KvmCpuidEntry2> = entries('kvm_cpuid2', 8, CPUID_ENTRY2);
