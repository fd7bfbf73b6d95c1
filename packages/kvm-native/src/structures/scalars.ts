import { type Layout, layout, physical, u32, u64 } from './layout.ts';

/** One number alone, as many ioctls take one by its address. */
export const U32: Layout<{ value: number }> = layout<{ value: number }>('value', 4, { value: [0, u32] });
export const U64: Layout<{ value: bigint }> = layout<{ value: bigint }>('value', 8, { value: [0, u64] });
export const ADDRESS: Layout<{ value: number }> = layout<{ value: number }>('address', 8, { value: [0, physical] });
