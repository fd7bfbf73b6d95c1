import { type Layout, layout, physical, u32 } from './layout.ts';

/** `struct kvm_dirty_gfn`: a page that a guest wrote. */
export interface KvmDirtyGfn {
  /** The memory slot, with its address space. */
  slot: number;
  /** The number of the page in the slot. */
  offset: number;
}

export const DIRTY_GFN: Layout<KvmDirtyGfn> = layout<KvmDirtyGfn>('kvm_dirty_gfn', 16, {
  slot: [4, u32],
  offset: [8, physical],
});
