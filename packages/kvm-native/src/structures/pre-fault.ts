import { type Layout, layout, physical } from './layout.ts';

/** `struct kvm_pre_fault_memory`. */
export const PRE_FAULT_MEMORY: Layout<{ gpa: number; size: number }> = layout<{ gpa: number; size: number }>(
  'kvm_pre_fault_memory',
  64,
  { gpa: [0, physical], size: [8, physical] },
);
